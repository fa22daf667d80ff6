"""What people do in a city on a day: rows arrive and come twice, records are objected to, decided on, repaired, lists entered and left."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench.engines import OFFICE
from bench.intake import penalty
from bench.simulation.city import ORGANISATIONS, City, Matter, one_of
from local import demo
from tests.services.rows import a_black_entry

PROOF = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"


def name(organisation: int) -> str:
    """What an organisation is called."""
    return f"示例演示{organisation}号食品有限公司"


def code(organisation: int) -> str:
    """Its number."""
    return demo.a_code("91", 50_000 + organisation)


def leave_contacts(city: City) -> None:
    """Some organisations leave an e-mail address, some a phone number, some both; the office and the centre can be written to."""
    from chalicelib import clock
    from chalicelib.records.identifiers import Identifier
    from chalicelib.records.messages import Contact, Contacts
    from chalicelib.services.telling import reaching
    from chalicelib.storage import contacts

    def keep(number: Identifier, email: str | None, phone: str | None) -> None:
        reached = Contacts(
            email=Contact(email, city.day) if email else None,
            phone=Contact(phone, city.day) if phone else None,
        )
        contacts.keep(number, reached, "contact.verified", "p_1", clock.now())

    for organisation in range(ORGANISATIONS - 2):
        email = f"office{organisation}@example.com" if organisation % 3 else None
        keep(Identifier("uscc", code(organisation)), email, f"+86138000{organisation:05d}" if organisation % 2 == 0 else None)
    for office in ("officers", "supervisors", f"provider:{OFFICE[1]}"):
        keep(reaching.office(office), f"{office.partition(':')[0]}@example.com", None)


def arrive(city: City) -> None:
    """New decisions, which end soon, on a later day, or never here."""
    for _ in range(city.chance.randrange(0, 3)):
        organisation = city.chance.randrange(ORGANISATIONS)
        number = f"演示罚〔2026〕{len(city.sent) + 1}号"
        last = city.day + timedelta(days=city.chance.choice((1, 2, 5, 9, 20, 45, 200)))
        decided = f"{city.day - timedelta(days=2):%Y/%m/%d}"
        days = {"处罚决定日期": decided, "公示截止期": f"{last:%Y/%m/%d}", "处罚有效期": f"{last:%Y/%m/%d}"}
        row = {**penalty(name(organisation), code(organisation), len(city.sent)), **days, "行政处罚决定书文号": number}
        _enter(city, "penalties", row, number, last, organisation)


def be_listed(city: City) -> None:
    """Somebody comes on a black list."""
    if city.chance.random() > 0.15:
        return
    organisation, reason = city.chance.randrange(ORGANISATIONS), f"演示事由第{len(city.sent) + 1}号"
    last = city.day + timedelta(days=city.chance.choice((3, 30, 120)))
    cells = {"主体名称": name(organisation), "统一社会信用代码": code(organisation), "列入事由": reason}
    body = {
        "认定单位": OFFICE[0],
        "认定单位统一社会信用代码": OFFICE[1],
        "数据来源单位": OFFICE[0],
        "数据来源单位统一社会信用代码": OFFICE[1],
    }
    days = {"列入日期": f"{city.day:%Y/%m/%d}", "有效期至": f"{last:%Y/%m/%d}"}
    _enter(city, "blacklist", a_black_entry(**cells, **body, **days), reason, last, organisation)


def come_twice(city: City) -> None:
    """The same rows again, and earlier ones out of their order. One that was corrected since is refused as it was before that."""
    if city.sent and city.chance.random() < 0.3:
        for kind, row in city.chance.sample(city.sent, min(2, len(city.sent))):
            if _submit(city, kind, row, refused=row.get("行政处罚决定书文号") in city.amended):
                city.fails("a row that had come before was stored again")
            city.score["rows that came again"] += 1


def object_to(city: City) -> None:
    """Somebody objects to a record, before the office that sent it or before the centre."""
    from chalicelib.services.remedies import objections
    from chalicelib.services.remedies.casework import By
    from chalicelib.services.remedies.objections import Stated

    what = _free_record(city, 0.3)
    if what is None:
        return
    subject_id, record_id = city.records[what]
    channel: Any = city.chance.choice(("online", "provider"))
    case = objections.receive(subject_id, Stated((record_id,), ("wrong",), "处罚金额写错了（演示）。", channel), By("p_1", "subject"))
    city.score["objections"] += 1
    matter = Matter(case.id, "objection", what, subject_id, case.state, _later(city), tuple(case.facts["verifications"]))
    city.matters.append(matter)
    city.begins(case.id, "officers", "decision", case.due)
    city.expects("objection received", f"s:{subject_id}", case.id)
    for number in matter.requests:
        city.begins(number, f"provider:{OFFICE[1]}", "verification", _case(number).due)


def apply_for_repair(city: City) -> None:
    """Somebody applies for the repair of a record."""
    from chalicelib.law.repair import Application
    from chalicelib.services.remedies import repairs
    from chalicelib.services.remedies.casework import By

    what = _free_record(city, 0.25)
    if what is None:
        return
    subject_id, record_id = city.records[what]
    stated = Application(city.day, ("payment", "training"), "罚款已缴清（演示）", "今后守法经营（演示）", "已建立制度（演示）")
    case = repairs.apply(subject_id, record_id, stated, [PROOF], By("p_1", "subject"))
    city.score["repairs"] += 1
    city.matters.append(Matter(case.id, "repair", what, subject_id, case.state, _later(city)))
    city.begins(case.id, f"provider:{OFFICE[1]}", "opinion", case.due)
    city.expects("repair received", f"s:{subject_id}", case.id)


def leave_list(city: City) -> None:
    """A recogniser lets somebody leave a list early, and a second person confirms it."""
    from chalicelib import clock
    from chalicelib.records.identifiers import Identifier
    from chalicelib.records.people import Person, Session
    from chalicelib.services.remedies import lists

    entries = [what for what in city.records if what.startswith("演示事由") and city.counts(what, city.day)]
    what = one_of(city, entries)
    if what is None or city.chance.random() > 0.04:
        return
    subject_id, record_id = city.records[what]
    organisation = next(cells["统一社会信用代码"] for _, cells in city.sent if cells.get("列入事由") == what)
    first, second = (Session(name, Person(name, "staff", name, roles=("officer",)), clock.now(), clock.now()) for name in ("p_6", "p_7"))
    case = lists.propose(first, Identifier("uscc", organisation), record_id, grounds="duties done", reason="义务已经履行（演示）")
    lists.decide(second, case.id, "confirm", reason="")
    city.gone[what] = city.day
    city.expects("exit decided", f"s:{subject_id}", case.id)
    city.expects("left list", f"s:{subject_id}", record_id)
    city.score["early exits"] += 1


ACTIONS: tuple[Callable[[City], None], ...] = (arrive, be_listed, come_twice, object_to, apply_for_repair, leave_list)
"""What anybody may do on any day."""


def work(city: City) -> None:
    """On a working day the offices go on with what they have, in time or too late."""
    from chalicelib.law.deadlines import is_working_day

    if not is_working_day(city.day):
        city.score["days without offices"] += 1
        return
    for matter in city.matters:
        if matter.state and matter.next_act <= city.day:
            _STEPS[matter.kind, matter.state](city, matter)
            matter.next_act = _later(city)


def _verify_or_decide(city: City, matter: Matter) -> None:
    """The office answers what it was asked, or the centre decides without it."""
    from chalicelib.services.remedies import objection_desk
    from chalicelib.services.remedies.casework import By

    asked = next((number for number in matter.requests if city.open_duty(number, "verification")), None)
    if asked and city.chance.random() < 0.7:
        objection_desk.answer_verification(By("provider-1", "provider"), asked, OFFICE[1], None, finding="wrong", text="有误（演示）。")
        city.ends_duty(asked)
        city.expects("objection verified", f"s:{matter.subject_id}", matter.number)
        return
    case = objection_desk.find(matter.number).case
    said = city.chance.choice(("stands", "remove", "amend"))
    results = dict.fromkeys(case.about, said)
    case = objection_desk.decide(_officer(), case.id, case.version, results=results, reasons=[], text="经核对原始文书（演示）。")
    for number in (matter.number, *matter.requests):
        city.ends_duty(number)
    city.expects("objection decided", f"s:{matter.subject_id}", matter.number)
    if said == "stands":
        matter.state = ""
        return
    matter.state = said
    city.begins(matter.number, "officers", "correction", case.due)


def _correct(city: City, matter: Matter) -> None:
    from chalicelib.services.remedies import objection_desk

    case = objection_desk.find(matter.number).case
    values = {case.about[0]: {"facts": "已更正的事实（演示）。"}} if matter.state == "amend" else {}
    objection_desk.correct(_officer(), case.id, case.version, values)
    if matter.state == "amend":
        city.amended.add(matter.record)
    if matter.state == "remove":
        city.gone[matter.record] = min(city.day, city.gone.get(matter.record, city.day))
    matter.state = ""
    city.ends_duty(matter.number)
    city.expects("record corrected", f"s:{matter.subject_id}", matter.number)


def _give_opinion(city: City, matter: Matter) -> None:
    """The office agrees, or does not; too late if the record has ended meanwhile."""
    from chalicelib.law.decisions import Refused
    from chalicelib.services.remedies import repair_opinions
    from chalicelib.services.remedies.casework import By
    from chalicelib.services.remedies.repair_opinions import Opinion

    by, agrees = By("provider-1", "provider"), city.chance.random() < 0.75
    try:
        if agrees:
            repair_opinions.agree(matter.number, Opinion("ends", "同意修复（演示）"), [OFFICE[1]], by)
        else:
            repair_opinions.refuse(matter.number, "没有缴清（演示）", [OFFICE[1]], by)
    except Refused:
        if city.counts(matter.record, city.day):
            raise
        matter.state = ""
    else:
        matter.state = "public" if agrees else ""
        city.expects("repair opinion" if agrees else "repair refused", f"s:{matter.subject_id}", matter.number)
    city.ends_duty(matter.number)


def see_effects(city: City) -> None:
    """What the clock has made of repairs that were public."""
    for matter in city.matters:
        if matter.kind == "repair" and matter.state == "public":
            case = _case(matter.number)
            if case.state == "effective":
                city.gone[matter.record] = min(city.day, city.gone.get(matter.record, city.day))
                city.expects("repair took effect", f"s:{matter.subject_id}", matter.number)
                city.score["repairs in effect"] += 1
            if case.state != "public":
                matter.state = ""


def _wait(city: City, matter: Matter) -> None:
    """The clock goes on with it."""


_STEPS: dict[tuple[str, str], Callable[[City, Matter], None]] = {
    ("objection", "received"): _verify_or_decide,
    ("objection", "verifying"): _verify_or_decide,
    ("objection", "remove"): _correct,
    ("objection", "amend"): _correct,
    ("repair", "applied"): _give_opinion,
    ("repair", "public"): _wait,
}


def _later(city: City) -> date:
    """When somebody goes on with a matter: mostly in time, at times far too late."""
    return city.day + timedelta(days=city.chance.choice((1, 1, 2, 3, 5, 8, 13, 30)))


def _free_record(city: City, chance: float) -> str | None:
    """By chance a penalty that counts and about which nothing is under way; None on most days."""
    busy = {matter.record for matter in city.matters}
    free = [what for what in city.records if what.startswith("演示罚") and what not in busy and city.counts(what, city.day)]
    return one_of(city, free) if city.chance.random() < chance else None


def _officer() -> Any:
    from chalicelib import clock
    from chalicelib.records.people import Person, Session

    return Session("o", Person("p_2", "staff", "演经办", roles=("officer",)), clock.now(), clock.now())


def _case(number: str) -> Any:
    from chalicelib.storage import cases

    return cases.load(number)


def _enter(city: City, kind: str, row: dict[str, str], what: str, last: date, organisation: int) -> None:
    from chalicelib.records.identifiers import Identifier
    from chalicelib.storage import archive

    city.sent.append((kind, row))
    city.ends[what] = last
    city.score["rows"] += _submit(city, kind, row)
    identifier = Identifier("uscc", code(organisation))
    subject_id = archive.subjects_of([identifier])[identifier]
    found = archive.collection(subject_id)
    for record in found[1] if found else ():
        if what in (record.document_no, record.content.get("reason")):
            city.records[what] = (subject_id, record.id)


def _submit(city: City, kind: str, row: dict[str, str], *, refused: bool = False) -> int:
    """How many rows were new; whether the row is `refused` must be as it should."""
    from chalicelib.services.submission import intake

    path = city.folder / "simulated.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    outcome = intake.import_file(kind, path, provider=OFFICE[1])
    if bool(outcome.refused) != refused:
        city.fails(f"a row was refused: {outcome.refused[0].reason}" if outcome.refused else "a row of a corrected record was not refused")
    return outcome.accepted
