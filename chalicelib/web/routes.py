"""How routes are put on an app, so that none can forget HEAD, its errors or the request of its own thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any
from urllib.parse import unquote_to_bytes

from chalice.app import Blueprint, Request, Response

from chalicelib.web import problems, queries
from chalicelib.web.parameters import Parameter

LONGEST_PART = 900
"""Bytes of a part of an address: longer than any of ours, and short enough to be asked for."""
View = Callable[..., Response]
Known = tuple[Parameter, ...] | None

SERVING: ContextVar[Request | None] = ContextVar("serving", default=None)
"""The request that is being served here and now; the middleware sets it, and no other thread or app sees it."""


class Routes:
    """The routes of one module. Every app gets a blueprint of its own: in Chalice registering one uses up its methods."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._views: list[tuple[str, tuple[str, ...], View]] = []

    def reads(self, path: str, parameters: Known = None) -> Callable[[View], View]:
        """Serve GET and HEAD of a path by a view `(request, **path parameters)`. Whatever it raises is answered as a problem.

        `parameters` are all that may stand in the address; None, on pages, says that what is unknown is ignored.
        """

        return self._serves(path, parameters, "GET", "HEAD")

    def takes(self, path: str, parameters: Known = None) -> Callable[[View], View]:
        """Serve POST of a path by a view; it checks the type of the body itself, after it knows who calls."""
        return self._serves(path, parameters, "POST")

    def _serves(self, path: str, parameters: Known, *methods: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            self._views.append((path, methods, _guarded(view, parameters)))
            return view

        return register

    def blueprint(self) -> Blueprint:
        """A new blueprint with all routes, for one app."""
        blueprint = Blueprint(self._module)
        for path, methods, view in self._views:
            blueprint.route(path, methods=list(methods), content_types=[])(view)
        return blueprint


def _refuse_long(parts: Mapping[str, str]) -> None:
    if any(len(unquote_to_bytes(part)) > LONGEST_PART for part in parts.values()):
        raise problems.Missing("没有这个地址", "请核对地址，或者从首页开始查询。")


def _guarded(view: View, known: Known) -> View:
    @wraps(view)
    def guarded(**parts: Any) -> Response:
        request = SERVING.get()
        try:
            if request is not None:
                _refuse_long(parts)
                queries.refuse_unreadable(request)
                if known is not None:
                    queries.refuse_unknown(request, known)
            return view(request, **parts)
        except Exception as error:  # noqa: BLE001 - nothing may pass: Chalice would log its message
            return problems.answer(error, request)

    guarded.__dict__.update(guards=True, parameters=known)
    return guarded
