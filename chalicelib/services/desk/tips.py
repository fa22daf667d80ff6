"""A tip about an organisation, taken from anyone, and its answer, given to whoever has its number and secret (KLM-15, AK-3.7, HY-18)."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import tips as law
from chalicelib.law.decisions import Refused
from chalicelib.records.tips import Opening, Reporter, Tip
from chalicelib.services.reporting import reports
from chalicelib.storage import allowances, tips
from chalicelib.storage.archive import Conflict
from chalicelib.storage.keys import keyring

MOST_A_DAY = 30
"""Tips from one network address on one day: whole offices share one."""
MOST_TRIES = 20
"""How often the answer to one number is asked for on one day: each is counted before the secret is compared."""
FORM_LASTS = timedelta(days=1)
_NUMBER = re.compile(r"JB-[0-9]{8}-[0-9A-Z]{8}")
_FORM = re.compile(r"([0-9]{8})\.[0-9a-f]{32}")


@dataclass(frozen=True)
class Taken:
    """A tip that was taken: what opens its answer, known to its reporter alone. `due` is the last day for the answer."""

    number: str
    secret: str
    due: date


@dataclass(frozen=True)
class Standing:
    """What became of a tip, for its reporter: its state in words, and every time that somebody looked at who they are."""

    tip: Tip
    label: str
    openings: tuple[Opening, ...]


def new_form() -> str:
    """What a form proves itself by: made by us, on which day. The same form sent twice is one tip."""
    stem = f"{clock.today():%Y%m%d}.{secrets.token_hex(16)}"
    return f"{stem}.{_mark(stem)}"


def take(form: str, network: str, stated: law.Stated) -> Taken:
    """Take a tip; `Refused` when the form is none of ours or too old, or the network address has used up its turns."""
    stem = _stem(form)
    secret = keyring().digest(["tip secret", stem])[:20].upper()
    number = _number(stem)
    if (before := tips.load(number)) is not None:
        return Taken(number, _grouped(secret), before.due)
    today, now = clock.today(), clock.now()
    if not allowances.take("tip", network, today, now, MOST_A_DAY):
        raise Refused("这个网络地址今天提交的举报已满{most}件：请明天再提交，或者拨打服务热线", most=MOST_A_DAY)
    due = law.answer_due(today, cities.load(settings.city()).rules).day
    first = law.PROCEDURE.states[0].name
    facts = (stated.organisation, stated.code, stated.matter, stated.text)
    tip = Tip(number, first, today, due, *facts, secret=_check(number, secret), named=bool(stated.name or stated.contact))
    try:
        tips.put(tip, Reporter(stated.name, stated.contact) if tip.named else None, now)
    except Conflict as error:
        if tips.load(number) is None:
            raise Refused("现在没有存下来，请再提交一次") from error
    return Taken(number, _grouped(secret), due)


def standing(number: str, secret: str) -> Standing | None:
    """What became of a tip; None when there is none of this number, or this is not its secret: both cost the same."""
    number, secret = "".join(number.split()).upper(), re.sub(r"[\s-]", "", secret).upper()
    if not _NUMBER.fullmatch(number) or len(secret) > 40:
        return None
    if not allowances.take("tip answer", number, clock.today(), clock.now(), MOST_TRIES):
        raise Refused("这个编号今天查询的次数已满{most}次：请明天再查询", most=MOST_TRIES)
    tip = tips.load(number)
    if not hmac.compare_digest(tip.secret if tip else "0" * 32, _check(number, secret)) or tip is None:
        return None
    return Standing(tip, law.PROCEDURE.state(tip.state).label, tuple(tips.openings(number)))


def _stem(form: str) -> str:
    stem, _, mark = form.rpartition(".")
    found = _FORM.fullmatch(stem)
    if not found or not hmac.compare_digest(mark.encode(), _mark(stem).encode()):
        raise Refused("这张表单不是本站给出的：请打开页面重新填写")
    if clock.today() - date.fromisoformat(found[1]) > FORM_LASTS:
        raise Refused("这张表单放得太久：请打开页面重新填写")
    return stem


def _mark(stem: str) -> str:
    return keyring().public_id("f_", "tip form", stem)


def _number(stem: str) -> str:
    bits = int(keyring().digest(["tip number", stem])[:10], 16)
    drawn = "".join(reports.ALPHABET[bits >> 5 * place & 31] for place in range(8))
    return f"{law.PROCEDURE.prefix}-{stem[:8]}-{drawn}"


def _check(number: str, secret: str) -> str:
    return keyring().digest(["tip check", number, secret])


def _grouped(secret: str) -> str:
    return "-".join(secret[start : start + 5] for start in range(0, len(secret), 5))
