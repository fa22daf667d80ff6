"""The record of somebody responsible follows its organisation's in what that says and in how it ends, but for what its own objection
has brought about (NT-29)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.law.responsible import following
from chalicelib.records.entries import Ended
from chalicelib.records.subjects import Link

from .builders import a_record

ON, EARLIER = date(2026, 11, 23), date(2026, 11, 2)
PARENT = a_record(
    entered_on=EARLIER,
    valid_until=date(2029, 2, 25),
    severity="severe",
    content={"facts": "示例事实"},
    responsible=(Link("s_2", "r_2", "主要负责人"),),
    revision=4,
)
THEIRS = replace(
    PARENT,
    id="r_2",
    subject_id="s_2",
    subject_name="演示人员",
    entered_on=date(2026, 11, 3),
    responsible=(),
    parent=Link("s_1", "r_1", "主要负责人"),
    revision=2,
)
AMENDED: Mapping[str, Any] = {"content": {"facts": "更正（示例）"}, "flags": ("corrected",)}
OWN: Mapping[str, Any] = {"content": {"facts": "本人更正（示例）"}, "flags": ("corrected",)}
EMPTIED: Mapping[str, Any] = {"content": {}, "title": "", "ended": Ended("purged", ON, "YY-1")}


@pytest.mark.clause("NT-29", "KLM-16", "AK-3.8")
@pytest.mark.parametrize(
    ("case", "parent", "there", "own_flags", "expected"),
    [
        ("nothing happened", {}, {}, (), {}),
        ("the organisation objects", {"flags": ("under_objection",)}, {}, (), {"flags": ("under_objection",)}),
        (
            "both object",
            {"flags": ("under_objection",)},
            {"flags": ("under_objection",)},
            ("under_objection", "use_suspended"),
            {"flags": ("under_objection", "use_suspended")},
        ),
        ("only they object", {}, {}, ("under_objection",), {"flags": ("under_objection",)}),
        ("their flag without an objection of theirs goes", {}, {"flags": ("under_objection",)}, (), {}),
        ("the organisation's is corrected", AMENDED, {}, (), AMENDED),
        ("theirs was corrected by themselves", {}, OWN, (), OWN),
        ("theirs was, and then the organisation's is", AMENDED, OWN, (), AMENDED),
        ("the organisation's ends earlier", {"valid_until": date(2027, 2, 25)}, {}, (), {"valid_until": date(2027, 2, 25)}),
        ("it is repaired", {"ended": Ended("repaired", ON, "XF-1")}, {}, (), {"ended": Ended("repaired", ON, "XF-1")}),
        ("it is withdrawn", {"ended": Ended("withdrawn", ON, "CH-1")}, {}, (), {"ended": Ended("withdrawn", ON, "CH-1")}),
        (
            "it is repaired after theirs was corrected by themselves",
            {"ended": Ended("repaired", ON, "XF-1")},
            OWN,
            (),
            {**OWN, "ended": Ended("repaired", ON, "XF-1")},
        ),
        (
            "it is corrected to a lesser one, which is nobody else's",
            {**AMENDED, "severity": "general"},
            {},
            (),
            {**AMENDED, "severity": "general", "ended": Ended("corrected", ON, "YY-1")},
        ),
        ("it is purged", EMPTIED, {}, (), EMPTIED),
        ("it is purged after theirs was corrected by themselves", EMPTIED, OWN, (), EMPTIED),
        (
            "theirs ended by itself",
            AMENDED,
            {"ended": Ended("corrected", EARLIER, "YY-9")},
            (),
            {"ended": Ended("corrected", EARLIER, "YY-9")},
        ),
        ("theirs had ended and the organisation's is purged", EMPTIED, {"ended": Ended("corrected", EARLIER, "YY-9")}, (), EMPTIED),
    ],
)
def test_a_record_of_somebody_responsible_follows(
    case: str, parent: Mapping[str, Any], there: Mapping[str, Any], own_flags: tuple[str, ...], expected: Mapping[str, Any]
) -> None:
    found = following(replace(PARENT, **parent), replace(THEIRS, **there), own_flags, on=ON, case="YY-1")
    assert found == replace(THEIRS, **expected), case
