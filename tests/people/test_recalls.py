"""A whole batch taken back: one person proposes it, another confirms, every record of it is withdrawn, and it can come again."""

from __future__ import annotations

import re
from datetime import date

import pytest
from chalice import Chalice

from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.remedies import recalls
from chalicelib.storage import archive, raw_items, submissions
from chalicelib.storage.archive import Conflict
from tests.people.browser import Browser, said
from tests.people.desk import at_desk
from tests.people.test_provider_submissions import a_row, press, preview
from tests.services.rows import a_code, a_person_number
from tests.web.gateway import Answer

pytestmark = pytest.mark.clause("NT-37")

DAY = date(2026, 11, 21)
MANY = recalls.AT_ONCE + recalls.STEP + 2


def numbered(count: int, **cells: str) -> list[dict[str, str]]:
    return [a_row(**{"行政处罚决定书文号": f"示罚〔2026〕{number}号", **cells}) for number in range(1, count + 1)]


def sent(browser: Browser, *rows: dict[str, str]) -> str:
    """Submit rows; the path of their batch."""
    preview(browser, *rows)
    found = re.search(r"b_\w{20}", press(browser, "/desk/submissions/send").body)
    assert found
    return f"/desk/batches/{found[0]}"


def shown() -> list[str]:
    """The penalties that anyone sees."""
    found = look_up.organisation(a_code(), day=DAY)
    return [record["document_no"] for record in found["records"]] if found else []


def actions(about: str) -> list[str]:
    """What the trail tells of something, in the order in which it was done."""
    entries = sorted(raw_items.trail_since(recalls.clock.now().replace(hour=0), recalls.clock.now()), key=lambda item: item["sk"]["S"])
    return [action for entry in entries for action, _, of in raw_items.acts_of(entry) if of == about]


@pytest.fixture
def clerk(members: Chalice) -> Browser:
    return at_desk(members, "provider-yi", "/desk/submissions")


@pytest.fixture
def officer(members: Chalice) -> Browser:
    return at_desk(members, "officer-yi", "/desk/batches")


def propose(browser: Browser, batch: str) -> None:
    browser.get(batch)
    assert browser.post(f"{batch}/recall", {"do": "propose", "reason": "整批单位填错"}).status == 303


def told(browser: Browser, batch: str, **form: str) -> Answer:
    """Send a form about a recall from a page that has a form, whatever this one shows."""
    browser.get("/desk/submissions")
    return browser.post(f"{batch}/recall", form)


def decide(browser: Browser, batch: str, what: str = "confirm") -> int:
    browser.get(batch)
    return browser.post(f"{batch}/recall", {"do": what}).status


def test_what_two_persons_took_back_is_nowhere_public_and_stays_in_the_archive(clerk: Browser, officer: Browser) -> None:
    batch = sent(clerk, *numbered(2))
    assert len(shown()) == 2
    propose(clerk, batch)
    assert "整批单位填错" in said(officer.get("/desk/batches"))
    assert decide(officer, batch) == 303
    assert shown() == []
    assert "已核对2条，撤回2条" in said(clerk.get(batch))
    (subject,) = archive.subjects_of([Identifier("uscc", a_code())]).values()
    found = archive.collection(subject)
    assert found is not None
    assert [(one.ended.how, one.ended.on) for one in found[1] if one.ended] == [("withdrawn", DAY)] * 2
    assert len(archive.earlier_records(subject, found[1][0].id)) == 1
    assert actions(batch.rpartition("/")[2]) == ["recall.proposed", "recall.confirmed", "recall.done"]
    assert recalls.waiting() == []


@pytest.mark.clause("NT-32")
def test_it_is_announced_once_for_a_subject_which_records_were_taken_back_and_never_what_they_said(
    clerk: Browser, officer: Browser
) -> None:
    batch = sent(clerk, *numbered(2))
    propose(clerk, batch)
    assert publicity.announced("corrections", day=DAY)["items"] == []
    assert decide(officer, batch) == 303
    (told_of,) = publicity.announced("corrections", day=DAY)["items"]
    assert (told_of["title"], told_of["document_no"]) == ("行政处罚信息更正公告", "示罚〔2026〕1号、示罚〔2026〕2号")
    assert "整批撤回" in str(told_of)
    assert not [said for said in (a_row()["违法事实"], "整批单位填错") if said in str(told_of)]


def test_who_proposed_it_does_not_confirm_it(clerk: Browser) -> None:
    batch = sent(clerk, *numbered(1))
    propose(clerk, batch)
    assert "您提出的" in said(clerk.get(batch))
    assert [told(clerk, batch, do=what).status for what in ("confirm", "refuse")] == [422, 422]
    assert len(shown()) == 1


def test_an_officer_can_turn_it_down_and_it_can_be_proposed_again(clerk: Browser, officer: Browser) -> None:
    batch = sent(clerk, *numbered(1))
    propose(clerk, batch)
    assert decide(officer, batch, "refuse") == 303
    assert len(shown()) == 1
    propose(clerk, batch)
    assert decide(officer, batch) == 303
    assert shown() == []


def test_another_body_neither_proposes_nor_confirms(clerk: Browser, members: Chalice) -> None:
    batch = sent(clerk, *numbered(1))
    other = at_desk(members, "provider-er", "/desk/submissions")
    assert other.post(f"{batch}/recall", {"do": "propose", "reason": "不是我们的"}).status == 404
    propose(clerk, batch)
    other.get("/desk/submissions")
    assert other.post(f"{batch}/recall", {"do": "confirm"}).status == 404


def test_a_recall_without_a_reason_or_proposed_twice_is_refused(clerk: Browser) -> None:
    batch = sent(clerk, *numbered(1))
    assert told(clerk, batch, do="propose").status == 422
    propose(clerk, batch)
    assert "已经有人提出撤回" in said(told(clerk, batch, do="propose", reason="再提一次"))
    assert told(clerk, batch).status == 422


def test_of_two_who_decide_at_once_one_is_told(clerk: Browser, officer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = sent(clerk, *numbered(1))
    propose(clerk, batch)

    def first(*_: object) -> None:
        raise Conflict

    monkeypatch.setattr(recalls.recalls, "put", first)
    officer.get(batch)
    answer = officer.post(f"{batch}/recall", {"do": "confirm"})
    assert (answer.status, "另有人正在办理" in said(answer)) == (422, True)


def test_a_large_batch_is_taken_back_in_parts(clerk: Browser, officer: Browser) -> None:
    batch = sent(clerk, *numbered(MANY))
    propose(clerk, batch)
    decide(officer, batch)
    assert f"已核对{recalls.AT_ONCE}条" in said(clerk.get(batch))
    assert recalls.go_on(DAY, seconds=0) == {"due": 1, "done": 0, "failed": 0}
    assert recalls.go_on(DAY) == {"due": 1, "done": 1, "failed": 0}
    assert shown() == []
    assert f"撤回{MANY}条" in said(clerk.get(batch))
    assert recalls.go_on(DAY) == {"due": 0, "done": 0, "failed": 0}


def test_a_document_that_was_taken_back_with_its_batch_can_come_again_and_corrected(clerk: Browser, officer: Browser) -> None:
    person = f"李示例/{a_person_number('19700101')}/负责人"
    severe = {"备注": "失信程度：严重", "责任人员": person}
    batch = sent(clerk, *numbered(1, **severe))
    propose(clerk, batch)
    decide(officer, batch)
    page = said(clerk.get(sent(clerk, *numbered(1, **{**severe, "处罚内容": "改正后的处罚内容"}))))
    assert re.search(r"入库 1 行 .*退回 0 行", page)
    assert shown() == ["示罚〔2026〕1号"]
    for number in (Identifier("uscc", a_code()), Identifier("resident_id", a_person_number("19700101"))):
        (subject,) = archive.subjects_of([number]).values()
        found = archive.collection(subject)
        assert found is not None
        assert [(one.revision, one.ended, one.content["decision"]) for one in found[1]] == [(3, None, "改正后的处罚内容")]


def test_what_came_again_with_a_later_batch_is_not_taken_back_with_the_first(clerk: Browser, officer: Browser) -> None:
    first = sent(clerk, *numbered(1))
    propose(clerk, first)
    decide(officer, first)
    sent(clerk, *numbered(1))
    recall = recalls.of(first.rpartition("/")[2])
    assert recall is not None
    entered = list(submissions.taken(recall.batch))
    assert [recalls._withdraw(one, recall) for one in entered] == [False]
    assert shown() == ["示罚〔2026〕1号"]
