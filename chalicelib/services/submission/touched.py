"""Which subjects a submission has changed, and how: what must be published, and whether it is enough to add what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.records import Record, Subject
from chalicelib.services.submission.store import Result


@dataclass
class Change:
    """A subject as this submission left it. `base` is the published version to which `added` only adds: 0 when the subject
    is new, None when its publication must be made from the whole archive."""

    subject: Subject
    base: int | None
    added: list[Record] = field(default_factory=list)


class Touched:
    """The changes of a submission, by subject, not published yet."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self._changes.values())

    def note(self, result: Result) -> None:
        """What a row did. Every change raises the version by one: a gap tells that somebody else was here in between."""
        subject = result.subject
        if subject is None:
            return
        for other in result.others:
            self._changes[other.id] = Change(other, None)
        before = self._changes.get(subject.id)
        if result.decided == "duplicate":
            # It may still be unpublished, after a submission that was cut off.
            if before is None and subject.published != subject.version:
                self._changes[subject.id] = Change(subject, None)
            return
        base = None if result.whole else _base(before, subject, result.new)
        added = before.added if before is not None else []
        self._changes[subject.id] = Change(subject, base, [*added, result.added] if result.added else added)


def _base(before: Change | None, subject: Subject, new: bool) -> int | None:
    if before is not None:
        return before.base if before.subject.version + 1 == subject.version else None
    if new:
        return 0
    return subject.published if subject.published + 1 == subject.version else None
