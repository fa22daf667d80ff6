"""Query rights beyond those of a body's key: applied for with purpose and basis, decided by an officer, ended by a day (HY-23b)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.law import two_persons
from chalicelib.law.decisions import Refused, phrase
from chalicelib.records.access import ApiKey, Grant
from chalicelib.records.access import SpecialNeed as SpecialNeed
from chalicelib.services.identity.api_keys import MOST_ENTRIES, checked_item
from chalicelib.storage import api_keys, special_needs
from chalicelib.storage.archive import Conflict
from chalicelib.storage.keys import keyring

LONGEST = 500
"""Characters of a purpose, a basis and a reason."""


def apply(
    key_id: str, items: Iterable[str], *, purpose: str, basis: str, until: date, by: str | None = None, body: str = ""
) -> SpecialNeed:
    """Ask that a key may read more catalogue items up to a last day; `by` is who asks, `body` for which body (USCC).

    `Refused` for items that need the subject's authorisation, a day that is over, a missing purpose or basis, or a key that is not
    there or works no more.
    """
    key = _working(key_id)
    wanted = tuple(dict.fromkeys(map(checked_item, items)))
    if not 1 <= len(wanted) <= MOST_ENTRIES:
        raise Refused("请写明1至{most}个需要的目录项", most=MOST_ENTRIES)
    if until < clock.today():
        raise Refused("最后一天 {day} 已经过去：请填写今天或以后的日期", day=until)
    now = clock.now()
    need = SpecialNeed(
        id="n_" + secrets.token_hex(10),
        key=key.id,
        items=wanted,
        purpose=_text(phrase("请写明用途（1至{most}个字）"), purpose),
        basis=_text(phrase("请写明依据（1至{most}个字）"), basis),
        until=until,
        made=now.isoformat(timespec="seconds"),
        made_by=_keyed(by) if by else None,
        body=body,
    )
    special_needs.add(need, now)
    return need


def listing() -> list[SpecialNeed]:
    """Every application, the open ones first, each group by the day it was made."""
    return sorted(special_needs.all_needs(), key=lambda need: (need.state != "open", need.made, need.id))


def decide(need_id: str, officer: str, *, granted: bool, reason: str, until: date | None = None) -> SpecialNeed:
    """Grant or refuse an application, once, for a reason; a grant may end earlier than was asked, never later. From then on the key
    reads more, or as much as before. `Refused` to who applied, when there is no such application, or it is decided already, or the
    key works no more."""
    while True:
        need = special_needs.load(need_id)
        if need is None or need.state != "open":
            raise Refused("没有这份待决定的申请：可能已经决定，请刷新列表")
        two_persons.refuse_own(need.made_by or "", _keyed(officer))
        key = _working(need.key) if granted else None
        last = min(until or need.until, need.until)
        now = clock.now()
        decided = replace(
            need,
            until=last,
            state="granted" if granted else "refused",
            decided=now.isoformat(timespec="seconds"),
            decided_by=_keyed(officer),
            reason=_text(phrase("请写明理由（1至{most}个字）"), reason),
            version=need.version + 1,
        )
        try:
            special_needs.decide(decided, _widened(key, decided) if key else None, now)
        except Conflict:  # somebody decides or changes the key at this moment: look again
            continue
        return decided


def is_by(need: SpecialNeed, person: str) -> bool:
    """Whether somebody applied for a need."""
    return need.made_by == _keyed(person)


def _keyed(person: str) -> str:
    return keyring().public_id("a_", person)


def _widened(key: ApiKey, need: SpecialNeed) -> ApiKey:
    """The key with what was granted; grants that are over go."""
    running = tuple(grant for grant in key.grants if grant.until >= clock.today())
    return replace(key, grants=(*running, Grant(need.id, need.items, need.until)), version=key.version + 1)


def _working(key_id: str) -> ApiKey:
    key = api_keys.load(key_id)
    if key is None or key.revoked:
        raise Refused("没有这把密钥，或者已经撤销：请核对编号（以 k_ 开头）")
    return key


def _text(unless: str, text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise Refused(unless, most=LONGEST)
    return text
