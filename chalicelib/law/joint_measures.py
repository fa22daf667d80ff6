"""Measures tied to records: proposed by the system, decided by a person, and what of them holds on a day (KLM-17, HY-24, KLM-20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.procedures import Move, Procedure, State
from chalicelib.law.showing import MEASURES_SUSPENDED, SUSPENDED, counts_on
from chalicelib.records.entries import Record

PROCEDURE = Procedure(
    "measure",
    phrase("联合奖惩措施"),
    "CS",
    (
        State("proposed", phrase("待人决定"), "officer"),
        State("pushed", phrase("已推送，待实施单位反馈"), "body"),
        State("answered", phrase("实施单位已反馈"), "schedule"),
        State("to stop", phrase("应停止，待实施单位反馈"), "body"),
        State("suspended", phrase("暂停执行"), "schedule"),
        State("over", phrase("已结束"), final=True),
        State("declined", phrase("决定不采取"), final=True),
    ),
    (
        Move("impose", ("proposed",), "pushed", ("officer",), "KLM-17", phrase("决定采取并推送")),
        Move("decline", ("proposed",), "declined", ("officer",), "KLM-17", phrase("决定不采取")),
        Move("drop", ("proposed",), "declined", ("schedule",), "NT-30", phrase("记录已失效，撤下建议")),
        Move("feed back", ("pushed", "answered"), "answered", ("body",), "HY-23", phrase("反馈实施情况")),
        Move("suspend", ("pushed", "answered", "to stop"), "to stop", ("schedule",), "AK-4.5", phrase("核实期间暂停")),
        Move("resume", ("to stop", "suspended"), "pushed", ("schedule",), "AK-4.5", phrase("恢复执行")),
        Move("lift", ("pushed", "answered", "to stop", "suspended"), "to stop", ("schedule", "officer"), "KLM-20", phrase("解除")),
        Move("confirm pause", ("to stop",), "suspended", ("body",), "HY-23", phrase("反馈已暂停")),
        Move("confirm stop", ("to stop",), "over", ("body",), "HY-23", phrase("反馈已停止")),
    ),
)
"""A measure against one subject by one body. What holds on a day is told by `standing`, whether or not any job has run."""

DONE: Mapping[str, str] = {
    "applied": phrase("已经实施"),
    "not applied": phrase("没有实施"),
    "stopped": phrase("已经停止"),
}
"""What an implementing body says it did (HY-23)."""

Standing = Literal["in_force", "suspended", "ended"]
STANDINGS: Mapping[str, str] = {"in_force": phrase("执行中"), "suspended": phrase("暂停执行"), "ended": phrase("应停止")}


@dataclass(frozen=True)
class Holds:
    """Whether a measure holds on a day, and the clause that says so where it does not."""

    standing: Standing
    clause: str = ""


def standing(record: Record | None, last_day: date, day: date) -> Holds:
    """Whether a measure that was decided holds on a day, by the record that it is tied to and its own last day.

    It ends with its own term (KLM-20c), with the record (NT-30), by repair, correction or exit (KLM-20, HY-20d), and rests while
    the record is verified, where the city says so (AK-4.5, HY-27a).
    """
    if record is None or record.ended is not None:
        return Holds("ended", "KLM-20")
    if not counts_on(record.valid_until, day):
        return Holds("ended", "NT-30")
    if day > last_day:
        return Holds("ended", "KLM-20c")
    if MEASURES_SUSPENDED in record.flags or SUSPENDED in record.flags:
        return Holds("suspended", "AK-4.5")
    return Holds("in_force")


def next_action(state: str, holds: Holds, was_suspended: bool) -> str | None:
    """What is to be done to a case so that its body learns how the measure stands; None when it knows, or nothing holds any more."""
    if state == "proposed":
        return "drop" if holds.standing == "ended" else None
    if holds.standing == "in_force":
        return "resume" if state == "suspended" or (state == "to stop" and was_suspended) else None
    if holds.standing == "suspended":
        return "suspend" if state in ("pushed", "answered") else None
    return "lift" if state in ("pushed", "answered", "suspended") or (state == "to stop" and was_suspended) else None


def feedback(state: str, done: str, was_suspended: bool) -> str:
    """The step that an answer of an implementing body is; `Refused` when it does not fit how the measure stands (HY-23)."""
    if done not in DONE:
        raise Refused("请写明实施情况：{known}", "HY-23", known="、".join(DONE))
    if state == "to stop":
        if done != "stopped":
            raise Refused("这项措施应当停止：请停止后反馈 stopped", "KLM-20")
        return "confirm pause" if was_suspended else "confirm stop"
    if done == "stopped":
        raise Refused("这项措施没有要求停止：不再适用的，请由信用中心解除", "HY-23")
    return "feed back"
