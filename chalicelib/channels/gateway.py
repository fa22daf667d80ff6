"""Text messages by an HTTP gateway with signed requests, as described in `docs/sms-gateway.md`."""

from __future__ import annotations

import json
import secrets
import time
from urllib.parse import urlsplit

import urllib3

from chalicelib import settings
from chalicelib.channels import Doubtful, Outgoing, Unsent, signatures

_TIMEOUT = urllib3.Timeout(connect=3, read=10)


class Gateway:
    """One signed POST a message; nothing is tried twice."""

    def __init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=16, retries=False, timeout=_TIMEOUT)

    def send(self, message: Outgoing) -> str:
        """Hand a text message over to the gateway."""
        gateway = settings.sms_gateway()
        facts = {
            "reference": message.reference,
            "to": message.to,
            "signature": message.sender,
            "template": message.template,
            "values": dict(message.values),
            "text": message.text,
        }
        body = json.dumps(facts, ensure_ascii=False).encode()
        path = urlsplit(gateway.address).path or "/"
        moment, nonce = str(int(time.time())), secrets.token_hex(8)
        headers = {
            "Content-Type": "application/json",
            signatures.KEY: gateway.key,
            signatures.TIME: moment,
            signatures.NONCE: nonce,
            signatures.SIGNATURE: signatures.of("POST", path, moment, nonce, body, gateway.secret),
        }
        try:
            answer = self._http.request("POST", gateway.address, body=body, headers=headers)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise Unsent(type(error).__name__, passing=True) from error
        except urllib3.exceptions.HTTPError as error:
            raise Doubtful(type(error).__name__) from error
        return _taken(answer.status, answer.data)


def _taken(status: int, body: bytes) -> str:
    """The gateway's id of a message; by its description 429 and 503 mean that it took nothing and may later."""
    if status in (429, 503):
        raise Unsent(f"HTTP {status}", passing=True)
    if 400 <= status < 500:
        raise Unsent(f"HTTP {status}")
    if status != 200:
        raise Doubtful(f"HTTP {status}")
    try:
        return str(json.loads(body)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise Doubtful("unreadable answer") from error
