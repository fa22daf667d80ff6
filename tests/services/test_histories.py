"""Random histories of what people, providers, officers, jobs and the clock can do to one organisation's records, against what must hold.

`HISTORIES=200 pytest tests/services/test_histories.py` runs more of them than a common run has time for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chalicelib import cities, clock
from chalicelib import settings as own_settings
from chalicelib.law import objections as objection_law
from chalicelib.law import repair as repair_law
from chalicelib.law.decisions import Refused
from chalicelib.law.objections import FLAG, FLAGS
from chalicelib.law.repair import Application
from chalicelib.law.rights import RIGHTS
from chalicelib.law.showing import in_use
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services import (
    api_keys,
    expire,
    follow_up,
    lists,
    look_up,
    measures,
    objection_desk,
    objections,
    provider_records,
    publish,
    recalls,
    repair_effect,
    repair_opinions,
    repairs,
)
from chalicelib.services.casework import By, Overtaken
from chalicelib.services.objections import Stated
from chalicelib.services.repair_opinions import Opinion
from chalicelib.storage import aftermath, cases, engine, files
from chalicelib.storage import archive as storage
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, a_black_entry, a_code, a_penalty, a_person_number

BODY = a_code(910, "11")
HISTORIES = int(os.environ.get("HISTORIES", "4"))
STEPS = 40
CITIES = ("nantong", "karamay", "hanyang", "ankang")
STATED = Application(date(2026, 10, 1), ("payment",), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")
CLERK, SECOND = By("p_c", "provider", "录入有误（示例）"), By("p_d", "provider", "复核（示例）")
COME_TO_NOTHING = (Refused, Overtaken, objections.Unknown, repairs.Unknown, lists.Unknown, measures.Unknown, provider_records.Unknown)


def _staff(name: str, *roles: str) -> Session:
    return Session(name, Person(f"p_{name}", "staff", "演示", roles=roles), clock.now(), clock.now())


@dataclass(frozen=True)
class World:
    """What a test gives its histories: how rows are sent, the clock is put and the city is chosen."""

    send: Send
    at: Callable[[str], None]
    city: Callable[[str], None]


class History:
    """One organisation with somebody responsible; the world around it is the same for all histories."""

    def __init__(self, world: World, number: int, city: str) -> None:
        self.world, self.number = world, number
        self.code = a_code(self.number)
        self.person = Identifier("resident_id", a_person_number(f"{1940 + self.number % 60}{1 + self.number % 12:02d}01"))
        self.now = datetime.fromisoformat("2026-11-21T09:00:00+08:00")
        self.jobs_ran, self.came_about = True, 0
        self.batches: list[str] = []
        self.known: dict[str, str] = {}
        self.shown: dict[str, Any] = {}
        self.seen: set[str] = set()
        self.world.at(self.now.isoformat())
        self.world.city(city)
        self.city = cities.load(city)
        self.key = next(one for one in api_keys.all_keys() if one.name == "示例财政局")

    # What there is

    def records(self) -> list[Record]:
        found = storage.subjects_of([Identifier("uscc", self.code)])
        collection = storage.collection(next(iter(found.values()))) if found else None
        return sorted(collection[1], key=lambda one: one.id) if collection else []

    def theirs(self) -> list[Record]:
        found = storage.subjects_of([self.person])
        collection = storage.collection(next(iter(found.values()))) if found else None
        return sorted(collection[1], key=lambda one: one.id) if collection else []

    def cases(self, procedure: str | None = None) -> list[Case]:
        records = self.records()
        return cases.of_subject([records[0].subject_id], procedure) if records else []

    def subject(self) -> Session:
        mandate = Mandate(self.code, "示例甲食品有限公司", tuple(RIGHTS))
        person = Person("p_s", "citizens", "钱示例", Identifier("resident_id", a_person_number()), mandates=(mandate,))
        return Session("s", person, clock.now(), clock.now(), acting_for=self.code)

    def attempt(self, work: Callable[[], object]) -> None:
        self.now += timedelta(minutes=1)
        self.world.at(self.now.isoformat())
        with suppress(*COME_TO_NOTHING):
            work()
            self.came_about += 1

    def on_record(self, which: int, work: Callable[[Record], object]) -> None:
        records = self.records()
        if records:
            self.attempt(lambda: work(records[which % len(records)]))

    def on_case(self, procedure: str, which: int, work: Callable[[Case], object]) -> None:
        found = self.cases(procedure)
        if found:
            self.attempt(lambda: work(found[which % len(found)]))

    # What can be done

    def a_row_comes(self, which: int, severe: bool, listed: bool) -> None:
        if listed:
            row = a_black_entry(统一社会信用代码=self.code, 名单名称=f"演示名单{which % 2}", 列入日期="2026/11/02")
        else:
            told = {"备注": "失信程度：严重", "责任人员": f"演示人员/{self.person.number}/负责人"} if severe else {}
            number = f"示罚〔2026〕{self.number}-{which % 3}号"
            dates = {"处罚决定日期": "2026/11/02", "处罚有效期": "", "公示截止期": ""}
            row = a_penalty(**{CODE: self.code, "行政处罚决定书文号": number, **dates, **told})
        outcome = self.world.send("blacklist" if listed else "penalties", row)
        self.batches.append(outcome.batch)

    def a_provider_corrects(self, which: int, text: str) -> None:
        field = {"penalty": "facts"}
        self.on_record(
            which,
            lambda one: provider_records.correct([OFFICE], one.subject_id, one.id, {field.get(one.catalogue, "reason"): text}, CLERK),
        )

    def a_provider_proposes_to_withdraw(self, which: int) -> None:
        self.on_record(which, lambda one: provider_records.propose([OFFICE], one.subject_id, one.id, CLERK))

    def a_second_clerk_decides(self, which: int, yes: bool) -> None:
        decide = provider_records.confirm if yes else provider_records.turn_down
        self.on_case("withdrawal", which, lambda case: decide([OFFICE], case.number, SECOND))

    def a_batch_is_taken_back(self, which: int) -> None:
        def work() -> None:
            batch = self.batches[which % len(self.batches)]
            recalls.propose(batch, "整批有误（示例）", by="a_1", offices=[OFFICE])
            recalls.confirm(batch, by="a_2", offices=[OFFICE], officer=False)

        if self.batches:
            self.attempt(work)

    def somebody_objects(self, which: int, both: bool, own: bool) -> None:
        def work() -> None:
            there = self.theirs() if own else self.records()
            wanted = [there[(which + more) % len(there)].id for more in range(1 + both)]
            stated = Stated(tuple(wanted), ("wrong",), "写错了（示例）。", channel="provider" if both else "online")
            objections.receive(there[which % len(there)].subject_id, stated, By("p_s", "subject"))

        if self.theirs() if own else self.records():
            self.attempt(work)

    def a_provider_verifies(self, which: int, finding: str) -> None:
        self.on_case(
            "verification",
            which,
            lambda case: objection_desk.answer_verification(CLERK, case.id, OFFICE, None, finding=finding, text="已核实（示例）"),
        )

    def the_desk_decides(self, which: int, said: list[str], appeal: bool) -> None:
        def work(case: Case) -> None:
            results = {record: said[place % 2] for place, record in enumerate(case.about)}
            decide = objection_desk.answer_appeal if appeal else objection_desk.decide
            by = _staff("v", "supervisor") if appeal else _staff("o", "officer")
            decide(by, case.id, case.version, results=results, reasons=["document stands"], text="")

        self.on_case("objection", which, work)

    def the_desk_corrects(self, which: int) -> None:
        def work(case: Case) -> None:
            by_id = {record.id: record for record in [*self.records(), *self.theirs()]}
            fields = {one: "facts" if by_id[one].catalogue == "penalty" else "reason" for one in case.about}
            amended = {one: {field: f"更正{case.version}（示例）"} for one, field in fields.items()}
            objection_desk.correct(_staff("o", "officer"), case.id, case.version, amended)

        self.on_case("objection", which, work)

    def the_subject_withdraws_or_appeals(self, which: int, appeals: bool) -> None:
        def work(case: Case) -> None:
            if appeals:
                objections.appeal(self.subject(), case.id, case.version, "不服（示例）。")
            else:
                objections.withdraw(self.subject(), case.id, case.version)

        self.on_case("objection", which, work)

    def a_repair_is_applied_for(self, which: int) -> None:
        self.on_record(which, lambda one: repairs.apply(one.subject_id, one.id, STATED, [PNG], By("p_s", "subject")))

    def a_repair_goes_on(self, which: int, step: str) -> None:
        steps: dict[str, Callable[[Case], object]] = {
            "agree": lambda case: repair_opinions.agree(case.number, Opinion("ends", "同意（示例）"), [OFFICE], CLERK),
            "shorten": lambda case: repair_opinions.agree(
                case.number, Opinion("shortens", "同意（示例）", clock.today() + timedelta(days=30)), [OFFICE], CLERK
            ),
            "refuse": lambda case: repair_opinions.refuse(case.number, "不同意（示例）", [OFFICE], CLERK),
            "object": lambda case: repair_opinions.object_to(case.number, "有异议（示例）", By("p_x", "anyone")),
            "take back": lambda case: repair_opinions.take_back(case.number, By("p_s", "subject")),
        }
        self.on_case("repair", which, steps[step])

    def an_exit_is_proposed(self, which: int, grounds: str) -> None:
        number = Identifier("uscc", self.code)
        self.on_record(
            which, lambda one: lists.propose(_staff("o", "officer"), number, one.id, grounds=grounds, reason="义务已经履行（示例）")
        )

    def an_exit_is_decided(self, which: int, action: str) -> None:
        self.on_case("exit", which, lambda case: lists.decide(_staff("q", "officer"), case.number, action, reason="核对（示例）"))

    def a_measure_is_decided(self, which: int, impose: bool) -> None:
        by = _staff("o", "officer")
        self.on_case("measure", which, lambda case: measures.decide(by, case.number, impose=impose, reason="依据清单（示例）", body=BODY))

    def a_body_answers(self, which: int, done: str) -> None:
        self.on_case("measure", which, lambda case: measures.feed_back(self.key, case.number, done=done, text=""))

    def time_goes_by(self, days: int, jobs: bool) -> None:
        self.now += timedelta(days=days, minutes=5)
        self.world.at(self.now.isoformat())
        if jobs:
            expire.expire(clock.today())
            repair_effect.take_effect(clock.today())
            follow_up.due(clock.today())
            measures.due(clock.today())
            publish.pending()
        self.jobs_ran = jobs
        self.shown = self.public()

    # What must hold

    def public(self) -> dict[str, Any]:
        found = look_up.organisation(self.code, day=clock.today())
        return {one["id"]: one for shape in ("records", "lists") for one in found[shape]} if found else {}

    def nothing_is_public_past_its_validity_or_its_end(self) -> None:
        there = {record.id: record for record in self.records()}
        for record_id, entry in self.public().items():
            assert not entry["valid_until"] or entry["valid_until"] >= clock.today().isoformat()
            assert in_use(there[record_id], clock.today()), (record_id, there[record_id])
            assert [flag for flag in there[record_id].flags if flag in (FLAG, "corrected")] == entry["flags"]

    def a_flag_stands_as_long_as_an_objection_is_open_and_no_longer(self) -> None:
        there = [*self.records(), *self.theirs()]
        found = {case.id: case for owner in {record.subject_id for record in there} for case in cases.of_subject([owner], "objection")}
        under = {record for case in found.values() for record in _disputed(case)}
        for record in there:
            if record.ended is None:
                wanted = record.id in under or (record.parent is not None and record.parent.record_id in under)
                assert (FLAG in record.flags) is wanted, record
                assert wanted or not set(FLAGS) & set(record.flags)

    def no_measure_holds_on_a_record_that_rests_or_has_ended(self) -> None:
        there = {record.id: record for record in self.records()}
        for case in self.cases("measure"):
            record = there[case.about[0]]
            if record.ended is not None or (self.jobs_ran and not in_use(record, clock.today())):
                assert case.state not in ("pushed", "answered"), (case, record)
        if there:
            for shown in measures.of_subject(next(iter(there.values())).subject_id):
                assert shown.holds.standing != "in_force" or in_use(there[shown.case.about[0]], clock.today())

    def every_last_day_computed_again_from_the_history_is_the_same(self) -> None:
        found = self.cases()
        received = {case.id: case for case in found}
        for case in found:
            if case.due and case.procedure in ("objection", "verification", "repair"):
                assert case.due == self.computed(case, received), case

    def computed(self, case: Case, received: dict[str, Case]) -> date:
        steps, rules = cases.history(case), self.city.rules
        days = {step.action: clock_day(step.at) for step in steps}
        if case.procedure == "verification":
            first = min(received[one].received for one in case.facts["of"])
            return objection_law.verification_due(case.received, objection_law.decision_due(first, rules).day, rules).day
        if case.procedure == "repair":
            if case.state == "public":
                return repair_law.public_until(days["agree"], rules).day
            return repair_law.opinion_by(days.get("object", case.received), rules).day
        if case.state == "correcting":
            return objection_law.correction_due(
                max(days.get("find wrong", date.min), days.get("find wrong on appeal", date.min)), rules
            ).day
        if case.state == "appealed":
            return objection_law.appeal_due(days["appeal"], rules).day
        return objection_law.decision_due(case.received, rules).day

    def whatever_changes_in_public_stands_in_the_trail(self) -> None:
        now = self.public()
        changed = {one for one in self.shown.keys() | now.keys() if self.shown.get(one) != now.get(one)}
        noted = self.noted()
        assert changed <= noted, (changed, noted)
        self.shown = now

    def noted(self) -> set[str]:
        """The records of which the trail has new entries since it was looked at last."""
        new: set[str] = set()
        for day in {clock.now().date(), (clock.now() - timedelta(minutes=10)).date()}:
            for shard in range(own_settings.shards()):
                for item in engine.query(own_settings.table("trail"), f"{day.isoformat()}#{shard}"):
                    if item["sk"]["S"] not in self.seen:
                        self.seen.add(item["sk"]["S"])
                        new |= {about for _, _, about, _ in json.loads(item["acts"]["S"])}
        return new

    def nothing_is_lost(self) -> None:
        there = {record.id: record for record in [*self.records(), *self.theirs()]}
        assert self.known.keys() <= there.keys()
        for record in there.values():
            earlier = storage.earlier_records(record.subject_id, record.id)
            assert [one.revision for one in earlier] == list(range(1, record.revision)), record.id
            purged = record.ended is not None and record.ended.how == "purged"
            assert [left for left in aftermath.of_record(record.id) if not purged] == []
            self.known[record.id] = record.title


def clock_day(instant: str) -> date:
    """The civil date of an instant."""
    return datetime.fromisoformat(instant).astimezone(clock.SHANGHAI).date()


def _disputed(case: Case) -> set[str]:
    """The records that an objection still disputes: all until it is decided, then those that were found wrong."""
    if case.state in ("stands", "corrected", "withdrawn", "appeal stands"):
        return set()
    return set(case.facts["wrong"]) if case.state == "correcting" else set(case.about)


ANY, BOTH = tuple(range(8)), (True, False)
REMEDIES = ("stands", "stands", "amend", "remove", "purge")
PAIRS = tuple([one, other] for one in REMEDIES for other in REMEDIES)
ACTIONS: tuple[tuple[int, Callable[..., None], dict[str, Any]], ...] = (
    (3, History.a_row_comes, {"which": ANY, "severe": BOTH, "listed": BOTH}),
    (1, History.a_provider_corrects, {"which": ANY, "text": ("更正一（示例）", "更正二（示例）")}),
    (1, History.a_provider_proposes_to_withdraw, {"which": ANY}),
    (1, History.a_second_clerk_decides, {"which": ANY, "yes": BOTH}),
    (1, History.a_batch_is_taken_back, {"which": ANY}),
    (3, History.somebody_objects, {"which": ANY, "both": BOTH, "own": BOTH}),
    (1, History.a_provider_verifies, {"which": ANY, "finding": ("right", "partly", "not ours")}),
    (4, History.the_desk_decides, {"which": ANY, "said": PAIRS, "appeal": BOTH}),
    (3, History.the_desk_corrects, {"which": ANY}),
    (1, History.the_subject_withdraws_or_appeals, {"which": ANY, "appeals": BOTH}),
    (2, History.a_repair_is_applied_for, {"which": ANY}),
    (3, History.a_repair_goes_on, {"which": ANY, "step": ("agree", "shorten", "refuse", "object", "take back")}),
    (1, History.an_exit_is_proposed, {"which": ANY, "grounds": ("duties done", "wrong listing")}),
    (1, History.an_exit_is_decided, {"which": ANY, "action": ("confirm", "send back", "refuse")}),
    (2, History.a_measure_is_decided, {"which": ANY, "impose": BOTH}),
    (1, History.a_body_answers, {"which": ANY, "done": ("applied", "stopped")}),
    (2, History.time_goes_by, {"days": (0, 1, 6, 12, 120, 400), "jobs": BOTH}),
)
"""Everything that can be done: how often among others, what it is, and what it can be done with."""
MUST_HOLD = (
    History.nothing_is_public_past_its_validity_or_its_end,
    History.a_flag_stands_as_long_as_an_objection_is_open_and_no_longer,
    History.no_measure_holds_on_a_record_that_rests_or_has_ended,
    History.every_last_day_computed_again_from_the_history_is_the_same,
    History.whatever_changes_in_public_stands_in_the_trail,
    History.nothing_is_lost,
)


@pytest.mark.clause("NT-30", "NT-32", "NT-36", "NT-37")
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_whatever_is_done_in_whatever_order_what_must_hold_holds(
    send: Send, at: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    api_keys.create("示例财政局", [f"measures:{BODY}"])
    chance, done = Random(seed), list[str]()
    history = History(World(send, at, lambda city: monkeypatch.setenv("MINGXIN_CITY", city)), seed + 1, CITIES[seed % len(CITIES)])
    history.a_row_comes(0, severe=True, listed=False)
    history.a_row_comes(1, severe=False, listed=True)
    for _ in range(STEPS):
        ((_, action, offered),) = chance.choices(ACTIONS, [weight for weight, _, _ in ACTIONS])
        chosen = {name: chance.choice(values) for name, values in offered.items()}
        action(history, **chosen)
        done.append(f"{action.__name__}({chosen})")
        for holds in MUST_HOLD:
            try:
                holds(history)
            except AssertionError as error:
                raise AssertionError("\n".join([f"seed {seed}", *done, str(error)])) from error
    assert history.came_about > STEPS // 8, done
