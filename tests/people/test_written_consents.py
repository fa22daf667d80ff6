"""Written consents at the desk: one officer puts the sheet in, another compares it and confirms, and only then it counts."""

from __future__ import annotations

import re

import pytest
from chalice import Chalice

from chalicelib.services.consent import written_consents
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import OTHER, OTHER_NAME
from tests.people.desk import PNG, at_desk, send_file

pytestmark = pytest.mark.clause("NT-22")

HERE = "/desk/written-consents"
FORM = {
    "name": "钱演甲",
    "id_type": "resident_id",
    "id_number": a_person_number(200),
    "asker_code": OTHER,
    "asker_name": OTHER_NAME,
    "purpose": "签订供货合同",
    "items": ["penalty"],
    "uses": "1",
    "last_day": "2026-12-31",
    "signed_on": "2026-11-20",
}


@pytest.fixture
def first(members: Chalice, register: None) -> Browser:
    return at_desk(members, "officer-yi", HERE)


@pytest.fixture
def second(members: Chalice, register: None) -> Browser:
    return at_desk(members, "officer-er", HERE)


@pytest.fixture
def put_in(first: Browser) -> str:
    """The path of a sheet that one officer has put in."""
    answer = send_file(first, HERE, FORM, "scan", PNG)
    assert answer.status == 303, said(answer)
    found = re.search(rf'action="({HERE}/[^"/]+)/scan"', first.get(HERE).body)
    assert found
    return found[1]


def state(sheet: str) -> str:
    return written_consents.find(sheet.rpartition("/")[2]).state


def test_it_counts_once_a_second_officer_has_compared_it(put_in: str, second: Browser) -> None:
    page = said(second.get(HERE))
    assert "签订供货合同" in page
    assert OTHER_NAME in page
    assert state(put_in) == "open"
    assert second.post(put_in, {"decision": "confirm"}).status == 303
    assert state(put_in) == "in force"
    assert "没有等待确认的书面同意" in said(second.get(HERE))


def test_who_put_it_in_does_not_confirm_it(put_in: str, first: Browser) -> None:
    for decision in ("confirm", "refuse"):
        answer = first.post(put_in, {"decision": decision})
        assert answer.status == 422
        assert "录入的人不能确认" in said(answer)
    assert state(put_in) == "open"


def test_one_that_does_not_say_so_is_turned_down(put_in: str, second: Browser) -> None:
    second.get(HERE)
    assert second.post(put_in, {"decision": "refuse"}).status == 303
    assert state(put_in) == "refused"


def test_a_decision_says_what(put_in: str, second: Browser) -> None:
    second.get(HERE)
    assert second.post(put_in, {}).status == 422
    assert state(put_in) == "open"


def test_the_scan_is_shown_by_a_link(put_in: str, second: Browser) -> None:
    second.get(HERE)
    assert second.post(put_in + "/scan").headers["Location"].startswith("/members/files/")


def test_one_that_is_not_there_is_missing(second: Browser) -> None:
    for end in ("", "/scan"):
        second.get(HERE)
        assert second.post(f"{HERE}/ZZZZZZZZ{end}", {"decision": "confirm"}).status == 404


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"items": []}, "目录项"),
        ({"uses": "many"}, "次数"),
        ({"last_day": "2026-11-01"}, "最后一天"),
        ({"asker_code": "1"}, "统一社会信用代码"),
    ],
)
def test_one_that_cannot_be_is_refused_with_what_to_do(first: Browser, wrong: dict[str, str], reason: str) -> None:
    answer = send_file(first, HERE, {**FORM, **wrong}, "scan", PNG)
    assert answer.status == 422
    assert reason in said(answer)


def test_without_a_scan_nothing_is_taken(first: Browser) -> None:
    answer = first.post(HERE, FORM)
    assert answer.status == 422
    assert "扫描件" in said(answer)
