"""One-time codes: six digits, ten minutes, five tries, and few enough of them that nobody guesses or floods (NT-22)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.storage import codes

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
MOST_A_PLACE = 3
"""Codes for one consent, or for one new contact on one day."""
MOST_A_DAY = 10
"""Codes for one subject on one day."""


def make(place: str, owner: str) -> str:
    """A new code for a place (a consent, a contact) and its owner (a subject); `Refused` when there were too many."""
    now = clock.now()
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    if not codes.count_up(owner, clock.today().isoformat(), MOST_A_DAY, now):
        raise Refused("今天发送的验证码已有{most}个：请明天再试，或到信用信息服务窗口办理", most=MOST_A_DAY)
    if not codes.put_code(place, code, LIFE, MOST_A_PLACE, now):
        raise Refused("这件事的验证码已发送{most}次：请到信用信息服务窗口办理，或请对方重新申请", most=MOST_A_PLACE)
    return code


def take(place: str, code: str) -> None:
    """Use a code up; `Refused` when it is not the right one, too late, or tried too often. Wrong and too late sound the same."""
    digits = "".join(code.split())
    if not codes.take_code(place, digits, TRIES, clock.now()):
        raise Refused("验证码不对，或者已过10分钟、已试满{tries}次：请核对，或重新获取验证码", "NT-22", tries=TRIES)


def waiting(place: str) -> bool:
    """Whether a code was sent that can still be typed in."""
    return codes.tries_left(place, TRIES, clock.now()) > 0
