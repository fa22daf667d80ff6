"""How routes are put on an app, so that none can forget HEAD, its errors or the request of its own thread."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.web import problems

View = Callable[..., Response]

SERVING: ContextVar[Request | None] = ContextVar("serving", default=None)
"""The request that is being served here and now; the middleware sets it, and no other thread or app sees it."""


class Routes:
    """The routes of one module. Every app gets a blueprint of its own: in Chalice registering one uses up its methods."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._views: list[tuple[str, tuple[str, ...], View]] = []

    def reads(self, path: str) -> Callable[[View], View]:
        """Serve GET and HEAD of a path by a view `(request, **path parameters)`. Whatever it raises is answered as a problem."""

        return self._serves(path, "GET", "HEAD")

    def takes(self, path: str) -> Callable[[View], View]:
        """Serve POST of a path by a view; it checks the type of the body itself, after it knows who calls."""
        return self._serves(path, "POST")

    def _serves(self, path: str, *methods: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            self._views.append((path, methods, _guarded(view)))
            return view

        return register

    def blueprint(self) -> Blueprint:
        """A new blueprint with all routes, for one app."""
        blueprint = Blueprint(self._module)
        for path, methods, view in self._views:
            blueprint.route(path, methods=list(methods), content_types=[])(view)
        return blueprint


def _guarded(view: View) -> View:
    @wraps(view)
    def guarded(**parameters: Any) -> Response:
        request = SERVING.get()
        try:
            return view(request, **parameters)
        except Exception as error:  # noqa: BLE001 - nothing may pass: Chalice would log its message
            return problems.answer(error, request)

    guarded.__dict__["guards"] = True
    return guarded
