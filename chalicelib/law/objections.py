"""Objections: on what grounds, by when each step is due, what a decision says, and the steps themselves (NT-31 to NT-33)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chalicelib.law.deadlines import Deadline, is_working_day, working_days_after
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.masking import holds_person_number
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.procedures import Move, Procedure, State
from chalicelib.law.showing import MEASURES_SUSPENDED, SUSPENDED

FLAG = "under_objection"
"""The flag of a record while an objection to it runs (NT-32)."""
FLAGS = (FLAG, SUSPENDED, MEASURES_SUSPENDED)
"""Everything that an objection may put on a record, and takes off again."""

Ground = Literal["facts", "forbidden", "past period"]
GROUNDS: Mapping[Ground, str] = {
    "facts": phrase("与事实不符，有错误或者遗漏"),
    "forbidden": phrase("属于禁止归集的信息"),
    "past period": phrase("超过使用期限仍在使用"),
}
"""What an objection may rest on (NT-31)."""


@dataclass(frozen=True)
class Choice:
    """A reason in plain words, and the ground that it is."""

    words: str
    ground: Ground


CHOICES: Mapping[str, Choice] = {
    "not me": Choice(phrase("这不是我（不是本单位）"), "facts"),
    "identity used": Choice(phrase("有人冒用了我的身份（本单位名义）"), "facts"),
    "not responsible": Choice(phrase("这件事不该由我负责"), "facts"),
    "wrong": Choice(phrase("内容写错了"), "facts"),
    "missing": Choice(phrase("漏写了内容"), "facts"),
    "forbidden": Choice(phrase("是不准收集的内容（宗教信仰、基因、血型、疾病和病史等）"), "forbidden"),
    "too old": Choice(phrase("时间太久，不该再使用"), "past period"),
}
"""What people choose from, in their words."""

Channel = Literal["online", "provider", "counter", "user"]
CHANNELS: Mapping[Channel, str] = {
    "online": phrase("网上向信用中心提出"),
    "provider": phrase("网上向信息提供单位提出"),
    "counter": phrase("在服务窗口提出"),
    "user": phrase("使用单位认为有误"),
}
"""How an objection came (NT-31b); by a user's own doubt as well (HY-27d)."""

Finding = Literal["right", "partly", "wrong", "not ours"]
FINDINGS: Mapping[Finding, str] = {
    "right": phrase("记录无误"),
    "partly": phrase("部分有误"),
    "wrong": phrase("记录有误"),
    "not ours": phrase("不是本单位提供的（请转交）"),
}
"""What a provider finds when it verifies a record."""

Remedy = Literal["amend", "remove", "purge"]
REMEDIES: Mapping[Remedy, str] = {
    "amend": phrase("更正内容"),
    "remove": phrase("删除记录（移入档案，不再公示和使用）"),
    "purge": phrase("彻底清除（属于禁止归集的信息）"),
}
"""How a wrong record is made good. Only what may not be collected at all is purged everywhere (NT-14b)."""


@dataclass(frozen=True)
class Verified:
    """What providers have said to the requests of an objection, and whether one has let its last day pass without a word."""

    findings: frozenset[str] = frozenset()
    silent: bool = False


REASONS: Mapping[str, str] = {
    "matches": phrase("经提供单位核实，记录与原始文书一致。"),
    "document stands": phrase("该文书依法有效，没有被撤销、变更或者确认违法。"),
    "same subject": phrase("经核对证件号码（统一社会信用代码），记录的主体就是您（贵单位）。"),
    "inside period": phrase("记录仍在法定的使用期限内。"),
    "differs": phrase("经提供单位核实，记录与原始文书不一致。"),
    "other subject": phrase("经核对，记录的主体不是您（贵单位）。"),
    "not responsible": phrase("经核对，现有材料不能说明您应当对这件事负责。"),
    "no proof": phrase("提供单位没有在期限内提交能够证明记录真实的材料。"),
    "forbidden": phrase("记录含有禁止归集的信息。"),
    "over": phrase("记录已经超过使用期限。"),
}
"""The library of reasons that a decision can be given with, besides own words."""
_SAID_BY: Mapping[str, frozenset[str]] = {"matches": frozenset({"right"}), "differs": frozenset({"partly", "wrong"})}
"""The reasons that tell of what a provider found, with the findings that make them true."""
LONGEST_TEXT = 2000
"""Characters of what somebody states, asks or decides."""

PROCEDURE = Procedure(
    "objection",
    "异议处理",
    "YY",
    (
        State("received", phrase("已受理"), "officer", "objection_decision"),
        State("verifying", phrase("核实中"), "officer", "objection_decision"),
        State("evidence", phrase("待补充材料"), "officer", "objection_decision"),
        State("correcting", phrase("认定有误，待更正"), "officer", "correction"),
        State("appealed", phrase("复核中"), "supervisor", "appeal_answer"),
        State("stands", phrase("已答复：维持记录"), final=True),
        State("corrected", phrase("已更正"), final=True),
        State("withdrawn", phrase("已撤回"), final=True),
        State("appeal stands", phrase("复核答复：维持"), final=True),
    ),
    (
        Move(
            "ask to verify", ("received", "verifying", "evidence"), "verifying", ("officer", "subject"), "NT-32", phrase("请提供单位核实")
        ),
        Move("verified", ("received", "verifying", "evidence"), None, ("provider",), "NT-32", phrase("答复核实结果")),
        Move("ask for evidence", ("received", "verifying"), "evidence", ("officer",), "NT-31", phrase("请补充材料")),
        Move("add evidence", ("received", "verifying"), None, ("subject", "officer"), "NT-31", phrase("补充材料")),
        Move("add evidence", ("evidence",), "received", ("subject", "officer"), "NT-31", phrase("补充材料")),
        Move("redact", ("received", "verifying", "evidence"), None, ("officer",), "NT-32", phrase("放入遮盖件")),
        Move("uphold", ("received", "verifying", "evidence"), "stands", ("officer",), "NT-32", phrase("认定无误，维持记录")),
        Move("find wrong", ("received", "verifying", "evidence"), "correcting", ("officer",), "NT-32", phrase("认定有误")),
        Move("correct", ("correcting",), "corrected", ("officer",), "NT-32", phrase("更正记录")),
        Move("withdraw", ("received", "verifying", "evidence", "appealed"), "withdrawn", ("subject",), "NT-31", phrase("撤回异议")),
        Move("appeal", ("stands", "corrected"), "appealed", ("subject",), "NT-33", phrase("申请复核")),
        Move("uphold on appeal", ("appealed",), "appeal stands", ("supervisor",), "NT-33", phrase("复核维持")),
        Move("find wrong on appeal", ("appealed",), "correcting", ("supervisor",), "NT-33", phrase("复核认定有误")),
    ),
    alone=phrase("这条记录的异议正在处理（{number}）：可以在那件异议中补充材料"),
)
"""An objection from its receipt to its answer, and the appeal against that."""

VERIFICATION = Procedure(
    "verification",
    "核实",
    "HS",
    (
        State("asked", phrase("待提供单位核实"), "provider", "objection_verification"),
        State("answered", phrase("已答复"), final=True),
        State("no longer needed", phrase("不再需要"), final=True),
    ),
    (
        Move("answer", ("asked",), "answered", ("provider",), "NT-32", phrase("答复核实结果")),
        Move("recall", ("asked",), "no longer needed", ("officer", "subject", "supervisor"), "NT-32", phrase("收回核实请求")),
    ),
)
"""One request to a provider to verify a disputed record."""

Light = Literal["on time", "soon", "late"]


def grounds_of(choices: Iterable[str]) -> tuple[Ground, ...]:
    """The grounds that were chosen, each once, in the order of the regulation; `Refused` when none was, or one is unknown (NT-31)."""
    chosen = set(choices)
    if not chosen or not chosen <= CHOICES.keys():
        raise Refused("请至少选择一项异议理由", "NT-31")
    named = {CHOICES[choice].ground for choice in chosen}
    return tuple(ground for ground in GROUNDS if ground in named)


def decision_due(received: date, rules: Rules) -> Deadline:
    """Last day to settle an objection, counted from its receipt (NT-32)."""
    return _after(received, "objection_decision", rules)


def verification_due(asked: date, decision: date, rules: Rules) -> Deadline:
    """Last day for a provider to verify, counted from the request, within the time that there is to decide (NT-32)."""
    due = _after(asked, "objection_verification", rules)
    return Deadline(min(due.day, max(decision, asked)), due.provisional, due.source, due.defaulted)


def correction_due(found_wrong: date, rules: Rules) -> Deadline:
    """Last day to correct a record that was found wrong, counted from that decision (NT-32)."""
    return _after(found_wrong, "correction", rules)


def appeal_due(appealed: date, rules: Rules) -> Deadline:
    """Last day to answer an appeal, counted from its receipt (NT-33)."""
    return _after(appealed, "appeal_answer", rules)


def flags_while_open(received: date, rules: Rules) -> tuple[str, ...]:
    """What an objection received on a day puts on the record while it runs: the flag, and what the city suspends
    (NT-32, AK-4.5, HY-27a)."""
    goes_on = bool(in_force("use_goes_on_while_objected", on=received, rules=rules).value)
    measures = bool(in_force("measures_suspended_while_verified", on=received, rules=rules).value)
    return (FLAG, *(() if goes_on else (SUSPENDED,)), *((MEASURES_SUSPENDED,) if measures else ()))


def results_of(stated: Mapping[str, str]) -> Mapping[str, Remedy]:
    """What is to be done to the records that were found wrong, by their ids; `Refused` when one is not decided on.

    `stated` says for every record either `stands` or how it is made good.
    """
    for said in stated.values():
        if said != "stands" and said not in REMEDIES:
            raise Refused("请对每一条记录写明维持、更正、删除或者清除", "NT-32")
    return {record: remedy for record, said in stated.items() for remedy in REMEDIES if remedy == said}


def stated_text(text: str, what: str, *, needed: bool = True) -> str:
    """What somebody wrote, without the spaces around it; `Refused` when it is missing or too long."""
    tidy = text.strip()
    if (needed and not tidy) or len(tidy) > LONGEST_TEXT:
        raise Refused("请写明{what}（最多{most}个字）", "NT-31", what=what, most=LONGEST_TEXT)
    return tidy


def reasons_true(verified: Verified) -> Mapping[str, str]:
    """The library as far as it is true: what speaks of a provider's answer needs that answer, of its silence a last day gone by (NT-32)."""

    def is_true(reason: str) -> bool:
        if reason == "no proof":
            return verified.silent
        return reason not in _SAID_BY or bool(_SAID_BY[reason] & verified.findings)

    return {reason: words for reason, words in REASONS.items() if is_true(reason)}


def reasons_text(chosen: Iterable[str], own: str, verified: Verified) -> str:
    """The reasons of a decision: from the library, then in own words; `Refused` when there are none, or one is not true (NT-32)."""
    wanted, true = set(chosen), reasons_true(verified)
    for reason in REASONS.keys() & wanted - true.keys():
        raise Refused("提供单位没有这样答复核实，不能写“{reason}”：请等待答复，或者写明其他理由", "NT-32", reason=REASONS[reason])
    named = [true[one] for one in true if one in wanted]
    words = "".join([*named, own.strip()])
    return stated_text(words, "理由")


def letter_text(own: str) -> str:
    """What an officer writes in place of our words of a letter; empty for ours. What was decided and the ways to go on stand in every
    letter beside it (NT-33)."""
    words = stated_text(own, "告知书的正文", needed=False)
    if holds_person_number(words):
        raise Refused("告知书的正文中不要写证件号码", "NT-33")
    return words


def light(due: date | None, today: date, rules: Rules) -> Light:
    """How near a last day is: `soon` from some working days before (the parameter `amber`), `late` after it."""
    if due is None:
        return "on time"
    if today > due:
        return "late"
    first = due
    for _ in range(int(in_force("amber", on=today, rules=rules).value)):
        first = _working_day_before(first)
    return "soon" if today >= first else "on time"


def _working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _after(start: date, parameter: str, rules: Rules) -> Deadline:
    rule = in_force(parameter, on=start, rules=rules)
    due = working_days_after(start, int(rule.value))
    return Deadline(due.day, due.provisional, rule.source, rule.defaulted)
