"""How the law says no: one type for every refusal, with its clause and what to do."""

from __future__ import annotations

from datetime import date


def phrase(text: str) -> str:
    """The text itself. It marks what a refusal says later, so that translators find it where it stands."""
    return text


class Refused(Exception):
    """A refusal in the reader's words.

    `template` says what is wrong and what to do, with `{names}` where the `values` belong: written so, it can be said in
    another language too; a tuple among the values is words in a row. `clause` is an ID of the conformance table or a standard;
    `from_when` is the first day on which the same request could succeed, where waiting helps.
    """

    def __init__(self, template: str, clause: str = "", from_when: date | None = None, **values: object) -> None:
        super().__init__(template, clause, from_when)
        self.template, self.clause, self.from_when, self.values = template, clause, from_when, values

    @property
    def reason(self) -> str:
        """The refusal in Chinese, in which it was written."""
        values = {name: "、".join(value) if isinstance(value, tuple) else value for name, value in self.values.items()}
        return self.template.format(**values) if values else self.template

    def __str__(self) -> str:
        return self.reason
