"""What departments' programs send in with a key: `POST /api/v1/records`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Request, Response

from chalicelib import watching
from chalicelib.law.decisions import Refused
from chalicelib.services import api_keys
from chalicelib.web import access, bodies, parameters, problems, queries
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

if TYPE_CHECKING:
    from chalicelib.services.receive import Sent

LARGEST_JSON = 1 * bodies.MEGABYTE
LARGEST_CSV = 5 * bodies.MEGABYTE
LONGEST_IDEMPOTENCY_KEY = 255
ASK_AGAIN_AFTER = "5"
"""Seconds."""

records = Routes(__name__)


@records.takes("/api/v1/records", parameters.SUBMISSION)
def submit(request: Request) -> Response:
    """Take in rows for one of the key's providers: what was accepted, what was there already, and what was refused and why."""
    from chalicelib.services import receive  # what takes in rows is a tenth of all that the face would import

    key = access.caller(request)
    sent = _sent(request)
    provider = access.provider_of(key, sent.provider)
    offices = api_keys.providers_of(key)
    try:
        once = _idempotency_key(request)
        taken = receive.take_in(sent, provider=provider, offices=offices, caller=key.id, key=once, reviewer=key.office)
    except receive.StillRunning as error:
        reason = "同一个 Idempotency-Key 的请求正在处理：请稍后用同样的内容再问，会得到同样的回答"
        raise problems.Declined(problems.IN_PROGRESS, reason, {"Retry-After": ASK_AGAIN_AFTER}) from error
    watching.rows(taken["batch"], taken["accepted"], taken["duplicate"], len(taken["refused"]))
    return data(taken)


def _sent(request: Request) -> Sent:
    """The body, by its content type."""
    from chalicelib.services import receive

    content_type = bodies.content_type(request)
    provider = queries.given(request, "provider")
    if content_type == "application/json":
        return receive.read_json(bodies.body(request, LARGEST_JSON), provider=provider)
    if content_type == "text/csv":
        return receive.read_csv(bodies.body(request, LARGEST_CSV), kind=queries.given(request, "kind"), provider=provider)
    raise problems.Declined(problems.OTHER_CONTENT_TYPE, "请求正文应为 application/json 或 text/csv，请在 Content-Type 中写明")


def _idempotency_key(request: Request) -> str | None:
    key: str | None = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_IDEMPOTENCY_KEY or not key.isascii() or not key.isprintable():
        raise Refused("Idempotency-Key 应为1至{most}个可打印的 ASCII 字符", most=LONGEST_IDEMPOTENCY_KEY)
    return key
