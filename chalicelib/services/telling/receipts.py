"""What channels tell afterwards of messages: delivered, come back, complained of. Believed only when signed by whoever carried them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock, settings
from chalicelib.channels import signatures, sns_messages
from chalicelib.records.kinds import MessageState
from chalicelib.records.messages import Message
from chalicelib.services.telling import reaching
from chalicelib.storage import contacts, outbox

SMS_PATH = "/receipts/sms"
MOST = 1000
"""Receipts that one call may bring."""
_BOUNCES = frozenset({"Bounce", "Complaint"})
LOG = logging.getLogger("mingxin")


class NotGenuine(Exception):
    """What came was not signed by whoever carries our messages."""


def of_email(body: bytes) -> int:
    """Note what SES tells by its topic; how many messages it was about. `NotGenuine` when the topic or the signature is not ours."""
    said = _json(body)
    if not isinstance(said, dict) or not sns_messages.is_genuine(said, settings.email_topic()):
        raise NotGenuine
    if said["Type"] == sns_messages.CONFIRMATION:
        sns_messages.confirm(said)
        return 0
    event = _json(said["Message"].encode())
    kind = event.get("eventType", "")
    states: Mapping[str, MessageState] = {"Delivery": "delivered", "Bounce": "bounced", "Complaint": "bounced", "Reject": "failed"}
    if kind not in states or (kind == "Bounce" and event["bounce"].get("bounceType") != "Permanent"):
        return 0  # what comes back for now is tried again by SES itself
    mail = event["mail"]
    came_back = mail.get("destination", []) if kind in _BOUNCES else []
    return sum(_note(one, states[kind], kind, came_back) for one in outbox.load(mail.get("tags", {}).get("reference", [])[:1]).values())


def of_sms(headers: Mapping[str, str], body: bytes) -> int:
    """Note what the gateway for text messages tells; how many messages it was about. `NotGenuine` when it was not signed with our key."""
    gateway = settings.sms_gateway()
    given = {name: headers.get(name, "") for name in (signatures.KEY, signatures.TIME, signatures.NONCE, signatures.SIGNATURE)}
    seconds = clock.seconds_of_this_machine()
    if not signatures.fits("POST", SMS_PATH, given, body, gateway.key, gateway.secret, seconds):
        raise NotGenuine
    told = _told(_json(body))
    return sum(_note(one, *told[one.id]) for one in outbox.load(told).values())


def _told(said: Any) -> dict[str, tuple[MessageState, str]]:
    receipts: Iterable[Any] = said.get("receipts", ()) if isinstance(said, dict) else ()
    found: dict[str, tuple[MessageState, str]] = {}
    for one in list(receipts)[:MOST]:
        if isinstance(one, dict) and one.get("state") in ("delivered", "failed") and isinstance(one.get("reference"), str):
            found[one["reference"]] = (one["state"], str(one.get("reason", ""))[:40])
    return found


def _note(message: Message, state: MessageState, detail: str, came_back: Iterable[str] = ()) -> bool:
    part: outbox.Part | None = "failed" if message.statutory and state in ("bounced", "failed") else None
    noted = outbox.note(message.id, state, clock.now(), detail=detail or None, part=part)
    if noted:
        for address in came_back:
            _suppress(message, address, detail)
    return noted


def _suppress(message: Message, address: str, why: str) -> None:
    """Send nothing more where it came back from, and tell the subject when next signed in, unless they gave another address since."""
    reach = reaching.of([message.to]).get(message.to)
    kept = reach.contacts.email if reach else None
    now_known = kept if kept and kept.value.casefold() == address.casefold() else None
    outbox.suppress(message.channel, now_known.value if now_known else address, why, clock.now())
    if not reach or not now_known:
        return
    try:
        contacts.refuse(reach.number, message.channel)
    except ClientError as error:
        LOG.error("a returned message was not noted at its contact: %s", type(error).__name__)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise NotGenuine from error
