"""What carriers of messages tell afterwards (`/receipts/...`): each call is believed by its signature alone."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.services.telling import receipts as service
from chalicelib.web import bodies, problems
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

LARGEST = 1 * bodies.MEGABYTE

receipts = Routes(__name__)


@receipts.takes("/receipts/email")
def email(request: Request) -> Response:
    """What became of e-mails, by the topic of SES."""
    return _answered(lambda: service.of_email(bodies.body(request, LARGEST)))


@receipts.takes(service.SMS_PATH)
def sms(request: Request) -> Response:
    """What became of text messages, by the gateway."""
    return _answered(lambda: service.of_sms(request.headers, bodies.body(request, LARGEST)))


def _answered(note: Callable[[], int]) -> Response:
    try:
        return data({"noted": note()})
    except service.NotGenuine as error:
        raise problems.Declined(problems.NOT_ALLOWED, "签名不符：只有承运消息的一方可以调用") from error
