"""How the gateway of text messages and the window sign what they send each other (`docs/sms-gateway.md`)."""

from __future__ import annotations

import hashlib
import hmac

KEY, TIME, NONCE, SIGNATURE = "X-Mingxin-Key", "X-Mingxin-Time", "X-Mingxin-Nonce", "X-Mingxin-Signature"
"""The headers: whose key, when (seconds since 1970), a word never used twice, and the signature over all of it."""
TOLERANCE = 300
"""Seconds by which the clocks of both may differ."""


def of(method: str, path: str, moment: str, nonce: str, body: bytes, secret: str) -> str:
    """HMAC-SHA256, in hexadecimal, over method, path, time, nonce and the SHA-256 of the body, a line each."""
    said = "\n".join((method, path, moment, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def fits(method: str, path: str, headers: dict[str, str], body: bytes, key: str, secret: str, now: int) -> bool:
    """Whether what came was signed by whoever has the secret, and lately. `headers` by the names above."""
    moment, nonce = headers.get(TIME, ""), headers.get(NONCE, "")
    if not secret or headers.get(KEY) != key or not moment.isdigit() or not nonce or abs(now - int(moment)) > TOLERANCE:
        return False
    return hmac.compare_digest(of(method, path, moment, nonce, body, secret), headers.get(SIGNATURE, ""))
