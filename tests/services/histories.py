"""One organisation, somebody responsible for its severe records, and everything that people, providers, officers, jobs and the clock can
do to what is held about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import cities, clock
from chalicelib.law import lists as list_law
from chalicelib.law import objections as objection_law
from chalicelib.law.corrections import WITHDRAWAL
from chalicelib.law.decisions import Refused
from chalicelib.law.joint_measures import PROCEDURE as MEASURE
from chalicelib.law.procedures import Move, Procedure
from chalicelib.law.repair import Application
from chalicelib.law.repair_steps import REPAIR
from chalicelib.law.rights import RIGHTS
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import api_keys
from chalicelib.services.publication import look_up, publish
from chalicelib.services.remedies import (
    follow_up,
    lists,
    measures,
    objection_desk,
    objections,
    provider_records,
    recalls,
    repair_effect,
    repair_opinions,
    repairs,
)
from chalicelib.services.remedies.casework import By, Overtaken
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.remedies.repair_opinions import Opinion
from chalicelib.services.scheduled import expire
from chalicelib.storage import archive as storage
from chalicelib.storage import cases
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, a_black_entry, a_code, a_penalty, a_person_number

BODY = a_code(910, "11")
STATED = Application(date(2026, 10, 1), ("payment",), "罚款已缴清（示例）", "今后守法经营（示例）", "已建立制度（示例）")
CLERK, SECOND = By("p_c", "provider", "录入有误（示例）"), By("p_d", "provider", "复核（示例）")
WHY = "依据清单（示例）"
COME_TO_NOTHING = (Refused, Overtaken, objections.Unknown, repairs.Unknown, lists.Unknown, measures.Unknown, provider_records.Unknown)
"""How an act ends that may not be done, or not any more."""
BEGINNINGS = ("objection", "objection", "repair", "repair", "correction", "withdrawal", "exit", "exit applied for")
"""What somebody can begin, as often as it is named."""


def staff(name: str, *roles: str) -> Session:
    return Session(name, Person(f"p_{name}", "staff", "演示", roles=roles), clock.now(), clock.now())


@dataclass
class Seen:
    """What is held at one moment: records by id and cases by number, each in the order in which they came."""

    records: Mapping[str, Record]
    cases: Mapping[str, Case]
    public: Mapping[str, Any]


@dataclass
class History:
    """What was done until now. `at` puts the clock; `came_about` counts the acts that were not refused."""

    send: Send
    at: Callable[[str], None]
    city: str
    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-11-21T09:00:00+08:00"))
    came_about: int = 0
    batches: list[str] = field(default_factory=list)
    order: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at(self.now.isoformat())
        self.code, self.person = a_code(1), Identifier("resident_id", a_person_number("19700101"))
        self.rules = cities.load(self.city).rules
        api_keys.create("示例财政局", [f"measures:{BODY}"])
        self.key = next(one for one in api_keys.all_keys() if one.name == "示例财政局")
        self.a_row_comes(0, severe=True, listed=False)
        self.a_row_comes(1, severe=False, listed=True)
        self.time_goes_by(0, jobs=True)

    # What there is

    def look(self) -> Seen:
        """What is held now, in an order that is the same whenever the same was done: ids and numbers are random."""
        found = storage.subjects_of([Identifier("uscc", self.code), self.person])
        owners = sorted(found.values(), key=lambda one: one != found[Identifier("uscc", self.code)])
        records = {one.id: one for owner in owners if (there := storage.collection(owner)) for one in there[1]}
        held = {case.id: case for case in cases.of_subject(owners)}
        for record in sorted(records.values(), key=lambda one: (one.parent is not None, one.catalogue, one.title, str(one.document_no))):
            self.order.setdefault(record.id, len(self.order))
        for case in sorted(held.values(), key=self._came):
            self.order.setdefault(case.id, len(self.order))
        public = look_up.organisation(self.code, day=clock.today())
        shown = {one["id"]: one for shape in ("records", "lists") for one in public[shape]} if public else {}
        return Seen(self._in_order(records), self._in_order(held), shown)

    def _came(self, case: Case) -> tuple[str, list[int], str]:
        return case.procedure, [self.order.get(one, -1) for one in case.about], str(case.facts.get("measure", ""))

    def _in_order(self, found: Mapping[str, Any]) -> dict[str, Any]:
        return {one: found[one] for one in sorted(found, key=lambda one: self.order[one])}

    def subject(self, case: Case) -> Session:
        """Whoever the case is about: the organisation by its agent, or the person."""
        mandate = Mandate(self.code, "示例甲食品有限公司", tuple(RIGHTS))
        agent = Person("p_s", "citizens", "钱示例", Identifier("resident_id", a_person_number()), mandates=(mandate,))
        own = storage.subjects_of([self.person]).get(self.person) == case.subject_id
        person = Person("p_r", "citizens", "演示人员", self.person)
        return Session("s", person if own else agent, clock.now(), clock.now(), acting_for=None if own else self.code)

    def attempt(self, work: Callable[[], object]) -> None:
        """Do something a minute later; whether it may be done is for the system to say."""
        self.now += timedelta(minutes=1)
        self.at(self.now.isoformat())
        with suppress(*COME_TO_NOTHING):
            work()
            self.came_about += 1

    # What begins something

    def a_row_comes(self, which: int, severe: bool, listed: bool) -> None:
        self.now += timedelta(minutes=1)
        self.at(self.now.isoformat())
        if listed:
            row = a_black_entry(统一社会信用代码=self.code, 名单名称=f"演示名单{which % 2}", 列入日期="2026/11/02")
        else:
            told = {"备注": "失信程度：严重", "责任人员": f"演示人员/{self.person.number}/负责人"} if severe else {}
            dates = {"处罚决定日期": "2026/11/02", "处罚有效期": "", "公示截止期": ""}
            row = a_penalty(**{CODE: self.code, "行政处罚决定书文号": f"示罚〔2026〕{which % 3}号", **dates, **told})
        self.batches.append(self.send("blacklist" if listed else "penalties", row).batch)

    def a_batch_is_taken_back(self, which: int) -> None:
        def work() -> None:
            batch = self.batches[which % len(self.batches)]
            recalls.propose(batch, "整批有误（示例）", by="a_1", offices=[OFFICE])
            recalls.confirm(batch, by="a_2", offices=[OFFICE], officer=False)

        self.attempt(work)

    def something_begins(self, what: str, record: Record, other: Record, how: int) -> None:
        """Somebody objects to one or two records, applies for a repair or an exit, corrects or wants to withdraw a record."""
        field = "facts" if record.catalogue == "penalty" else "reason"
        number, officer = Identifier("uscc", self.code), staff("o", "officer")
        wanted = tuple(dict.fromkeys([record.id, other.id][: 1 + how % 2]))
        stated = Stated(wanted, ("wrong",), "写错了（示例）。", channel="provider" if how % 3 == 0 else "online")
        agent = self.subject(Case("", "", record.subject_id, (), "", clock.today()))
        grounds = ("duties done", "other", "wrong")[how % 3]
        begun: dict[str, Callable[[], object]] = {
            "objection": lambda: objections.receive(record.subject_id, stated, By("p_s", "subject")),
            "repair": lambda: repairs.apply(record.subject_id, record.id, STATED, [PNG], By("p_s", "subject")),
            "correction": lambda: provider_records.correct([OFFICE], record.subject_id, record.id, {field: f"更正{how}（示例）"}, CLERK),
            "withdrawal": lambda: provider_records.propose([OFFICE], record.subject_id, record.id, CLERK),
            "exit": lambda: lists.propose(officer, number, record.id, grounds=grounds, reason="义务已经履行（示例）"),
            "exit applied for": lambda: lists.apply(agent, record.id, "义务已经履行（示例）", PNG),
        }
        self.attempt(begun[what])

    # What goes on

    def a_case_goes_on(self, case: Case, action: str, how: int) -> None:
        """A step of a case as it is made by whoever may; `how` chooses among what can be said."""
        self.attempt(lambda: STEPS[case.procedure, action](self, case, how))

    def begins_with(self, act: str) -> None:
        """An act with which a history begins, so that it comes deeper: something about the record of the first measure, a step of a case
        about that, or twelve days."""
        seen = self.look()
        about = next(case for case in seen.cases.values() if case.procedure == MEASURE.name).about[0]
        if act == "time goes by":
            self.time_goes_by(12, jobs=True)
        elif act in BEGINNINGS:
            self.something_begins(act, seen.records[about], seen.records[about], 1)
        else:
            of_it = [case for case in seen.cases.values() if case.about[0] == about]
            self.a_case_goes_on(next(one for one in of_it if act in {move.action for move in steps_of(one)}), act, 1)

    def time_goes_by(self, days: int, jobs: bool) -> None:
        """The clock goes on, and the jobs run or not: what must hold does not depend on it."""
        self.now += timedelta(days=days, minutes=5)
        self.at(self.now.isoformat())
        if jobs:
            expire.expire(clock.today())
            repair_effect.take_effect(clock.today())
            follow_up.due(clock.today())
            measures.due(clock.today())
            publish.pending()


def _results(case: Case, how: int, wrong: bool) -> dict[str, str]:
    """What is decided on each record: all stand, or the first is wrong and `how` says what becomes of it and of the others."""
    said = ("amend", "remove", "purge", "stands")
    return {record: said[(how % 3 if not place else how + place) % 4] if wrong else "stands" for place, record in enumerate(case.about)}


def _decides(wrong: bool) -> Step:
    return lambda history, case, how: objection_desk.decide(
        staff("o", "officer"), case.id, case.version, results=_results(case, how, wrong), reasons=["document stands"], text=""
    )


def _answers_appeal(wrong: bool) -> Step:
    return lambda history, case, how: objection_desk.answer_appeal(
        staff("v", "supervisor"), case.id, case.version, results=_results(case, how, wrong), reasons=["document stands"], text=""
    )


def _corrects(history: History, case: Case, how: int) -> object:
    records = history.look().records
    fields = {one: "facts" if records[one].catalogue == "penalty" else "reason" for one in case.about}
    amended = {one: {name: f"更正{case.version}（示例）"} for one, name in fields.items()}
    return objection_desk.correct(staff("o", "officer"), case.id, case.version, amended)


def _agrees(history: History, case: Case, how: int) -> object:
    shortens = Opinion("shortens", "同意（示例）", clock.today() + timedelta(days=30))
    return repair_opinions.agree(case.number, shortens if how % 3 == 0 else Opinion("ends", "同意（示例）"), [OFFICE], CLERK)


def _listed(by: str, action: str) -> Step:
    return lambda history, case, how: lists.decide(
        staff(by, "officer"), case.number, action, reason="核对（示例）", grounds="duties done" if action == "grant" else ""
    )


def _measure(impose: bool) -> Step:
    return lambda history, case, how: measures.decide(staff("o", "officer"), case.number, impose=impose, reason=WHY, body=BODY)


def _answers(done: str) -> Step:
    return lambda history, case, how: measures.feed_back(history.key, case.number, done=done, text="")


Step = Callable[[History, Case, int], object]
STEPS: Mapping[tuple[str, str], Step] = {
    ("objection", "ask to verify"): lambda history, case, how: objection_desk.ask_to_verify(
        staff("o", "officer"), case.id, case.version, provider=OFFICE, forwarded=(), text="请核实（示例）"
    ),
    ("objection", "ask for evidence"): lambda history, case, how: objection_desk.ask_for_evidence(
        staff("o", "officer"), case.id, case.version, "请补充（示例）"
    ),
    ("objection", "add evidence"): lambda history, case, how: objections.add_evidence(
        history.subject(case), case.id, case.version, "补充（示例）", ()
    ),
    ("objection", "uphold"): _decides(False),
    ("objection", "find wrong"): _decides(True),
    ("objection", "correct"): _corrects,
    ("objection", "withdraw"): lambda history, case, how: objections.withdraw(history.subject(case), case.id, case.version),
    ("objection", "appeal"): lambda history, case, how: objections.appeal(history.subject(case), case.id, case.version, "不服（示例）。"),
    ("objection", "uphold on appeal"): _answers_appeal(False),
    ("objection", "find wrong on appeal"): _answers_appeal(True),
    ("verification", "answer"): lambda history, case, how: objection_desk.answer_verification(
        CLERK, case.id, OFFICE, None, finding=("right", "partly", "not ours")[how % 3], text="已核实（示例）"
    ),
    ("repair", "agree"): _agrees,
    ("repair", "refuse"): lambda history, case, how: repair_opinions.refuse(case.number, "不同意（示例）", [OFFICE], CLERK),
    ("repair", "object"): lambda history, case, how: repair_opinions.object_to(case.number, "有异议（示例）", By("p_x", "anyone")),
    ("repair", "take back"): lambda history, case, how: repair_opinions.take_back(case.number, By("p_s", "subject")),
    ("withdrawal", "confirm"): lambda history, case, how: provider_records.confirm([OFFICE], case.number, SECOND),
    ("withdrawal", "turn down"): lambda history, case, how: provider_records.turn_down([OFFICE], case.number, SECOND),
    ("exit", "grant"): _listed("o", "grant"),
    ("exit", "refuse"): _listed("o", "refuse"),
    ("exit", "give up"): lambda history, case, how: lists.give_up(history.subject(case), case.number),
    ("exit", "confirm"): _listed("q", "confirm"),
    ("exit", "send back"): _listed("q", "send back"),
    ("measure", "impose"): _measure(True),
    ("measure", "decline"): _measure(False),
    ("measure", "feed back"): _answers("applied"),
    ("measure", "confirm pause"): _answers("stopped"),
    ("measure", "confirm stop"): _answers("stopped"),
}
"""Every step that a person makes in these procedures, and who makes it."""
PROCEDURES: Mapping[str, Procedure] = {
    one.name: one for one in (objection_law.PROCEDURE, objection_law.VERIFICATION, REPAIR, WITHDRAWAL, list_law.EXIT, MEASURE)
}


def steps_of(case: Case) -> Iterator[Move]:
    """What anybody may do about a case as it stands."""
    procedure = PROCEDURES.get(case.procedure)
    return (
        move for move in (procedure.moves if procedure else ()) if case.state in move.sources and (case.procedure, move.action) in STEPS
    )
