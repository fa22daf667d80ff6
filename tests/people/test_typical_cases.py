"""A typical case from one officer's desk over another's to the public page, and all the ways in which it leaves that."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from chalice import Chalice

from app import create_app
from chalicelib import clock
from chalicelib.records.entries import Ended
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import EndedHow
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.services.remedies import record_changes, what_follows
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION, OTHER
from tests.people.desk import at_desk
from tests.web.gateway import ask

DESK = "/desk/typical-cases"
TEXT = "该单位发布虚假广告，被依法处罚（演示）。"


def _written(members: Chalice) -> tuple[Browser, str]:
    """An officer who has written a case, and its number."""
    first = at_desk(members, "officer-yi", f"{DESK}?code={ORGANISATION}")
    found = re.search(r'<option value="(r_\w+)"', first.page)
    assert found, first.page
    form = {"code": ORGANISATION, "record": found[1], "title": "虚假广告案（演示）", "text": TEXT}
    assert first.post(DESK, form).status == 303
    return first, re.findall(r"DX-[\w-]+", first.get(DESK).body)[0]


@pytest.fixture
def case(members: Chalice, register: None) -> str:
    """The number of a case that is published."""
    _, number = _written(members)
    second = at_desk(members, "officer-er", DESK)
    assert second.post(f"{DESK}/{number}", {"do": "publish"}).status == 303
    return number


def changed(subject_id: str, record_id: str, alter: record_changes.Alter) -> None:
    """A record as a procedure leaves it, with all that follows."""
    changes = Changes()
    record_changes.change(changes, subject_id, record_id, alter, record_changes.Why("record.changed", "a_1", "示例", clock.now()))
    changes.commit()
    what_follows.settle([record_id])


def _shown() -> list[str]:
    """The titles that programs and people are shown; both the same."""
    public = create_app("public")
    page, items = ask(public, "/cases").body, ask(public, "/cases.json").json["items"]
    assert page.count("<article") == len(items)
    return [item["title"] for item in items if item["content"]["text"] in page]


@pytest.mark.clause("NTN-4a", "HY-14")
def test_a_case_is_public_once_a_second_officer_has_looked_at_it(members: Chalice, register: None) -> None:
    first, number = _written(members)
    assert _shown() == []
    first.get(f"{DESK}?code={ORGANISATION}")
    assert first.post(f"{DESK}/{number}", {"do": "publish"}).status == 422
    assert _shown() == []
    second = at_desk(members, "officer-er", DESK)
    assert second.post(f"{DESK}/{number}", {"do": "publish"}).status == 303
    assert _shown() == ["虚假广告案（演示）"]
    (item,) = ask(create_app("public"), "/cases.json").json["items"]
    assert (item["subject"]["name"], item["valid_until"], item["about"]) == (NAME, "2027-02-25", "penalty")
    second.get(f"{DESK}?code={ORGANISATION}")
    assert second.post(f"{DESK}/{number}", {"do": "publish"}).status == 422


@pytest.mark.clause("NTN-4a")
def test_a_case_leaves_the_page_the_day_after_its_record_ends(case: str, at: Callable[[str], None]) -> None:
    for day, shown in (("2027-02-25", 1), ("2027-02-26", 0)):
        at(f"{day}T09:00:00+08:00")
        assert (day, len(_shown())) == (day, shown)


@pytest.mark.clause("NTN-4a")
@pytest.mark.parametrize("how", [None, "repaired", "withdrawn", "exited", "expired_early", "purged"])
def test_a_case_leaves_the_page_with_whatever_becomes_of_its_record(case: str, how: EndedHow | None) -> None:
    number = Identifier("uscc", ORGANISATION)
    subject_id = archive.subjects_of([number])[number]
    found = archive.collection(subject_id)
    assert found is not None
    (record,) = found[1]
    ended = Ended(how, clock.today()) if how else None
    flags = () if ended else ("corrected",)
    changed(subject_id, record.id, lambda one: replace(one, ended=ended, flags=flags))
    assert _shown() == []
    rebuild()
    assert _shown() == []


def test_a_rebuild_shows_the_same_cases_and_an_officer_takes_one_down(members: Chalice, case: str) -> None:
    rebuild()
    assert _shown() == ["虚假广告案（演示）"]
    officer = at_desk(members, "officer-yi", f"{DESK}?code={ORGANISATION}")
    assert officer.post(f"{DESK}/{case}", {"do": "take down", "reason": "宣传期结束（演示）"}).status == 303
    assert _shown() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"record": "r_nothing"}, "没有这条记录"), ({"code": OTHER}, "没有这条记录"), ({"text": "李演二知道此事"}, "不要写个人的姓名")],
)
def test_a_case_that_names_somebody_or_is_of_no_record_is_not_taken(
    members: Chalice, register: None, changes: dict[str, str], why: str
) -> None:
    officer = at_desk(members, "officer-yi", f"{DESK}?code={ORGANISATION}")
    found = re.search(r'<option value="(r_\w+)"', officer.page)
    assert found
    form = {"code": ORGANISATION, "record": found[1], "title": "标题", "text": TEXT, **changes}
    answer = officer.post(DESK, form)
    assert (answer.status, why in said(answer)) == (422, True)


def test_who_writes_a_case_of_a_record_that_changes_meanwhile_writes_it_anew(members: Chalice, register: None) -> None:
    _, number = _written(members)
    key = Identifier("uscc", ORGANISATION)
    subject_id = archive.subjects_of([key])[key]
    (record,) = (archive.collection(subject_id) or (None, []))[1]
    changed(subject_id, record.id, lambda one: replace(one, flags=("corrected",)))
    second = at_desk(members, "officer-er", DESK)
    answer = second.post(f"{DESK}/{number}", {"do": "publish"})
    assert (answer.status, "有变动" in said(answer), _shown()) == (422, True, [])
    second.get(DESK)
    assert second.post(f"{DESK}/{number}", {"do": "turn down"}).status == 303
