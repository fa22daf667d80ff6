"""Leaving a list: how an entry ends, the notice of it, the monitoring after it, and what is put before its recogniser (HY-20, HY-26c)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chalicelib.law.catalogue import Item
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.periods import UNITS, Period
from chalicelib.law.procedures import Move, Procedure, State
from chalicelib.law.showing import counts
from chalicelib.records.entries import Record
from chalicelib.records.kinds import EndedHow

ANNOUNCED = frozenset({"redlist", "blacklist"})
"""The lists whose exits are announced: those that were public. Watch lists never were, and warnings are the national centre's."""
_PUBLIC_BODIES = ("11", "12", "19")
"""How the codes begin of organs, public institutions and other bodies of the state (GB 32100-2015). Mass organisations have 13, trade
unions 8, associations 5 and companies 9: the lists of all of these are for reference."""
_LEFT: frozenset[EndedHow] = frozenset({"exited", "repaired", "expired_early"})
"""How an entry leaves its list. One that was withdrawn, corrected or purged should never have stood there: its correction is
announced as one, not as an exit."""

Grounds = Literal["duties done", "other", "wrong"]
GROUNDS: Mapping[Grounds, str] = {
    "duties done": phrase("已经履行义务、消除影响"),
    "other": phrase("不再符合列入的条件"),
    "wrong": phrase("列入有误"),
}
"""Why a recogniser takes an entry off its list."""
ENDED_BY: Mapping[Grounds, EndedHow] = {"duties done": "exited", "other": "exited", "wrong": "withdrawn"}


@dataclass(frozen=True)
class ExitNotice:
    """That a subject has left a list: the first day of which, and the last on which the notice shows, with its rule (HY-20d)."""

    left_on: date
    valid_until: date
    source: str
    defaulted: bool


EXIT = Procedure(
    "exit",
    phrase("退出名单"),
    "TC",
    (
        State("applied", phrase("待认定单位决定"), "recogniser"),
        State("proposed", phrase("认定单位同意退出，待另一人复核"), "officer"),
        State("left", phrase("已退出名单"), final=True),
        State("refused", phrase("不同意退出"), final=True),
        State("given up", phrase("已撤回"), final=True),
    ),
    (
        Move("grant", ("applied",), "proposed", ("recogniser", "officer"), "HY-20a", phrase("同意退出")),
        Move("refuse", ("applied",), "refused", ("recogniser", "officer"), "HY-26c", phrase("不同意退出")),
        Move("give up", ("applied",), "given up", ("subject",), "HY-26c", phrase("撤回申请")),
        Move("confirm", ("proposed",), "left", ("second_officer",), "HY-20d", phrase("复核无误，退出名单")),
        Move("send back", ("proposed",), "applied", ("second_officer",), "HY-20a", phrase("退回认定单位")),
    ),
    alone=phrase("这条名单信息已经有一件退出正在办理（{number}）"),
)
"""An early exit: applied for by the subject with proof, or begun by the recogniser; looked at by another person before it counts."""

REVIEW = Procedure(
    "listing review",
    phrase("提请认定单位处理"),
    "MD",
    (
        State("put", phrase("待认定单位处理"), "recogniser"),
        State("kept", phrase("认定单位决定不变"), final=True),
        State("acted", phrase("认定单位决定处理"), final=True),
    ),
    (
        Move("keep", ("put",), "kept", ("recogniser", "officer"), "NTN-3c", phrase("不作变动")),
        Move("act", ("put",), "acted", ("recogniser", "officer"), "NTN-3c", phrase("按规定处理")),
    ),
)
"""What has come up about a listed subject, put before who listed it: a person decides and is named, nothing happens by itself."""

MONITORING = Procedure(
    "monitoring",
    phrase("退出黑名单后的监测"),
    "JC",
    (State("monitored", phrase("监测中"), "recogniser"), State("over", phrase("监测已结束"), final=True)),
    (Move("end", ("monitored",), "over", ("recogniser", "schedule"), "HY-20b", phrase("结束监测")),),
)
"""Who has left a black list, for the term that the recogniser states; over by its day whether or not anybody ends it."""

Matter = Literal["incentive", "watched"]
MATTERS: Mapping[Matter, str] = {
    "incentive": phrase("红名单主体新增失信记录：建议停止对它的激励措施，是否移出红名单由认定单位决定"),
    "watched": phrase("重点关注名单主体在有效期内新增严重失信行为：是否列入黑名单由认定单位决定"),
}
"""What is put before a recogniser: advice, never an act (HY-20c, NTN-3c)."""


def exit_notice(record: Record, item: Item, rules: Rules, today: date) -> ExitNotice | None:
    """The notice that an entry has left its list, on the days on which it shows (HY-20d, NTN-3a).

    None while the entry counts, when it never showed, when it should never have stood there, and after the notice's own end.
    """
    left_on = _left_on(record) if record.catalogue in ANNOUNCED and record.parent is None else None
    if left_on is None or item.disclosure != "public" or left_on > today or is_for_reference(record, rules):
        return None
    rule = in_force("exit_notice", on=left_on, rules=rules)
    unit = next(unit for unit in UNITS if unit == rule.unit)
    last_day = Period(int(rule.value), unit).last_day(left_on, count_first_day=True)
    return ExitNotice(left_on, last_day, rule.source, rule.defaulted) if today <= last_day else None


def _left_on(record: Record) -> date | None:
    """The first day on which an entry stands on its list no more; None without an end, when it had
    ended before it came here, or when it should never have stood there."""
    if record.ended is not None:
        return record.ended.on if record.ended.how in _LEFT else None
    shown = record.valid_until is not None and record.entered_on <= record.valid_until
    return record.valid_until + timedelta(days=1) if record.valid_until and shown else None


def is_for_reference(record: Record, rules: Rules) -> bool:
    """Whether an entry was made by a mass organisation, an association, a credit institution or the like: such lists are for
    government bodies' reference where the rule of the day says so, and never public (AK-4.2)."""
    if record.catalogue not in ANNOUNCED or recogniser_of(record).startswith(_PUBLIC_BODIES):
        return False
    return bool(in_force("association_lists", on=record.determined_on, rules=rules).value == "shared")


def recogniser_of(record: Record) -> str:
    """The USCC of the body that listed a subject, as the entry names it; else that of the provider, who answers for it."""
    return str(record.content.get("recogniser_code") or record.provider.code)


def refuse_leaving(record: Record, today: date) -> None:
    """`Refused` when an entry cannot leave its list: it is no list entry of a recogniser of ours, or has ended already."""
    if record.catalogue not in (*ANNOUNCED, "watchlist") or record.parent is not None:
        raise Refused("只有红名单、黑名单和重点关注名单可以申请退出", "HY-26c")
    if not counts(record, today):
        raise Refused("这条名单信息已经失效，不用申请退出", "HY-26c")


def monitored_until(record: Record, stated: date | None, grounds: Grounds, rules: Rules, today: date) -> date | None:
    """The last day on which a subject is monitored after it has left a black list, as the recogniser states it (HY-20b).

    Only where the city rules so, and never after a wrong listing. `Refused` for a day that is over, or that may not be stated.
    """
    allowed = record.catalogue == "blacklist" and grounds != "wrong"
    if stated is None:
        return None
    if not allowed or not in_force("black_list_exit_monitored", on=today, rules=rules).value:
        raise Refused("退出后不作监测：只有本市文件规定、退出黑名单、并且不是列入有误的，才由认定单位写明监测期限", "HY-20b")
    if stated <= today:
        raise Refused("监测的最后一天应在今天以后", "HY-20b")
    return stated


def matter_of(entry: Record, record: Record, rules: Rules, today: date) -> Matter | None:
    """What a record gives to put before the recogniser of a list entry of the same subject; None for nothing (HY-20c, NTN-3c).

    Both count on the day, and the act falls into the validity of the entry: what was decided before the listing was known to who
    listed.
    """
    if not (counts(entry, today) and counts(record, today)) or record.category != "negative" or record.determined_on < entry.determined_on:
        return None
    if entry.catalogue == "redlist" and entry.valid_until is not None:
        kinds = in_force("red_list_advice", on=record.determined_on, rules=rules).value
        return "incentive" if record.catalogue in kinds else None
    if entry.catalogue == "watchlist":
        return "watched" if record.severity == "severe" and record.catalogue != "blacklist" else None
    return None


def is_looked_at(item: Item, severity: str | None, rules: Rules, on: date) -> bool:
    """Whether a new record is looked at once more after it was taken in: what of lists and measures hangs on it."""
    if item.shape == "list":
        return not item.relayed
    kinds: Iterable[str] = in_force("red_list_advice", on=on, rules=rules).value
    return item.category == "negative" and (severity == "severe" or item.code in kinds)
