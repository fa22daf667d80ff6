"""Who is told what of an open case, for which day, and when a notice says something that is settled (NT-32, NT-35)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.law.case_reminders import Announced, of_case, still_so
from chalicelib.records.remedies import Case

SINCE, DUE = date(2026, 11, 23), date(2026, 12, 4)
PROVIDER = "provider:11320699000ARLRP06"


def a_case(procedure: str, state: str, waits_for: str, due: date | None = DUE) -> Case:
    """A case that somebody has to go on with."""
    return Case(
        "C-1", procedure, "s_1", ("r_1",), state, SINCE, waits_for=waits_for, due=due, facts={"provider": PROVIDER.partition(":")[2]}
    )


@pytest.mark.clause("NT-32", "NT-35")
@pytest.mark.parametrize(
    ("procedure", "state", "waits_for", "kinds"),
    [
        ("objection", "received", "officer", ["case arrived", "decision due", "decision overdue"]),
        ("objection", "correcting", "officer", ["case arrived", "correction due", "correction overdue"]),
        ("objection", "appealed", "supervisor", ["appeal received", "appeal due", "appeal overdue"]),
        ("verification", "asked", PROVIDER, ["verification asked", "verification due", "verification overdue"]),
        ("repair", "applied", PROVIDER, ["opinion asked", "opinion due", "opinion overdue"]),
        ("repair", "public", "schedule", []),
        ("measure", "pushed", "body:11320699000ARLRP06", ["measure asked"]),
        ("measure", "to stop", "body:11320699000ARLRP06", ["measure ended"]),
        ("monitoring", "monitored", PROVIDER, []),
        ("repair", "effective", "", []),
    ],
)
def test_whoever_must_act_is_told_and_nobody_of_what_waits_for_its_day(
    procedure: str, state: str, waits_for: str, kinds: list[str]
) -> None:
    announced = of_case(a_case(procedure, state, waits_for), SINCE)
    assert list(dict.fromkeys(one.kind for one in announced)) == kinds


@pytest.mark.clause("NT-32")
def test_the_reminder_comes_two_working_days_before_the_last_one_and_the_alarm_the_day_after_it() -> None:
    found = list(of_case(a_case("objection", "received", "officer"), SINCE))
    assert found == [
        Announced("case arrived", "officers", SINCE),
        Announced("decision due", "officers", date(2026, 12, 2)),
        Announced("decision overdue", "officers", date(2026, 12, 5)),
        Announced("decision overdue", "supervisors", date(2026, 12, 5)),
    ]


@pytest.mark.parametrize(
    ("kind", "to", "case", "day", "so"),
    [
        ("decision due", "officers", a_case("objection", "verifying", "officer"), date(2026, 12, 1), False),
        ("decision due", "officers", a_case("objection", "verifying", "officer"), date(2026, 12, 2), True),
        ("decision due", "officers", a_case("objection", "correcting", "officer"), date(2026, 12, 3), False),
        ("decision overdue", "supervisors", a_case("objection", "received", "officer"), date(2026, 12, 5), True),
        ("verification asked", PROVIDER, a_case("verification", "asked", PROVIDER), SINCE, True),
        ("verification asked", "provider:other", a_case("verification", "asked", PROVIDER), SINCE, False),
        ("verification asked", PROVIDER, a_case("verification", "answered", "", None), SINCE, False),
        ("objection asks", "s:s_1", a_case("objection", "evidence", "officer"), SINCE, True),
        ("objection asks", "s:s_1", a_case("objection", "received", "officer"), SINCE, False),
        ("measure asked", "body:1", a_case("measure", "pushed", "body:1"), SINCE, True),
        ("measure asked", "body:1", a_case("measure", "answered", "schedule"), SINCE, False),
    ],
)
def test_a_notice_is_settled_once_its_case_waits_for_something_else(kind: str, to: str, case: Case, day: date, so: bool) -> None:
    assert still_so(kind, to, case, day) is so
