"""The only place that knows which HTTP status an error has: problem details for programs (RFC 9457), pages for people."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import settings
from chalicelib.law.decisions import Refused
from chalicelib.web import pages
from chalicelib.web.limits import Limit

LOG = logging.getLogger("mingxin")


@dataclass(eq=False)
class Missing(Exception):
    """What was asked for is not here. `reason` says what and why; `hint` what to do next."""

    reason: str
    hint: str = ""


@dataclass(eq=False)
class Unavailable(Exception):
    """A part that the answer needs does not answer now."""

    reason: str


@dataclass(frozen=True)
class Problem:
    """A kind of error: its stable name, status and title."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The stable type URI, relative to the window's own address."""
        return f"/problems/{self.name}"


@dataclass(eq=False)
class Declined(Exception):
    """A request that is turned down as it stands: the kind of error, why and what to do, and headers that tell programs so."""

    problem: Problem
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Problem("not-found", 404, "没有找到")
INVALID_INPUT = Problem("invalid-input", 422, "输入有误")
METHOD_NOT_ALLOWED = Problem("method-not-allowed", 405, "不支持这种请求方式")
BAD_REQUEST = Problem("bad-request", 400, "请求有误")
UNAVAILABLE = Problem("unavailable", 503, "服务暂时不可用")
UNEXPECTED = Problem("unexpected", 500, "服务出错")
NO_KEY = Problem("no-key", 401, "需要有效的密钥")
NOT_ALLOWED = Problem("not-allowed", 403, "没有权限")
IN_PROGRESS = Problem("in-progress", 409, "正在处理")
TOO_LARGE = Problem("too-large", 413, "内容过大")
TOO_MANY = Problem("too-many-requests", 429, "请求过于频繁")
OTHER_CONTENT_TYPE = Problem("other-content-type", 415, "不支持这种内容类型")

FOR_PROGRAMS = (".json", ".csv", ".atom")
"""How addresses end whose readers are programs."""

_CHALICE_ERRORS: dict[int, tuple[Problem, str]] = {
    404: (NOT_FOUND, "没有这个地址"),
    405: (METHOD_NOT_ALLOWED, "这个地址不支持这种请求方式"),
    500: (UNEXPECTED, "服务没有完成这次请求，请稍后再试"),
}


def answer(error: Exception, request: Request | None) -> Response:
    """The answer to an error that a view raised: a problem for API paths, a page for the others."""
    as_json = _wants_json(request)
    if isinstance(error, Refused):
        extra = {"clause": error.clause or None, "from_when": error.from_when.isoformat() if error.from_when else None}
        return _respond(INVALID_INPUT, error.reason, as_json, {key: value for key, value in extra.items() if value})
    if isinstance(error, Missing):
        detail = f"{error.reason}。{error.hint}" if as_json and error.hint else error.reason
        return _respond(NOT_FOUND, detail, as_json, hint=error.hint)
    if isinstance(error, Unavailable):
        return _respond(UNAVAILABLE, error.reason, as_json)
    if isinstance(error, Declined):
        declined = _respond(error.problem, error.reason, as_json)
        declined.headers.update(error.headers)
        return declined
    reference = _logged(error, request)
    if type(error).__module__.partition(".")[0] == "botocore":
        return _respond(UNAVAILABLE, f"数据暂时读不到，请稍后再试。编号 {reference}", as_json, {"reference": reference})
    return _respond(UNEXPECTED, f"服务没有完成这次请求，已记录，请稍后再试。编号 {reference}", as_json, {"reference": reference})


def refused_form(body: str) -> Response:
    """A page with the visitor's form and what is wrong in it."""
    return _page(INVALID_INPUT, body)


def unknown_path(path: str) -> Response:
    """The whole answer for a path that no route serves."""
    return missing(path, accept_json=_is_for_programs(path))


def too_many(path: str, limit: Limit, wait: int) -> Response:
    """The whole answer to who asks too often: how often is allowed, and after how many seconds to come back."""
    from chalicelib.web import headers  # headers tidies by this module

    reason = f"每个网络地址{limit.seconds // 60}分钟内最多请求{limit.requests}次（{limit.about}）。请在{wait}秒之后再来"
    response = _respond(TOO_MANY, reason, _is_for_programs(path))
    response.headers["Retry-After"] = str(wait)
    headers.add_safety(response)
    return response


def missing(path: str, accept_json: bool) -> Response:
    """The whole answer, headers included, for a path that no route serves. The path is not repeated: it may hold anything."""
    from chalicelib.web import headers  # headers tidies by this module

    response = _respond(NOT_FOUND, "没有这个地址", accept_json, hint="请核对地址，或者从首页开始查询。")
    headers.add_safety(response)
    return response


def tidied(response: Response, request: Request | None) -> Response:
    """An error that Chalice itself answered, in our form; every other response as it is."""
    if response.status_code < 400 or not isinstance(response.body, dict) or "Code" not in response.body:
        return response
    problem, detail = _CHALICE_ERRORS.get(response.status_code, (BAD_REQUEST, "服务不明白这个请求"))
    allowed = response.headers.get("Allow")
    tidy = _respond(problem, f"{detail}，可用的是 {allowed}" if allowed else detail, _wants_json(request))
    if allowed:
        tidy.headers["Allow"] = allowed
    return tidy


def _wants_json(request: Request | None) -> bool:
    if request is None:
        return True
    last = list((request.uri_params or {}).values())[-1:]
    return _is_for_programs(request.path) or any(unquote(value).endswith(FOR_PROGRAMS) for value in last)


def _is_for_programs(path: str) -> bool:
    return path.startswith("/api/") or path.endswith((*FOR_PROGRAMS, "/healthz"))


def _respond(problem: Problem, detail: str, as_json: bool, extra: dict[str, Any] | None = None, hint: str = "") -> Response:
    if as_json:
        body = {"type": problem.type, "title": problem.title, "status": problem.status, "detail": detail, **(extra or {})}
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}, problem.status)
    try:
        return _page(problem, pages.render("error.html", title=problem.title, detail=detail, hint=hint, problem=problem.name))
    except Exception as error:  # noqa: BLE001 - the pages themselves are broken: say it without them
        _logged(error, None)
        return _respond(problem, detail, True, extra)


def _page(problem: Problem, body: str) -> Response:
    return Response(body, {"Content-Type": pages.HTML, "Cache-Control": "no-store"}, problem.status)


def _logged(error: Exception, request: Request | None) -> str:
    """Log an unexpected error under a random reference: its type and place, never its message, which may hold personal data."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown"
    own = next((f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames) if "chalicelib" in frame.filename), place)
    LOG.error("problem %s: %s at %s (from %s) on %s", reference, type(error).__name__, place, own, request.path if request else "unknown")
    return reference


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(settings.ROOT)) if path.is_relative_to(settings.ROOT) else "/".join(path.parts[-3:])
