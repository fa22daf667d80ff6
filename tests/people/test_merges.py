"""Two archives become one at the desk, and part again: one officer proposes it, another confirms, and nothing is done before."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from chalice import Chalice

from chalicelib import clock
from chalicelib.law import objections, typical_cases
from chalicelib.law.deadlines import Deadline
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Person, Session
from chalicelib.services.desk import merge_desk
from chalicelib.services.identity import people_sessions, who_acts
from chalicelib.services.publication import publish
from chalicelib.services.remedies import casework
from chalicelib.services.remedies.casework import By
from chalicelib.services.upkeep import merge
from chalicelib.storage import archive, keys, merges, publishing, raw_items
from chalicelib.storage.archive import Changes, Conflict
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION, OTHER, OTHER_NAME
from tests.people.desk import at_desk
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.rows import CODE, PARTY, a_code, a_penalty, a_subject

DESK = "/desk/merges"
MERGE = {"what": "merge", "code": ORGANISATION, "into": OTHER}
WHY = {"reason": "换发代码，同一单位（演示）", "proof": "示市监证〔2026〕1号"}
ONE, SECOND = "p_officer_1", "p_officer_2"


def holders() -> set[str]:
    """The archives to which the two codes lead."""
    return set(archive.subjects_of([Identifier("uscc", code) for code in (ORGANISATION, OTHER)]).values())


def address_of(asked: dict[str, str]) -> str:
    return f"{DESK}?" + "&".join(f"{name}={value}" for name, value in asked.items())


def proposed(members: Chalice, asked: dict[str, str] = MERGE) -> tuple[Browser, str]:
    """An officer who has proposed it, and its number."""
    first = at_desk(members, "officer-yi", address_of(asked))
    assert first.post(DESK, {**asked, **WHY}).status == 303
    return first, re.findall(r"HB-\d{8}-\w{8}", first.get(DESK).body)[0]


def acts(number: str) -> list[tuple[str, str]]:
    """Who did what with a case, by the trail."""
    entries = sorted(raw_items.trail_since(clock.now().replace(hour=0), clock.now()), key=lambda item: item["sk"]["S"])
    return [(action, entry["actor"]["S"]) for entry in entries for action, _, about in raw_items.acts_of(entry) if about == number]


@pytest.mark.clause("NT-18", "NT-36")
def test_two_archives_become_one_when_a_second_officer_confirms_and_both_are_named(members: Chalice, register: None) -> None:
    first = at_desk(members, "officer-yi", address_of(MERGE))
    assert f"{NAME}（{ORGANISATION}），1 条" in said(first.get(address_of(MERGE)))
    assert f"{OTHER_NAME}（{OTHER}），0 条" in said(first.get(address_of(MERGE)))
    closed = archive.subjects_of([Identifier("uscc", ORGANISATION)])[Identifier("uscc", ORGANISATION)]
    first, number = proposed(members)
    assert len(holders()) == 2
    second = at_desk(members, "officer-er")
    assert "档案合并 件数 1 件" in said(second.get("/desk"))
    assert all(word in said(second.get(DESK)) for word in (*WHY.values(), NAME, OTHER_NAME, "转入 1 条"))
    done = second.post(f"{DESK}/{number}", {"do": "confirm"})
    assert done.status == 303
    assert "已经办结" in said(second.get(done.headers["Location"]))
    assert len(holders()) == 1
    (one, two) = (who_acts.keyed(_person(browser)) for browser in (first, second))
    assert acts(number) == [("merging.begin", one), ("merging.confirm", two), ("merging.finish", two)]
    (into,) = holders()
    assert ("subject.merged", one) in acts(into)
    facts = merges.merge_of(closed)
    assert facts is not None
    assert (facts["by"], facts["confirmed_by"], facts["reason"]) == (one, [two], WHY["reason"])
    assert "没有等待确认的" in said(second.get(DESK))


def _person(browser: Browser) -> str:
    session = people_sessions.find(browser.cookies["__Host-mingxin"])
    assert session
    return session.person.id


@pytest.mark.clause("NT-36")
def test_who_proposed_it_neither_confirms_nor_turns_it_down(members: Chalice, register: None) -> None:
    first, number = proposed(members)
    assert "由您提出" in said(first.get(DESK))
    for form in ({"do": "confirm"}, {"do": "turn down", "reason": "示例"}):
        first.get(address_of(MERGE))
        answer = first.post(f"{DESK}/{number}", form)
        assert (answer.status, "录入的人不能" in said(answer)) == (422, True)
    assert len(holders()) == 2


def test_what_is_turned_down_for_a_reason_leaves_both_archives_and_can_be_proposed_again(members: Chalice, register: None) -> None:
    _, number = proposed(members)
    second = at_desk(members, "officer-er", DESK)
    assert second.post(f"{DESK}/{number}", {"do": "turn down", "reason": " "}).status == 422
    second.get(DESK)
    assert second.post(f"{DESK}/{number}", {"do": "turn down", "reason": "文书不符（演示）"}).status == 303
    assert len(holders()) == 2
    assert proposed(members)[1] != number


def test_it_is_confirmed_once_and_not_turned_down_after(members: Chalice, register: None) -> None:
    _, number = proposed(members)
    second = at_desk(members, "officer-er", address_of(MERGE))
    token = second.page
    assert second.post(f"{DESK}/{number}", {"do": "confirm"}).status == 303
    for form in ({"do": "confirm"}, {"do": "turn down", "reason": "示例"}):
        second.page = token
        assert second.post(f"{DESK}/{number}", form).status == 422


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"into": ORGANISATION}, "已经属于同一主体"),
        ({"code": a_code(7)}, "没有统一社会信用代码为"),
        ({"code": "91990000YW0010018X"}, "校验位"),
        ({"what": "everything"}, "请选择合并还是分开"),
        ({"what": "separate"}, "不需要分开"),
        ({"reason": ""}, "请写明理由"),
        ({"proof": " "}, "证明文书的文号"),
        ({"reason": "见 990000198004050001"}, "不要写证件号码"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(members: Chalice, register: None, change: dict[str, str], why: str) -> None:
    officer = at_desk(members, "officer-yi", address_of(MERGE))
    answer = officer.post(DESK, {**MERGE, **WHY, **change})
    assert (answer.status, why in said(answer)) == (422, True), said(answer)
    assert merge_desk.waiting(_session(SECOND)) == []


def test_a_second_proposal_about_one_of_the_two_is_refused_while_the_first_is_open(members: Chalice, register: None) -> None:
    first, number = proposed(members)
    first.get(address_of(MERGE))
    answer = first.post(DESK, {**MERGE, "code": OTHER, "into": ORGANISATION, **WHY})
    assert (answer.status, f"（{number}）正在办理" in said(answer)) == (422, True)


def test_a_merge_is_taken_back_by_two_persons_too(members: Chalice, register: None) -> None:
    _, number = proposed(members)
    second = at_desk(members, "officer-er", DESK)
    second.post(f"{DESK}/{number}", {"do": "confirm"})
    _, other = proposed(members, {"what": "separate", "code": ORGANISATION, "into": ""})
    assert len(holders()) == 1
    second.get(DESK)
    assert second.post(f"{DESK}/{other}", {"do": "confirm"}).status == 303
    assert len(holders()) == 2
    assert [action for action, _ in acts(other)] == ["merging.begin", "merging.confirm", "merging.finish"]


def _session(person: str) -> Session:
    return Session(person, Person(person, "staff", "演示", roles=("officer",)), clock.now(), clock.now())


def begun(send: Send) -> str:
    """A merge that waits for a second officer, of two organisations with a record each; its number."""
    send("subjects", a_subject(主体名称=NAME, 统一社会信用代码=ORGANISATION), a_subject(主体名称=OTHER_NAME, 统一社会信用代码=OTHER))
    send("penalties", a_penalty(**{PARTY: NAME, CODE: ORGANISATION}))
    send("penalties", a_penalty(**{PARTY: OTHER_NAME, CODE: OTHER, "行政处罚决定书文号": "示罚〔2026〕2号"}))
    return merge_desk.propose(_session(ONE), *MERGE.values(), *WHY.values()).number


def test_what_waits_is_found_behind_any_number_of_other_cases(archive: None, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begun(send)
    monkeypatch.setattr(casework, "A_PAGE", 2)
    for procedure, due in ((objections.PROCEDURE, Deadline(date(2026, 12, 1), False)), (typical_cases.PROCEDURE, None)) * 2:
        changes = Changes()
        casework.begin(changes, procedure, next(iter(holders())), (), By(ONE, "officer"), facts={}, due=due)
        changes.commit()
    assert [one.case.number for one in merge_desk.waiting(_session(SECOND))] == [number]


def test_of_two_who_confirm_at_once_one_is_told(archive: None, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begun(send)

    def taken(_: Changes) -> None:
        raise Conflict

    with monkeypatch.context() as patched:
        patched.setattr(Changes, "commit", taken)
        with pytest.raises(merge_desk.Overtaken):
            merge_desk.confirm(_session(SECOND), number)
    assert len(holders()) == 2


def test_what_cannot_be_done_any_more_waits_again_and_can_be_turned_down(archive: None, send: Send) -> None:
    number = begun(send)
    send("penalties", a_penalty(**{PARTY: OTHER_NAME, CODE: OTHER, "违法事实": "另有事实（示例）。"}))
    (waiting,) = merge_desk.waiting(_session(SECOND))
    assert waiting.plan is not None
    assert len(waiting.plan.in_the_way) == 1
    with pytest.raises(Refused, match="须先由人工核定"):
        merge_desk.confirm(_session(SECOND), number)
    assert (merge_desk.find(number).state, len(holders())) == ("proposed", 2)
    merge_desk.turn_down(_session(SECOND), number, "两份文书内容不同（示例）")
    assert merge_desk.find(number).state == "turned down"


def test_what_was_merged_otherwise_meanwhile_is_not_turned_down_but_confirmed(archive: None, send: Send) -> None:
    number = begun(send)
    merge.merge(ORGANISATION, OTHER, merge.Order("示例科", "演示", ("示例复核岗",)))
    (waiting,) = merge_desk.waiting(_session(SECOND))
    assert "已经合并" in str(waiting.why)
    with pytest.raises(merge_desk.Overtaken):
        merge_desk.turn_down(_session(SECOND), number, "示例")
    assert merge_desk.confirm(_session(SECOND), number).state == "done"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_confirmation_killed_at_any_write_is_finished_by_confirming_once_more(
    archive: None, send: Send, empty_tables: Callable[[], None]
) -> None:
    def wholly() -> None:
        case = merge_desk.confirm(_session(SECOND), number)
        assert case.state == "done"

    written, killed = 0, True
    while killed:
        written += 1
        empty_tables()
        keys.keyring.cache_clear()
        publishing._marked.clear()
        number = begun(send)
        killed = killed_at(written, wholly, after=True)
        if merge_desk.find(number).state != "done":
            wholly()
        assert len(holders()) == 1, f"killed at write {written}"
        assert len(merge.records_of(*holders())) == 2
        assert merge_desk.waiting(_session(SECOND)) == []
        done = [action for action, _ in acts(number)]
        assert done == ["merging.begin", "merging.confirm", "merging.finish"], f"killed at write {written}"
        assert publish.pending()["due"] == 0
    assert written > 4
