"""Repair of negative records: who may ask when, what the system advises, and what follows from an opinion (NT-34, NT-35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from chalicelib.law.deadlines import Deadline, rolled_to_working_day, working_days_after
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.names import fold
from chalicelib.law.parameters import Rules, in_force
from chalicelib.law.periods import Period
from chalicelib.law.validity import counts
from chalicelib.records.entries import Record
from chalicelib.records.kinds import SubjectKind

LONGEST = 2000
"""Characters of a statement, a commitment, an opinion."""

WAYS: Mapping[str, tuple[str, str]] = {
    "rectification": (phrase("整改到位、消除影响"), "NT-34"),
    "payment": (phrase("缴清款项、履行义务"), "HY-26c"),
    "commitment": (phrase("公开作出信用承诺"), "NTN-3d"),
    "training": (phrase("参加信用修复培训"), "NTN-3d"),
    "volunteering": (phrase("参加志愿服务"), "NTN-3d"),
    "community_service": (phrase("参加社会公益服务"), "AK-4.4"),
}
"""The ways by which somebody makes good, each with the clause that names it."""

Effect = Literal["ends", "shortens"]
EFFECTS: Mapping[Effect, str] = {
    "ends": phrase("记录不再公示、不再使用，原记录转入档案"),
    "shortens": phrase("记录的有效期提前结束，原记录转入档案"),
}
"""What an opinion can say: that the record ends, or that it ends earlier than it would."""


@dataclass(frozen=True)
class RepairTerm:
    """From when until when a repair may be applied for. `wait` are the days after the correction, `look_back` the years without
    an act of the same kind; `source` names the rules, `defaulted` says that the city's own document is silent on the wait."""

    earliest: date
    last_day: date | None
    wait: int
    look_back: int
    source: str
    defaulted: bool


@dataclass(frozen=True)
class Application:
    """What somebody states who applies: since when the act is corrected, how it was made good, the commitment not to repeat it, and
    the credit management system that it has set up (NT-34); a person needs none."""

    corrected_on: date
    ways: tuple[str, ...]
    correction: str
    commitment: str
    management: str = ""


@dataclass(frozen=True)
class Finding:
    """One condition as the system sees it: whether it is met, None where only the provider can tell; on which clause, and in which
    words. `from_when` is the first day on which it would be met, where waiting helps; `source` is the rule behind a number."""

    holds: bool | None
    clause: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    from_when: date | None = None
    source: str = ""


def repair_term(record: Record, rules: Rules) -> RepairTerm | None:
    """The term for repairing a record; None for what is not negative, or was stated to be beyond repair at listing (HY-26).

    The wait runs from the correction, which nobody has reported yet: the earliest day is that of a correction on the very
    day of the determination.
    """
    if record.category != "negative" or record.content.get("repairable") is False:
        return None
    wait = in_force("repair_wait", on=record.determined_on, rules=rules)
    look_back = in_force("repair_look_back", on=record.determined_on, rules=rules)
    return RepairTerm(
        record.determined_on + timedelta(days=int(wait.value)),
        record.valid_until,
        int(wait.value),
        int(look_back.value),
        look_back.source,
        wait.defaulted,
    )


def refuse_unrepairable(record: Record, today: date) -> None:
    """`Refused` for what no application can be about: it counts no more (NT-34), is not negative, follows another record (NT-29), or
    was stated to be beyond repair when it was listed (HY-26)."""
    if not counts(record, today):
        raise Refused("这条记录已经不再使用，不用修复", "NT-34")
    if record.category != "negative":
        raise Refused("只有失信记录需要修复", "NT-34")
    if record.parent is not None:
        raise Refused("这条记录随单位的记录一起修复：请由单位提出申请；您不是责任人员的，可以提出异议", "NT-29")
    if record.content.get("repairable") is False:
        raise Refused("认定单位列入时写明不能修复；认为不当的，可以提出异议", "HY-26")


def checked(application: Application, kind: SubjectKind, today: date) -> Application:
    """An application as it is kept; `Refused` when something is missing that it must state (NT-34)."""
    ways = tuple(way for way in WAYS if way in application.ways)
    if application.corrected_on > today:
        raise Refused("纠正的日期在今天之后：纠正之后才能申请修复", "NT-34")
    if not ways:
        raise Refused("请至少选择一种纠正方式", "NT-34")
    correction = _stated(application.correction, "怎样纠正、怎样消除影响")
    commitment = _stated(application.commitment, "不再失信的承诺")
    management = "" if kind == "natural_person" else _stated(application.management, "建立了什么信用管理制度")
    return Application(application.corrected_on, ways, correction, commitment, management)


def advice(
    record: Record, application: Application, others: Iterable[Record], kind: SubjectKind, applied_on: date, rules: Rules
) -> tuple[Finding, ...]:
    """What the system finds on each condition of a repair that is applied for on a day. It advises; the provider decides (NT-34)."""
    return (
        _corrected(),
        _waited(record, application, applied_on, rules),
        _not_repeated(record, application, others, applied_on, rules),
        _managed(kind),
        _by_stated_way(record),
        _in_good_time(record, application),
    )


def _corrected() -> Finding:
    return Finding(None, "NT-34", phrase("失信行为已经纠正，不良社会影响基本消除：由提供单位对照证明材料核实"))


def _waited(record: Record, application: Application, applied_on: date, rules: Rules) -> Finding:
    """Whether as many days have passed since the correction as the city wants; most want none (NT-34)."""
    rule = in_force("repair_wait", on=record.determined_on, rules=rules)
    since = max(application.corrected_on, record.determined_on) if rule.value else application.corrected_on
    earliest = since + timedelta(days=int(rule.value))
    if applied_on >= earliest:
        return Finding(True, "NT-34", phrase("纠正之后的等待期已满"), source=rule.source)
    return Finding(False, "NT-34", phrase("纠正之后须满{days}天"), {"days": int(rule.value)}, earliest, rule.source)


def _not_repeated(record: Record, application: Application, others: Iterable[Record], applied_on: date, rules: Rules) -> Finding:
    """Whether there was no act of the same kind since the correction, within the years that are looked back on (NT-34)."""
    rule = in_force("repair_look_back", on=record.determined_on, rules=rules)
    period = Period(int(rule.value), "years")
    again = [
        other
        for other in others
        if same_kind(record, other)
        and application.corrected_on < other.determined_on <= applied_on <= period.last_day(other.determined_on)
        and counts(other, applied_on)
    ]
    if not again:
        return Finding(
            True, "NT-34", phrase("纠正以来、最近{years}年内没有同类失信行为的记录"), {"years": int(rule.value)}, source=rule.source
        )
    latest = max(again, key=lambda other: (other.determined_on, other.id))
    values = {"years": int(rule.value), "day": latest.determined_on, "which": latest.document_no or latest.title}
    from_when = period.last_day(latest.determined_on) + timedelta(days=1)
    template = phrase("纠正以来、最近{years}年内又有同类失信行为：{day} {which}")
    return Finding(False, "NT-34", template, values, from_when, rule.source)


def _managed(kind: SubjectKind) -> Finding:
    if kind == "natural_person":
        return Finding(True, "NT-34", phrase("已经承诺不再失信"))
    return Finding(None, "NT-34", phrase("已经建立信用管理制度并承诺不再失信：由提供单位核实"))


def _by_stated_way(record: Record) -> Finding:
    """How the recogniser said at listing that this entry can be repaired (HY-26)."""
    way = record.content.get("repair_way")
    if not way:
        return Finding(True, "HY-26", phrase("列入时没有另外规定修复方式"))
    return Finding(None, "HY-26", phrase("列入时写明的修复方式：{way}。由提供单位核实是否做到"), {"way": way})


def _in_good_time(record: Record, application: Application) -> Finding:
    """Whether it was corrected within the period that was set for it, so that joint penalties end at once (HY-26b, AK-4.4b)."""
    set_by = correction_set_by(record)
    if set_by is None:
        return Finding(None, "HY-26b", phrase("是否在规定期限内纠正：由提供单位核实；期限内纠正的，不再作为联合惩戒对象"))
    template = phrase("规定的纠正期限是 {day}；期限内纠正并消除影响的，不再作为联合惩戒对象")
    return Finding(no_longer_target(application.corrected_on, set_by), "HY-26b", template, {"day": set_by})


def correction_set_by(record: Record) -> date | None:
    """The last day that was set for correcting what a record tells of; None where none was stated."""
    stated = record.content.get("rectify_by")
    return date.fromisoformat(stated) if stated else None


def no_longer_target(corrected_on: date, set_by: date) -> bool:
    """Whether who corrected on a day is no longer a target of joint penalties: within the set period, its last day included, and where
    that is no working day the next one (HY-26b, AK-4.4b)."""
    return corrected_on <= rolled_to_working_day(set_by).day


def same_kind(one: Record, other: Record) -> bool:
    """Whether two records tell of acts of the same kind: the same catalogue item under the same title (a penalty's is its kind of
    breach, a list entry's its list), and not one the other's copy."""
    return one.id != other.id and one.catalogue == other.catalogue and fold(one.title) == fold(other.title) and other.category == "negative"


def opinion_by(received: date, rules: Rules) -> Deadline:
    """Last day for the provider's opinion on what reached it on a day (NT-35)."""
    return _after(received, "repair_opinion", rules)


def public_until(opinion_on: date, rules: Rules) -> Deadline:
    """Last day on which an opinion is public and can be objected to (NT-35)."""
    return _after(opinion_on, "repair_publicity", rules)


def never_earlier(announced: Deadline, recomputed: Deadline) -> Deadline:
    """The last day of an announced window after its calendar came out: it may become later, never earlier."""
    return max(announced, recomputed, key=lambda deadline: (deadline.day, not deadline.provisional))


def takes_effect_on(last_public_day: date) -> date:
    """The first day on which an opinion that nobody has objected to has effect (NT-35)."""
    return last_public_day + timedelta(days=1)


def checked_effect(effect: str, until: date | None, record: Record, takes_effect: date) -> tuple[Effect, date | None]:
    """What an opinion says of the record, with its new last day where it only ends earlier; `Refused` when that cannot be."""
    if effect == "ends":
        return "ends", None
    if effect != "shortens":
        raise Refused("请选择修复之后这条记录怎样处理", "NT-35")
    if until is None or until < takes_effect or (record.valid_until is not None and until >= record.valid_until):
        raise Refused("新的最后一天应当在生效之日（{day}）以后、原来的有效期届满以前", "NT-35", day=takes_effect)
    return "shortens", until


def _after(start: date, parameter: str, rules: Rules) -> Deadline:
    rule = in_force(parameter, on=start, rules=rules)
    deadline = working_days_after(start, int(rule.value))
    return Deadline(deadline.day, deadline.provisional, rule.source, rule.defaulted)


def _stated(text: str, label: str) -> str:
    tidy = text.strip()
    if not 1 <= len(tidy) <= LONGEST:
        raise Refused("请写明{label}（1至{most}个字）", "NT-34", label=label, most=LONGEST)
    return tidy
