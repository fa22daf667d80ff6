"""One click in an e-mail ends what need not be sent: by a signed word in its link, without signing in (RFC 8058)."""

from __future__ import annotations

import hmac

from chalicelib import clock, settings
from chalicelib.records.identifiers import Identifier
from chalicelib.storage import contacts
from chalicelib.storage.keys import keyring

HERE = "/unsubscribe/"


def link(number: Identifier) -> str:
    """The link for whoever has a number. It says nothing of who that is, and works for good."""
    place = contacts.place_of(number)
    return f"{settings.site()}{HERE}{place}.{_signed(place)}"


def headers(address: str) -> dict[str, str]:
    """The headers by which a mail program offers it."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def is_ours(token: str) -> bool:
    """Whether a link's word was signed here."""
    place, _, signed = token.partition(".")
    return hmac.compare_digest(_signed(place).encode(), signed.encode())


def unsubscribe(token: str) -> bool:
    """Send whoever the link belongs to only what must be sent; False when the link is not ours."""
    return is_ours(token) and contacts.no_more_notices(token.partition(".")[0], clock.now())


def _signed(place: str) -> str:
    return keyring().public_id("", "unsubscribe", place)
