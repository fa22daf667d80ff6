"""Compiles templates for one language and for speed: a text of ours is translated once, while its template compiles."""

from __future__ import annotations

import re
from typing import Any, cast

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from chalicelib.web.escaping import escaped
from chalicelib.web.language import Language, translated

_GAP = re.compile(r"%\((\w+)\)s")


class _Shown(CodeGenerator):
    """Writes `escaped` where Jinja would write `escape`: around each value that a template shows."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class TranslatedEnvironment(Environment):
    """Jinja's environment, for pages in one language. What `_("...")` says with a text that stands in the template is put there
    in that language; what belongs into its `%(gaps)s` is escaped as everything that a template shows."""

    code_generator_class = _Shown
    escaped = staticmethod(escaped)

    def __init__(self, language: Language, **options: Any) -> None:
        super().__init__(**options)
        self._texts = _Texts(language)

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        # Jinja's hook for changing what it compiles (its docstring: "can be overridden to hook a different generate method in").
        return super()._generate(self._texts.visit(source), name, filename, defer_init)


class _Texts(NodeTransformer):
    """Puts the translation in the place of each `_("...")`."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - named after the class of the node
        """What is shown: a text with gaps becomes its pieces, each shown on its own."""
        shown: list[nodes.Expr] = []
        for expression in node.nodes:
            text = _text_of(expression)
            if text is None:
                shown.append(self.visit(expression))
                continue
            values = {gap.key: self.visit(gap.value) for gap in cast(nodes.Call, expression).kwargs}
            # Every second piece is the name of a gap.
            for place, piece in enumerate(_GAP.split(translated(text, self._language))):
                shown.append(values[piece] if place % 2 else nodes.TemplateData(piece, lineno=node.lineno))
        node.nodes = shown
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named after the class of the node
        """A text that is handed on: translated where it has no gaps; filled by `_` where it has."""
        text = _text_of(node)
        if text is None or node.kwargs:
            return self.generic_visit(node)
        return nodes.TemplateData(translated(text, self._language), lineno=node.lineno)


def _text_of(node: nodes.Node) -> str | None:
    """The text that a call of `_` says, where it stands in the template itself."""
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name) or node.node.name != "_" or len(node.args) != 1:
        return None
    said = node.args[0]
    return said.value if isinstance(said, nodes.Const) and isinstance(said.value, str) else None
