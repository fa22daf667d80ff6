"""The only place that knows which HTTP status an error has: problem details for programs (RFC 9457), pages for people."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import settings
from chalicelib.law.decisions import Refused
from chalicelib.web.answers import HTML
from chalicelib.web.language import READER, Reader, language_of, say, told
from chalicelib.web.limits import Limit

LOG = logging.getLogger("mingxin")
MEMBER: ContextVar[Callable[[], Mapping[str, Any]] | None] = ContextVar("member", default=None)
"""What the head of an error's page says of who is signed in here and now; None when nobody is."""


class Missing(Exception):
    """What was asked for is not here. `reason` says what and why, `hint` what to do next; `values` belong where they name them."""

    def __init__(self, reason: str, hint: str = "", **values: object) -> None:
        super().__init__(reason, hint)
        self.reason, self.hint, self.values = reason, hint, values


@dataclass(eq=False)
class Unavailable(Exception):
    """A part that the answer needs does not answer now."""

    reason: str


@dataclass(eq=False)
class Elsewhere(Exception):
    """The answer is on another page of ours, to which the browser goes on; `cookies` are set on the way."""

    address: str
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A kind of error: its stable name, status and title, what it means, and what to do."""

    name: str
    status: int
    title: str
    about: str
    way: str

    @property
    def type(self) -> str:
        """The stable type URI, relative to the window's own address: a page that explains the problem."""
        return f"/problems/{self.name}"


class Declined(Exception):
    """A request that is turned down as it stands: the kind of error, why and what to do, and headers that tell programs so."""

    def __init__(self, problem: Problem, reason: str, headers: Mapping[str, str] | None = None, **values: object) -> None:
        super().__init__(problem.name, reason)
        self.problem, self.reason, self.headers, self.values = problem, reason, headers or {}, values


NOT_FOUND = Problem(
    "not-found",
    404,
    "没有找到",
    "地址里写的东西不在这里：没有这个地址，或者没有这个代码对应的主体。",
    "请核对地址和代码；不知道代码的，按名称查询。",
)
INVALID_INPUT = Problem(
    "invalid-input",
    422,
    "输入有误",
    "请求写得不对，或者依法不能照办。detail 写明哪里不对、该怎么改；有条文依据的，clause 写明条文。",
    "请按 detail 改正后重新提交；原样再发一次，结果不会变。",
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed", 405, "不支持这种请求方式", "这个地址不接受所用的请求方式（如 POST、DELETE）。", "请改用 Allow 中写明的方式。"
)
BAD_REQUEST = Problem("bad-request", 400, "请求有误", "服务读不懂这个请求。", "请对照开放接口的说明，核对请求的写法。")
UNAVAILABLE = Problem(
    "unavailable",
    503,
    "服务暂时不可用",
    "回答所需的一部分现在没有应答，数据没有丢失。",
    "请过几分钟再试；一直如此的，请把编号告诉服务热线。",
)
UNEXPECTED = Problem("unexpected", 500, "服务出错", "服务自己出了错，已经记录。", "请稍后再试；一直如此的，请把编号告诉服务热线。")
NO_KEY = Problem(
    "no-key",
    401,
    "需要有效的密钥",
    "这个接口要用密钥。没有密钥、写错、到期和已撤销，回答都一样。",
    "请在 Authorization: Bearer 之后写明密钥；没有密钥的，向信用中心申请。",
)
NOT_ALLOWED = Problem(
    "not-allowed", 403, "没有权限", "密钥有效，但不能做这件事，或者不能从这个网络地址使用。", "请换用有权限的密钥，或者联系信用中心变更。"
)
NOT_YOURS = Problem(
    "not-yours",
    403,
    "您不能使用这一页",
    "您已经登录，但这一页不是给您现在的身份用的。",
    "请在页面上方换一个身份（代表谁办理），或者退出后用另一种方式登录。",
)
STALE_FORM = Problem(
    "stale-form",
    403,
    "这张表单不能用了",
    "表单不是本站在这次登录中给出的，或者登录后已经换了身份。没有提交任何内容。",
    "请打开这一页，重新填写后提交。",
)
NOT_SIGNED_IN = Problem(
    "not-signed-in",
    401,
    "没有登录成功",
    "身份认证没有完成：可能用时太长，可能在另一个窗口重新开始过，也可能认证方没有给出可用的证件信息。",
    "请从登录页重新开始；一直不成功的，请到信用信息服务窗口办理。",
)
IN_PROGRESS = Problem(
    "in-progress", 409, "正在处理", "同一个请求正在处理，还没有结果。", "请按 Retry-After 写明的秒数，用同样的内容再问一次。"
)
OVERTAKEN = Problem(
    "overtaken", 409, "另有人先办理了", "同一件事另有人先办理了，您提交的内容没有存下来。", "请打开页面看看现在到了哪一步，需要时再办理。"
)
TOO_LARGE = Problem("too-large", 413, "内容过大", "提交的内容超过了一次能接收的大小。", "请分成几次提交。")
OTHER_CONTENT_TYPE = Problem(
    "other-content-type", 415, "不支持这种内容类型", "请求正文的类型不是这个接口接收的。", "请在 Content-Type 中写明接口接收的类型。"
)

TOO_MANY = Problem(
    "too-many-requests", 429, "请求过于频繁", "同一个网络地址在一段时间里的请求超过了上限。", "请按 Retry-After 写明的秒数，过后再来。"
)

KNOWN: Mapping[str, Problem] = {
    problem.name: problem
    for problem in (
        NOT_FOUND,
        INVALID_INPUT,
        METHOD_NOT_ALLOWED,
        BAD_REQUEST,
        UNAVAILABLE,
        UNEXPECTED,
        NO_KEY,
        NOT_ALLOWED,
        NOT_YOURS,
        STALE_FORM,
        NOT_SIGNED_IN,
        IN_PROGRESS,
        OVERTAKEN,
        TOO_LARGE,
        OTHER_CONTENT_TYPE,
        TOO_MANY,
    )
}
"""All kinds of error by their names; each has a page."""

FOR_PROGRAMS = (".json", ".csv", ".atom")
"""How addresses end whose readers are programs."""

_CHALICE_ERRORS: dict[int, tuple[Problem, str]] = {
    404: (NOT_FOUND, "没有这个地址"),
    405: (METHOD_NOT_ALLOWED, "这个地址不支持这种请求方式"),
    500: (UNEXPECTED, "服务没有完成这次请求，请稍后再试"),
}


def answer(error: Exception, request: Request | None) -> Response:
    """The answer to an error that a view raised: a problem for API paths, a page for the others."""
    as_json = wants_json(request)
    if isinstance(error, Refused):
        extra = {"clause": error.clause or None, "from_when": error.from_when.isoformat() if error.from_when else None}
        return _respond(INVALID_INPUT, told(error), as_json, {key: value for key, value in extra.items() if value})
    if isinstance(error, Missing):
        detail, hint = say(error.reason, **error.values), say(error.hint, **error.values)
        return _respond(NOT_FOUND, say("{what}。{hint}", what=detail, hint=hint) if as_json and hint else detail, as_json, hint=hint)
    if isinstance(error, Unavailable):
        return _respond(UNAVAILABLE, say(error.reason), as_json)
    if isinstance(error, Elsewhere):
        cookies = {"Set-Cookie": list(error.cookies)} if error.cookies else {}
        return Response("", {"Location": error.address, "Cache-Control": "no-store", **cookies}, 303)
    if isinstance(error, Declined):
        declined = _respond(error.problem, say(error.reason, **error.values), as_json)
        declined.headers.update(error.headers)
        return declined
    reference = _logged(error, request)
    extra = {"reference": reference}
    if type(error).__module__.partition(".")[0] == "botocore":
        return _respond(UNAVAILABLE, say("数据暂时读不到，请稍后再试。编号 {reference}", reference=reference), as_json, extra)
    return _respond(UNEXPECTED, say("服务没有完成这次请求，已记录，请稍后再试。编号 {reference}", reference=reference), as_json, extra)


def refused_form(body: str) -> Response:
    """A page with the visitor's form and what is wrong in it."""
    return _page(INVALID_INPUT, body)


def unknown_path(path: str, language: str = "") -> Response:
    """The whole answer, headers included, for a path that no route serves, in a language that `lang` named.

    The path is not repeated: it may hold anything.
    """
    from chalicelib.web import headers  # headers tidies by this module

    mark = READER.set(Reader(language_of(language)))
    try:
        response = _respond(NOT_FOUND, say("没有这个地址"), _is_for_programs(path), hint=say("请核对地址，或者从首页开始查询。"))
    finally:
        READER.reset(mark)
    headers.add_safety(response)
    return response


def too_many(path: str, limit: Limit, wait: int, language: str = "") -> Response:
    """The whole answer to who asks too often: how often is allowed, and after how many seconds to come back."""
    from chalicelib.web import headers  # headers tidies by this module

    mark = READER.set(Reader(language_of(language)))
    try:
        reason = say(
            "每个网络地址{minutes}分钟内最多请求{most}次（{about}）。请在{wait}秒之后再来",
            minutes=limit.seconds // 60,
            most=limit.requests,
            about=say(limit.about),
            wait=wait,
        )
        response = _respond(TOO_MANY, reason, _is_for_programs(path))
    finally:
        READER.reset(mark)
    response.headers["Retry-After"] = str(wait)
    headers.add_safety(response)
    return response


def tidied(response: Response, request: Request | None) -> Response:
    """An error that Chalice itself answered, in our form; every other response as it is."""
    if response.status_code < 400 or not isinstance(response.body, dict) or "Code" not in response.body:
        return response
    problem, detail = _CHALICE_ERRORS.get(response.status_code, (BAD_REQUEST, "服务不明白这个请求"))
    allowed = response.headers.get("Allow")
    said = say("这个地址不支持这种请求方式，可用的是 {allowed}", allowed=allowed) if allowed else say(detail)
    tidy = _respond(problem, said, wants_json(request))
    if allowed:
        tidy.headers["Allow"] = allowed
    return tidy


def wants_json(request: Request | None) -> bool:
    """Whether a request came from a program: it gets problems and no pages."""
    if request is None:
        return True
    last = list((request.uri_params or {}).values())[-1:]
    return _is_for_programs(request.path) or any(unquote(value).endswith(FOR_PROGRAMS) for value in last)


def _is_for_programs(path: str) -> bool:
    return path.startswith("/api/") or path.endswith((*FOR_PROGRAMS, "/healthz"))


def _respond(problem: Problem, detail: str, as_json: bool, extra: dict[str, Any] | None = None, hint: str = "") -> Response:
    if as_json:
        body = {"type": problem.type, "title": say(problem.title), "status": problem.status, "detail": detail, **(extra or {})}
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}, problem.status)
    try:
        from chalicelib.web import pages  # not for problems of programs

        said = {"title": say(problem.title), "detail": detail, "hint": hint, "problem": problem.name}
        return _page(problem, pages.render("error.html", member=_member(), **said))
    except Exception as error:  # noqa: BLE001 - the pages themselves are broken: say it without them
        _logged(error, None)
        return _respond(problem, detail, True, extra)


def _member() -> Mapping[str, Any] | None:
    """Who is signed in, for the head of an error's page; None also when that cannot be read now."""
    facts = MEMBER.get()
    try:
        return facts() if facts else None
    except Exception as error:  # noqa: BLE001 - the page of an error is made whatever else does not answer
        _logged(error, None)
        return None


def _page(problem: Problem, body: str) -> Response:
    return Response(body, {"Content-Type": HTML, "Cache-Control": "no-store"}, problem.status)


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
