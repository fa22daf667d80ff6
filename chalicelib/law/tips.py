"""Tips: what anyone may report of an organisation's serious breach, and what becomes of it. A tip informs and never decides (KLM-15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from chalicelib.law.deadlines import Deadline, working_days_after
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import check_uscc, looks_like_person_number
from chalicelib.law.masking import holds_person_number, mask_free_text
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.periods import Period, Unit
from chalicelib.law.procedures import Move, Procedure, State

CLAUSE = "KLM-15"
PROCEDURE = Procedure(
    "tip",
    phrase("举报办理"),
    "JB",
    (
        State("received", phrase("已收到，等待举报办理人"), "handler", "tip_answer"),
        State("handling", phrase("举报办理人正在办理"), "handler", "tip_answer"),
        State("passed_on", phrase("已转主管部门"), "provider", "tip_answer"),
        State("replied", phrase("主管部门已反馈"), "handler", "tip_answer"),
        State("answered", phrase("已答复"), final=True),
        State("not_taken", phrase("不予受理"), final=True),
    ),
    (
        Move("take_on", ("received", "handling", "replied"), "handling", ("handler",), "KLM-15", phrase("承办")),
        Move("pass_on", ("handling", "replied"), "passed_on", ("handler",), "AK-3.7", phrase("转主管部门，不透露举报人")),
        Move("reply", ("passed_on",), "replied", ("provider",), "AK-3.7", phrase("反馈处理情况")),
        Move("answer", ("handling", "replied", "passed_on"), "answered", ("handler",), "HY-18", phrase("答复举报人")),
        Move("turn_down", ("handling",), "not_taken", ("handler",), "KLM-15", phrase("不予受理，说明理由")),
    ),
)
MATTERS: Mapping[str, str] = {
    "unlicensed": phrase("无证照经营、隐蔽生产经营场所"),
    "safety": phrase("事故隐患、安全生产违法行为"),
    "pollution": phrase("污染环境"),
    "consumers": phrase("侵害消费者、公众投资者合法权益"),
    "other": phrase("其他严重失信行为"),
}
"""What is reported, as the documents name it (HY-18, KLM-15)."""
SHORTEST, LONGEST = 20, 2000
"""Characters of what happened."""
LONGEST_NAME, LONGEST_CONTACT = 50, 100
LONGEST_ORGANISATION = 100


@dataclass(frozen=True)
class Stated:
    """What a reporter states: the organisation by name and code (empty where it has none), the matter, what happened, and who they are
    and how they are reached, both empty where they do not say."""

    organisation: str
    code: str
    matter: str
    text: str
    name: str = ""
    contact: str = ""


def stated(about: str, organisation: str, code: str, matter: str, text: str, name: str, contact: str) -> Stated:
    """A tip as it is taken; `Refused` when it is about a person (KLM-15), or something in it is missing or too long."""
    if about == "person" or looks_like_person_number(code) or looks_like_person_number(organisation):
        raise Refused(
            "这里只受理对单位严重失信行为的举报，不受理对个人的举报：个人涉嫌违法犯罪的请拨打110，其他事项请向主管部门或12345热线反映",
            CLAUSE,
        )
    organisation, name, contact = (" ".join(line.split()) for line in (organisation, name, contact))
    if not 2 <= len(organisation) <= LONGEST_ORGANISATION or not organisation.isprintable():
        raise Refused("请写明单位名称（2至{most}个字）", CLAUSE, most=LONGEST_ORGANISATION)
    if len(name) > LONGEST_NAME or len(contact) > LONGEST_CONTACT or not (name + contact).isprintable():
        raise Refused("姓名最多{name}个字，联系方式最多{contact}个字", CLAUSE, name=LONGEST_NAME, contact=LONGEST_CONTACT)
    if matter not in MATTERS:
        raise Refused("请选择举报的是哪一类行为", CLAUSE)
    tidy = text.replace("\r\n", "\n").strip()
    if not SHORTEST <= len(tidy) <= LONGEST:
        raise Refused("请写明时间、地点和经过（{least}至{most}个字）", CLAUSE, least=SHORTEST, most=LONGEST)
    if holds_person_number(tidy):
        raise Refused("请不要在经过里写证件号码", CLAUSE)
    number = check_uscc(code).number if code else ""
    return Stated(organisation, number, matter, tidy, name, contact)


def passed_on(text: str) -> str:
    """What the competent body is told, in the handler's words; `Refused` when it holds numbers or addresses that lead to a person."""
    tidy = written(text)
    if mask_free_text(tidy) != tidy:
        raise Refused("转告的内容里有证件号码、电话或邮箱，可能透露举报人：请改写", "HY-18")
    return tidy


def written(text: str) -> str:
    """What somebody at the desk writes on a tip, without the spaces around it; `Refused` when it is missing or too long."""
    tidy = text.replace("\r\n", "\n").strip()
    if not 1 <= len(tidy) <= LONGEST:
        raise Refused("请写明内容（最多{most}个字）", CLAUSE, most=LONGEST)
    return tidy


def answer_due(received: date, rules: Rules) -> Deadline:
    """The last day on which a tip is answered."""
    rule = in_force("tip_answer", on=received, rules=rules)
    deadline = working_days_after(received, int(rule.value))
    return Deadline(deadline.day, deadline.provisional, rule.source, rule.defaulted)


def reporter_kept_until(closed: date, rules: Rules) -> date:
    """The last day on which it is kept who made a tip that was closed on a day."""
    return _kept("tip_reporter_kept", closed, rules)


def tip_kept_until(closed: date, rules: Rules) -> date:
    """The last day on which a tip is kept that was closed on a day."""
    return _kept("tip_kept", closed, rules)


def _kept(parameter: str, closed: date, rules: Rules) -> date:
    rule = in_force(parameter, on=closed, rules=rules)
    return Period(int(rule.value), cast(Unit, rule.unit)).last_day(closed)
