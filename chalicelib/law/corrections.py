"""What a provider puts right by itself: a record with other facts, or one taken back, and how long that is announced (NT-36, NT-37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

from chalicelib.law.catalogue import Item
from chalicelib.law.certificates import CORRECTED
from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.parameters import InForce, Rules, in_force
from chalicelib.law.periods import Period
from chalicelib.law.procedures import Move, Procedure, State
from chalicelib.law.reporting import SEVERITIES
from chalicelib.law.validity import ends_on
from chalicelib.records.entries import Record
from chalicelib.records.kinds import Severity

LONGEST_VALUE = 4000
LONGEST_REASON = 500
"""Characters."""

CORRECTION = Procedure(
    "correction",
    "提供单位更正记录",
    "GZ",
    (State("corrected", phrase("已更正"), final=True),),
    (),
)
"""What a provider corrects by itself: one step, with its reason."""

WITHDRAWAL = Procedure(
    "withdrawal",
    "提供单位撤回记录",
    "CH",
    (
        State("proposed", phrase("待另一名经办人确认"), "provider"),
        State("confirmed", phrase("已撤回"), final=True),
        State("turned down", phrase("不予撤回"), final=True),
    ),
    (
        Move("confirm", ("proposed",), "confirmed", ("provider",), "NT-36", phrase("确认撤回")),
        Move("turn down", ("proposed",), "turned down", ("provider",), "NT-36", phrase("不予撤回")),
    ),
    alone=phrase("这条记录已经有人提出撤回（{number}）：请由另一名经办人确认"),
)
"""What a provider takes back that it should never have sent: one of its clerks proposes it with the reason, another confirms it."""


def amended(record: Record, values: Mapping[str, Any], item: Item, rules: Rules) -> Record:
    """A record with other values by field (and `severity`), marked as corrected; `Refused` when nothing of it changes, or there is no
    such field.

    With another severity it ends by that, and never later than it would have (NT-30).
    """
    fields = {field.name: field for field in item.fields}
    content = dict(record.content)
    after = record
    for name, value in values.items():
        if name == "severity" and value in SEVERITIES and record.severity is not None:
            after = _as_severe(after, cast(Severity, value), item, rules)
            continue
        if name not in fields or len(str(value or "")) > LONGEST_VALUE:
            raise Refused("没有这一项内容，或者内容太长：请核对更正的内容", "NT-36")
        choices = fields[name].choices or {}
        if choices and value is not None and value not in choices.values():
            raise Refused("{field}只能填写：{words}", "NT-36", field=fields[name].label, words="、".join(choices))
        content[name] = value
    after = replace(after, content=content)
    if after == record:
        raise Refused("没有更改任何内容：请填写更正后的内容", "NT-36")
    return replace(after, flags=tuple(dict.fromkeys((*record.flags, CORRECTED))))


def checked_reason(reason: str) -> str:
    """Why a record is corrected or taken back; `Refused` when nothing is said."""
    tidy = " ".join(reason.split())
    if not 1 <= len(tidy) <= LONGEST_REASON:
        raise Refused("请写明理由（1至{most}个字）", "NT-37", most=LONGEST_REASON)
    return tidy


def announced_until(on: date, rules: Rules) -> tuple[date, InForce]:
    """Last day on which a correction is announced that was made on a day, and the rule that says so."""
    rule = in_force("correction_notice", on=on, rules=rules)
    return Period(int(rule.value), "days").last_day(on), rule


def _as_severe(record: Record, severity: Severity, item: Item, rules: Rules) -> Record:
    ending = ends_on(record.determined_on, severity, rules, item)
    days = [day for day in (record.valid_until, ending.last_day) if day]
    return replace(record, severity=severity, valid_until=min(days, default=None), end_source=ending.source, end_defaulted=ending.defaulted)
