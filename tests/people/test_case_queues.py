"""Queues at the desk: narrowed to what somebody looks for, and cases handed from one colleague to the next."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import cities, clock, settings
from chalicelib.law import objections
from chalicelib.law.deadlines import Deadline
from chalicelib.law.repair import Application
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.remedies import case_queues, casework, follow_up, lists, repairs
from chalicelib.services.remedies.case_queues import Wanted
from chalicelib.services.remedies.casework import By
from chalicelib.storage import archive, cases, engine, files
from chalicelib.storage.archive import Changes
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION
from tests.people.desk import PNG, at_desk
from tests.people.test_provider_submissions import OWN
from tests.services.conftest import Send
from tests.services.rows import CODE, OFFICE, a_black_entry, a_code, a_penalty
from tests.web.gateway import Answer

HERE = "/desk/objections"
PENALTY = {"id": "r_1", "item": "行政处罚", "title": "演示", "document_no": "示罚〔2026〕1号", "provider": OWN}
PENALTY |= {"determined_on": "2026-11-01", "provider_name": "演示局"}
STATED_REPAIR = Application(date(2026, 10, 1), ("payment",), "罚款已缴清（示例）", "今后守法（示例）", "已建立制度（示例）")
STATED = {"choices": ["wrong"], "grounds": ["facts"], "text": "写错了（演示）", "channel": "online", "by_name": "李演二", "flags": []}


def begun(due: date, item: str = "行政处罚") -> Case:
    """An objection with a last day."""
    (subject,) = archive.subjects_of([Identifier("uscc", ORGANISATION)]).values()
    changes = Changes()
    facts = {**STATED, "provider": OWN, "records": [{**PENALTY, "item": item}], "attachments": [], "verifications": []}
    case = casework.begin(changes, objections.PROCEDURE, subject, (), By("p_1", "subject"), facts=facts, due=Deadline(due, False))
    changes.commit()
    return case


def listed(browser: Browser, query: str) -> set[str]:
    """The numbers that a queue shows."""
    return set(re.findall(r"YY-\d{8}-\w{8}", browser.get(f"{HERE}?{query}").body.partition("<table")[2]))


def moved(browser: Browser, case: Case, do: str, **fields: str) -> Answer:
    """Send a form of who works on a case, as the page of the case has it now."""
    now = cases.load(case.id)
    assert now
    browser.get(f"{HERE}/{case.id}")
    return browser.post(f"/desk/cases/{case.id}", {"version": str(now.version), "do": do, **fields})


def test_a_queue_is_narrowed_by_what_it_is_about_by_when_it_is_due_who_works_on_it_and_its_number(members: Chalice, register: None) -> None:
    late, soon, later = begun(date(2026, 11, 20)), begun(date(2026, 11, 24), "行政许可"), begun(date(2026, 12, 4))
    officer = at_desk(members, "officer-yi")
    assert listed(officer, "") == {late.id, soon.id, later.id}
    for light, case in (("late", late), ("soon", soon), ("on+time", later)):
        assert listed(officer, f"light={light}") == {case.id}
    assert listed(officer, "kind=%E8%A1%8C%E6%94%BF%E8%AE%B8%E5%8F%AF") == {soon.id}
    assert listed(officer, f"number={late.id[-5:].lower()}") == {late.id}
    assert listed(officer, "state=verifying") == set()
    assert moved(officer, soon, "take").status == 303
    assert listed(officer, "who=mine") == {soon.id}
    assert listed(officer, "who=nobody") == {late.id, later.id}
    assert "没有符合条件的" in said(officer.get(f"{HERE}?number=nothing"))
    assert "3 件 （我办理的 1 件）" in said(officer.get("/desk"))


def test_a_case_that_waits_for_nobody_any_more_is_found_by_its_whole_number(members: Chalice, register: None) -> None:
    case = begun(date(2026, 12, 4))
    changes = Changes()
    casework.step(changes, case, objections.PROCEDURE, "withdraw", By("p_1", "subject"))
    changes.commit()
    officer = at_desk(members, "officer-yi")
    assert listed(officer, "") == set()
    assert listed(officer, f"number={case.id}") == {case.id}
    assert case_queues.of(("provider:" + ORGANISATION,), {"objection"}, Wanted(number=case.id)).waiting == ()


def test_a_case_that_cannot_be_read_is_named_as_damaged_and_the_others_are_shown(members: Chalice, register: None) -> None:
    whole, broken = begun(date(2026, 11, 24)), begun(date(2026, 11, 25))
    key = {"pk": {"S": f"S#{broken.subject_id}"}, "sk": {"S": f"CASE#{broken.id}"}}
    values = {":sealed": {"B": b"damaged" * 9}}
    table = settings.table("archive")
    engine.client().update_item(TableName=table, Key=key, UpdateExpression="SET sealed = :sealed", ExpressionAttributeValues=values)
    officer = at_desk(members, "officer-yi")
    for query in ("", f"number={broken.id}"):
        page = officer.get(f"{HERE}?{query}")
        assert f"已损坏 下列办件的内容读不出来，请把编号告诉系统管理人员，从备份中恢复： {broken.id}" in " ".join(said(page).split())
    assert listed(officer, "") == {whole.id}
    assert "已损坏" not in said(officer.get(f"{HERE}?number={whole.id}"))


def test_what_is_looked_for_is_found_behind_many_others_and_no_page_shows_a_case_twice(
    register: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_queues, "A_PAGE", 2)
    monkeypatch.setattr(case_queues, "MOST_READ", 4)
    made = [begun(date(2026, 12, day), "行政许可" if day == 7 else "行政处罚") for day in range(1, 8)]
    for wanted, expected in ((Wanted(), made), (Wanted(kind="行政许可"), made[6:])):
        found, after, pages = [], "", 0
        while pages == 0 or after:
            page = case_queues.of(("officer",), {"objection"}, wanted, after)
            found += [one.case.id for one in page.waiting]
            after, pages = page.following, pages + 1
        assert found == [case.id for case in expected]
        assert pages <= 5


@pytest.mark.clause("NT-36")
def test_a_case_is_taken_on_handed_over_and_given_back_and_its_history_tells_why(members: Chalice, register: None) -> None:
    case = begun(date(2026, 12, 4))
    second, first = at_desk(members, "officer-er"), at_desk(members, "officer-yi")
    assert moved(first, case, "take").status == 303
    page = first.get(f"{HERE}/{case.id}")
    found = re.search(r'<option value="(a_\w+)">([^<]+)</option>', page.body)
    assert found
    assert moved(first, case, "hand over", to=found[1]).status == 422
    assert moved(first, case, "hand over", to="a_nobody", reason="休假").status == 422
    assert moved(first, case, "hand over", to=found[1], reason="休假（演示）").status == 303
    assert listed(second, "who=mine") == {case.id}
    assert moved(second, case, "give back", reason="不熟悉这类处罚（演示）").status == 303
    assert moved(second, case, "give back", reason="再放一次").status == 422
    history = said(first.get(f"{HERE}/{case.id}"))
    assert re.search(rf"交由经办人办理 .*：{found[2]} 休假（演示）.*放回队列 .*不熟悉这类处罚（演示）", history)
    acts = [step.action for step in casework.history(case)]
    assert acts == ["begin", "assign", "assign", "give back"]


def test_of_two_who_take_a_case_from_the_same_page_the_second_is_told_and_others_find_none(members: Chalice, register: None) -> None:
    case = begun(date(2026, 12, 4))
    first, second, clerk = (at_desk(members, who, HERE) for who in ("officer-yi", "officer-er", "provider-yi"))
    form = {"version": "1", "do": "take"}
    for browser in (first, second):
        browser.get(f"{HERE}/{case.id}")
    assert first.post(f"/desk/cases/{case.id}", form).status == 303
    assert second.post(f"/desk/cases/{case.id}", form).status == 409
    clerk.get("/desk/submissions")
    assert clerk.post(f"/desk/cases/{case.id}", {**form, "version": "2"}).status == 404


def test_whose_turn_it_is_next_takes_a_case_on_themselves(members: Chalice, register: None) -> None:
    case = begun(date(2026, 12, 4))
    assert moved(at_desk(members, "officer-yi"), case, "take").status == 303
    now = cases.load(case.id)
    assert now
    assert now.assigned_to
    changes = Changes()
    verified = casework.step(changes, now, objections.PROCEDURE, "verified", By("p_2", "provider"))
    assert verified.assigned_to == now.assigned_to
    changes = Changes()
    stands = casework.step(changes, now, objections.PROCEDURE, "uphold", By("p_2", "officer"))
    assert (stands.assigned_to, stands.facts["assigned_name"]) == ("", "")


def test_repairs_exits_and_measures_are_narrowed_by_what_kind_of_record_they_are_about_too(
    members: Chalice, send: Send, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    send("penalties", a_penalty(**{CODE: a_code(3)}))
    send("blacklist", a_black_entry(统一社会信用代码=a_code(3)))
    number = Identifier("uscc", a_code(3))
    (subject,) = archive.subjects_of([number]).values()
    found = archive.collection(subject)
    assert found
    by_kind = {record.catalogue: record for record in found[1]}
    repairs.apply(subject, by_kind["penalty"].id, STATED_REPAIR, [PNG], By("p_1", "subject"))
    officer = Session("o", Person("p_o", "staff", "演示", roles=("officer",)), clock.now(), clock.now())
    lists.propose(officer, number, by_kind["blacklist"].id, grounds="other", reason="演示")
    follow_up.due(clock.today())
    names = {code: item.name for code, item in cities.load("nantong").catalogue.items()}
    queues = ("officer", f"provider:{OFFICE}")
    for procedure, own, other in (
        ("repair", "penalty", "blacklist"),
        ("exit", "blacklist", "penalty"),
        ("measure", "blacklist", "licence"),
    ):
        shown = [len(case_queues.of(queues, {procedure}, Wanted(kind=names[kind])).waiting) for kind in (own, other)]
        assert (shown[0] > 0, shown[1]) == (True, 0), procedure
    for page in ("/desk/repairs", "/desk/lists", "/desk/measures"):
        assert "信息种类" in at_desk(members, "officer-yi").get(page).body
