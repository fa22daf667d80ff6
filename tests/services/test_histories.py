"""Random histories of everything that can be done to one organisation's records, against what must hold after every act.

`HISTORIES=100 pytest tests/services/test_histories.py` runs more of them than a common run has time for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib import clock
from chalicelib import settings as own_settings
from chalicelib.law import objections as objection_law
from chalicelib.law import repair as repair_law
from chalicelib.law.objections import FLAG, FLAGS
from chalicelib.law.showing import counts, in_use
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import measures
from chalicelib.storage import aftermath, cases, engine, files, keys, publishing
from chalicelib.storage import archive as storage
from tests.services.conftest import Send
from tests.services.histories import BEGINNINGS, PROCEDURES, STEPS, History, Seen, steps_of

HISTORIES = int(os.environ.get("HISTORIES", "8"))
LONG = 50
"""Acts of one history."""
CITIES = ("nantong", "karamay", "hanyang", "ankang")
ACTS = (
    *["a case goes on"] * 10,
    *["something begins"] * 5,
    *["time goes by"] * 3,
    *["what the state does not allow"] * 2,
    "a row comes or a batch is taken back",
)
"""What can happen, as often as it is named."""
LEAPS = (1, 0, 6, 6, 12, 12, 12, 12, 12, 12, 120, 400)
"""Days by which the clock goes on."""
ANY = st.integers(0, 11)
FIRST = (
    ("exit", "confirm"),
    ("impose", "feed back", "objection", "confirm pause"),
    ("impose", "withdrawal", "confirm", "confirm stop"),
    ("repair", "agree", "object", "agree", "time goes by"),
)
"""What histories begin with, as many with each: states to which acts at random come too seldom for the time that there is."""
DEEP = {
    "objection: stands",
    "objection: corrected",
    "objection: withdrawn",
    "objection: appealed",
    "objection: appeal stands",
    "verification: answered",
    "repair: public",
    "repair: objected",
    "repair: effective",
    "repair: refused",
    "exit: left",
    "withdrawal: confirmed",
    "measure: answered",
    "measure: to stop",
    "measure: suspended",
    "measure: over",
    "record: expired",
    "record: repaired",
    "record: corrected",
    "record: purged",
    "record: withdrawn",
    "record: exited",
}
"""Where histories must have come, or they have tried nothing."""


class Histories(RuleBasedStateMachine):
    """What is done, drawn at random; after each act everything is looked at once, and all that must hold is asked of that."""

    begin: Callable[[str], History]
    reached: set[str]
    first: tuple[str, ...]

    @initialize(city=st.sampled_from(CITIES))
    def there_are_a_penalty_and_a_listing(self, city: str) -> None:
        self.history = self.begin(city)
        self.trail: set[str] = set()
        self.noted()
        self.past = self.now = self.history.look()
        self.known: dict[str, int] = {}
        self.jobs_ran = True
        for act in self.first:
            self.history.begins_with(act)
            self.what_must_hold_holds()

    @rule(act=st.sampled_from(ACTS), which=ANY, step=ANY, how=ANY)
    def something_happens(self, act: str, which: int, step: int, how: int) -> None:
        """One act; that there is one rule alone keeps the acts as frequent as they are named."""
        there, held = self.now.records, self.now.cases
        if act == "a case goes on":
            self.a_case_goes_on([case for case in held.values() if [*steps_of(case)]], which, step, how)
        elif act == "something begins":
            counting = [one for one in there.values() if counts(one, clock.today())] or [*there.values()]
            record, other = counting[which % len(counting)], counting[(which + 1) % len(counting)]
            what = BEGINNINGS[step % len(BEGINNINGS)]
            self.history.something_begins(what, record, other if other.subject_id == record.subject_id else record, how)
        elif act == "time goes by":
            self.jobs_ran = how % 3 != 1
            self.history.time_goes_by(LEAPS[which % len(LEAPS)], jobs=self.jobs_ran)
        elif act == "what the state does not allow":
            self.what_the_state_does_not_allow([case for case in held.values() if case.procedure in PROCEDURES], which, step, how)
        elif how % 4 != 3:
            self.history.a_row_comes(which, severe=step % 2 == 0, listed=how % 2 == 0)
        else:
            self.history.a_batch_is_taken_back(which)

    def a_case_goes_on(self, found: list[Case], which: int, step: int, how: int) -> None:
        """A step that the procedure has in the state in which the case is."""
        if found:
            procedures = sorted({case.procedure for case in found})  # first which one: measures are many
            mine = [case for case in found if case.procedure == procedures[which % len(procedures)]]
            case = mine[how % len(mine)]
            possible = [*steps_of(case)]
            self.history.a_case_goes_on(case, possible[step % len(possible)].action, how)

    def what_the_state_does_not_allow(self, found: list[Case], which: int, step: int, how: int) -> None:
        """A step of the procedure that belongs to another state: it is refused. What a body answers is taken by how its measure stands."""
        if found:
            case = found[which % len(found)]
            others = sorted({action for name, action in STEPS if name == case.procedure} - {move.action for move in steps_of(case)})
            if others:
                self.history.a_case_goes_on(case, others[step % len(others)], how)
                assert case.procedure == "measure" or cases.load(case.id) == case, (case, others[step % len(others)])

    @invariant()
    def what_must_hold_holds(self) -> None:
        self.past, self.now = self.now, self.history.look()
        for record in self.now.records.values():
            self.at(f"record: {record.ended.how if record.ended else 'counts' if counts(record, clock.today()) else 'expired'}")
        for case in self.now.cases.values():
            self.at(f"{case.procedure}: {case.state}")
        nothing_is_public_past_its_validity_or_its_end(self.now)
        a_flag_stands_as_long_as_an_objection_is_open_and_no_longer(self.now)
        no_measure_holds_on_a_record_that_rests_or_has_ended(self.now, self.jobs_ran)
        every_last_day_computed_again_from_the_history_is_the_same(self.now, self.past, self.history)
        whatever_changes_in_public_stands_in_the_trail(self.now, self.past, self.noted())
        nothing_is_lost(self.now, self.known)

    def at(self, place: str) -> None:
        """Note that a history came here."""
        event(place)
        self.reached.add(place)

    def noted(self) -> set[str]:
        """The records of which the trail has new entries since it was looked at last."""
        new: set[str] = set()
        for shard in range(own_settings.shards()):
            for item in engine.query(own_settings.table("trail"), f"{clock.now().date().isoformat()}#{shard}"):
                if item["sk"]["S"] not in self.trail:
                    self.trail.add(item["sk"]["S"])
                    new |= {about for _, _, about, _ in json.loads(item["acts"]["S"])}
        return new


def nothing_is_public_past_its_validity_or_its_end(seen: Seen) -> None:
    for record_id, entry in seen.public.items():
        record = seen.records[record_id]
        assert not entry["valid_until"] or entry["valid_until"] >= clock.today().isoformat()
        assert in_use(record, clock.today()), record
        assert [flag for flag in record.flags if flag in (FLAG, "corrected")] == entry["flags"]


def a_flag_stands_as_long_as_an_objection_is_open_and_no_longer(seen: Seen) -> None:
    under = {record for case in seen.cases.values() if case.procedure == "objection" for record in _disputed(case)}
    for record in seen.records.values():
        if record.ended is None:
            wanted = record.id in under or (record.parent is not None and record.parent.record_id in under)
            assert (FLAG in record.flags) is wanted, record
            assert wanted or not set(FLAGS) & set(record.flags)


def _disputed(case: Case) -> set[str]:
    """The records that an objection still disputes: all until it is decided, then those that were found wrong."""
    if case.state in ("stands", "corrected", "withdrawn", "appeal stands"):
        return set()
    return set(case.facts["wrong"]) if case.state == "correcting" else set(case.about)


def no_measure_holds_on_a_record_that_rests_or_has_ended(seen: Seen, jobs_ran: bool) -> None:
    imposed = [case for case in seen.cases.values() if case.procedure == "measure"]
    for case in imposed:
        record = seen.records[case.about[0]]
        if record.ended is not None or (jobs_ran and not in_use(record, clock.today())):
            assert case.state not in ("pushed", "answered"), (case, record)
    for owner in {case.subject_id for case in imposed}:
        for shown in measures.of_subject(owner):
            assert shown.holds.standing != "in_force" or in_use(seen.records[shown.case.about[0]], clock.today())


def every_last_day_computed_again_from_the_history_is_the_same(seen: Seen, past: Seen, history: History) -> None:
    for case in seen.cases.values():
        if case.due and past.cases.get(case.id) != case and case.procedure in ("objection", "verification", "repair"):
            assert case.due == _computed(case, seen, history), case


def _computed(case: Case, seen: Seen, history: History) -> date:
    rules, days = history.rules, {step.action: _day(step.at) for step in cases.history(case)}
    if case.procedure == "verification":
        first = min(seen.cases[one].received for one in case.facts["of"])
        return objection_law.verification_due(case.received, objection_law.decision_due(first, rules).day, rules).day
    if case.procedure == "repair":
        if case.state == "public":
            return repair_law.public_until(days["agree"], rules).day
        return repair_law.opinion_by(days.get("object", case.received), rules).day
    if case.state == "correcting":
        found_wrong = max(days.get("find wrong", date.min), days.get("find wrong on appeal", date.min))
        return objection_law.correction_due(found_wrong, rules).day
    if case.state == "appealed":
        return objection_law.appeal_due(days["appeal"], rules).day
    return objection_law.decision_due(case.received, rules).day


def _day(instant: str) -> date:
    """The civil date of an instant."""
    return datetime.fromisoformat(instant).astimezone(clock.SHANGHAI).date()


def whatever_changes_in_public_stands_in_the_trail(seen: Seen, past: Seen, noted: set[str]) -> None:
    """But for what is shown no more because its last day is over: that needs no act of anybody."""
    changed = {one for one in seen.public.keys() | past.public.keys() if seen.public.get(one) != past.public.get(one)}
    over = {one for one in changed if one not in seen.public and not counts(past.records[one], clock.today())}
    assert changed - over <= noted, (changed, noted)


def nothing_is_lost(seen: Seen, known: dict[str, int]) -> None:
    assert known.keys() <= seen.records.keys()
    for record in seen.records.values():
        if known.get(record.id) != record.revision:
            earlier = storage.earlier_records(record.subject_id, record.id)
            assert [one.revision for one in earlier] == list(range(1, record.revision)), record.id
            known[record.id] = record.revision
        purged = record.ended is not None and record.ended.how == "purged"
        assert [left for left in aftermath.of_record(record.id) if not purged] == []


@pytest.mark.clause("NT-30", "NT-32", "NT-36", "NT-37")
def test_whatever_is_done_in_whatever_order_what_must_hold_holds(
    send: Send, at: Callable[[str], None], empty_tables: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    reached: set[str] = set()

    def begin(city: str) -> History:
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        monkeypatch.setenv("MINGXIN_CITY", city)
        return History(send, at, city)

    def machine(first: tuple[str, ...]) -> Histories:
        one = Histories()
        one.begin, one.reached, one.first = begin, reached, first
        return one

    checks: Any = list(HealthCheck)
    each = settings(
        max_examples=HISTORIES // len(FIRST), stateful_step_count=LONG, deadline=None, database=None, suppress_health_check=checks
    )
    for number, first in enumerate(FIRST):
        run_state_machine_as_test(seed(number)(partial(machine, first)), settings=each)  # type: ignore[no-untyped-call]
    assert reached >= DEEP, sorted(DEEP - reached)
