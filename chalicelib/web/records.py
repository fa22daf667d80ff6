"""What departments' programs send in with a key: `POST /api/v1/records`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Request, Response

from chalicelib import watching
from chalicelib.services.identity import api_keys
from chalicelib.web import access, bodies, parameters, problems, queries, repeats
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

if TYPE_CHECKING:
    from chalicelib.services.submission.receive import Sent

LARGEST_JSON = 1 * bodies.MEGABYTE
LARGEST_CSV = 5 * bodies.MEGABYTE

records = Routes(__name__)


@records.takes("/api/v1/records", parameters.SUBMISSION)
def submit(request: Request) -> Response:
    """Take in rows for one of the key's providers: what was accepted, what was there already, and what was refused and why."""
    from chalicelib.services.submission import receive  # what takes in rows is a tenth of all that the face would import

    key = access.caller(request)
    sent = _sent(request)
    provider = access.provider_of(key, sent.provider)
    offices = api_keys.providers_of(key)
    with repeats.answered():
        taken = receive.take_in(sent, provider=provider, offices=offices, caller=key.id, key=repeats.key_of(request), reviewer=key.office)
    watching.rows(taken["batch"], taken["accepted"], taken["duplicate"], len(taken["refused"]))
    return data(taken)


def _sent(request: Request) -> Sent:
    """The body, by its content type."""
    from chalicelib.services.submission import receive

    content_type = bodies.content_type(request)
    provider = queries.given(request, "provider")
    if content_type == "application/json":
        return receive.read_json(bodies.body(request, LARGEST_JSON), provider=provider)
    if content_type == "text/csv":
        return receive.read_csv(bodies.body(request, LARGEST_CSV), kind=queries.given(request, "kind"), provider=provider)
    raise problems.Declined(problems.OTHER_CONTENT_TYPE, "请求正文应为 application/json 或 text/csv，请在 Content-Type 中写明")
