"""Consent: what an organisation may learn of another subject, because that subject agreed (NT-22, NT-26, NT-27, SJZ-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from chalicelib.law.catalogue import Item
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.disclosure import may_see
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import SubjectKind
from chalicelib.records.reports import Consent

State = Literal["open", "in force", "refused", "revoked", "lapsed", "ended", "used up"]
STATES: Mapping[State, tuple[str, str]] = {
    "open": (phrase("等待答复"), "yellow"),
    "in force": (phrase("有效"), "green"),
    "refused": (phrase("已拒绝"), "grey"),
    "revoked": (phrase("已撤销"), "grey"),
    "lapsed": (phrase("逾期未答复，已失效"), "grey"),
    "ended": (phrase("已到期"), "grey"),
    "used up": (phrase("次数已用完"), "grey"),
}
"""Every state a consent can be in, in words and with the colour of its tag."""
REASONS: Mapping[State, str] = {
    "open": phrase("对方还没有同意：请等待答复"),
    "refused": phrase("对方没有同意这次查询"),
    "revoked": phrase("授权已被撤销：需要时请重新申请"),
    "lapsed": phrase("申请没有在期限内得到答复，已失效：需要时请重新申请"),
    "ended": phrase("授权已到期：需要时请重新申请"),
    "used up": phrase("授权的查询次数已用完：需要时请重新申请"),
}
"""Why a consent in a state entitles to nothing, and what to do."""
USUAL_USES, MOST_USES = 1, 12
LONGEST = 366
"""Days for which one consent may be given: after that it is asked for anew."""
DAYS_TO_ANSWER = 30
"""Days after which an unanswered request lapses."""
OF_PEOPLE = phrase("“{items}”只有个人才有，而查询的是单位：请去掉这几类再提交")
OF_ORGANISATIONS = phrase("“{items}”只有单位才有，而查询的是个人：请去掉这几类再提交")
PEOPLE: frozenset[SubjectKind] = frozenset({"natural_person"})
ORGANISATIONS: frozenset[SubjectKind] = frozenset({"organisation", "individual_business", "government_body"})


def state_of(consent: Consent, today: date) -> State:
    """What a consent is on a day. Its last day still counts; a revocation counts at once."""
    if consent.revoked:
        return "revoked"
    if consent.answer == "refused":
        return "refused"
    if consent.answer == "open":
        return "lapsed" if today > min(consent.answer_until, consent.last_day) else "open"
    if today > consent.last_day:
        return "ended"
    return "used up" if consent.used >= consent.uses else "in force"


def stands_until(consent: Consent) -> date | None:
    """The last day on which a consent, or a request for one, still stands; None once it was taken back, refused or used up."""
    if consent.revoked or consent.answer == "refused" or consent.used >= consent.uses:
        return None
    return consent.last_day if consent.answer == "agreed" else min(consent.answer_until, consent.last_day)


def askable(catalogue: Mapping[str, Item], subject: Identifier) -> dict[str, Item]:
    """The items that consent can open of a kind of subject: public ones and those of the authorised class (NT-19)."""
    kinds = ORGANISATIONS if subject.type == "uscc" else PEOPLE
    return {code: item for code, item in catalogue.items() if may_see(item, "authorised") and kinds & set(item.subjects)}


def only_about(item: Item) -> str:
    """Whom alone an item can be about, in words; empty when it can be about an organisation as well as a person."""
    if not ORGANISATIONS & set(item.subjects):
        return phrase("仅个人")
    return "" if PEOPLE & set(item.subjects) else phrase("仅单位")


def checked_terms(
    items: Iterable[str], uses: int, last_day: date, *, catalogue: Mapping[str, Item], subject: Identifier, today: date
) -> tuple[str, ...]:
    """The items of a request, in the catalogue's order; `Refused` when these, the uses or the last day cannot be (NT-22)."""
    wanted, open_items = set(items), askable(catalogue, subject)
    if not wanted:
        raise Refused("请至少选择一类信息", "NT-22")
    if any(code not in catalogue or not may_see(catalogue[code], "authorised") for code in wanted):
        raise Refused("所选信息中有不能经授权查询的：请只选列出的类别", "NT-19")
    if unfitting := tuple(item.name for code, item in catalogue.items() if code in wanted - set(open_items)):
        raise Refused(OF_PEOPLE if subject.type == "uscc" else OF_ORGANISATIONS, "NT-22", items=unfitting)
    if not 1 <= uses <= MOST_USES:
        raise Refused("查询次数应为1至{most}次", "NT-22", most=MOST_USES)
    if last_day < today:
        raise Refused("授权的最后一天已经过去：请填写今天或以后的日期", "NT-22")
    if last_day > today + timedelta(days=LONGEST):
        raise Refused("授权最长{days}天：请填写早一些的日期，到期可以重新申请", "NT-22", days=LONGEST)
    return tuple(code for code in open_items if code in wanted)


def agreed(consent: Consent, items: Sequence[str], uses: int, last_day: date, *, by: str, at: str, today: date) -> Consent:
    """The consent as its subject gives it: what was asked for, or less of it and never more (NT-22)."""
    refuse_unanswerable(consent, today)
    chosen = tuple(code for code in consent.items if code in set(items))
    if not chosen or set(items) - set(consent.items):
        raise Refused("请在对方申请的范围内至少选择一类；一类都不同意的，请选择“不同意”", "NT-22")
    if not 1 <= uses <= consent.uses:
        raise Refused("次数不能多于对方申请的{most}次", "NT-22", most=consent.uses)
    if not today <= last_day <= consent.last_day:
        raise Refused("最后一天应在今天和 {last} 之间", "NT-22", last=consent.last_day.isoformat())
    more = {"items": chosen, "uses": uses, "last_day": last_day, "version": consent.version + 1}
    return replace(consent, answer="agreed", answered=at, answered_by=by, **more)  # type: ignore[arg-type]


def refused(consent: Consent, *, by: str, at: str, today: date) -> Consent:
    """The request as its subject turned it down; no reason need be given."""
    refuse_unanswerable(consent, today)
    return replace(consent, answer="refused", answered=at, answered_by=by, version=consent.version + 1)


def revoked(consent: Consent, *, at: str) -> Consent:
    """The consent as its subject took it back: it entitles to nothing from this moment, and needs no reason."""
    if consent.answer != "agreed" or consent.revoked:
        raise Refused("这项授权现在不能撤销：请刷新页面查看它的状态")
    return replace(consent, revoked=at, version=consent.version + 1)


def used(consent: Consent, subject: Identifier, purpose: str, items: Sequence[str] | None, today: date) -> Consent:
    """The consent after one more use; `Refused` unless it is in force for this subject, purpose and scope (NT-22, SJZ-6)."""
    state = state_of(consent, today)
    if state != "in force":
        raise Refused(REASONS[state], "NT-22")
    if subject != consent.subject:
        raise Refused("授权的不是这个主体：请核对申请编号和查询对象", "NT-22")
    if " ".join(purpose.split()) != consent.purpose:
        raise Refused("授权的不是这个用途：授权只用于“{purpose}”", "NT-22", purpose=consent.purpose)
    if items is not None and (not items or set(items) - set(consent.items)):
        raise Refused("授权的范围不包括所查的全部信息：请只查授权的类别", "NT-22")
    return replace(consent, used=consent.used + 1, version=consent.version + 1)


def refuse_unanswerable(consent: Consent, today: date) -> None:
    """`Refused` unless a request still waits for its answer."""
    if state_of(consent, today) != "open":
        raise Refused("这个申请已经答复或者失效：请刷新页面查看它的状态")
