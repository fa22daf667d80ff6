"""Early exits: by whom, with whom as the second, what everybody sees of them from the day on, and what comes up about listed subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Person, Session
from chalicelib.services.identity.people_sessions import NotAllowed
from chalicelib.services.own import my_archive
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.remedies import case_queues, follow_up, lists, what_follows
from chalicelib.services.remedies.case_queues import Wanted
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.scheduled import forget
from chalicelib.storage import archive as storage
from chalicelib.storage import cases, files
from tests.people.desk import PNG
from tests.services.conftest import Send
from tests.services.rows import OFFICE, OFFICE_NAME, a_black_entry, a_code, a_penalty, a_person_number, a_red_entry, a_watch_entry

ORGANISATION = Identifier("uscc", a_code())
DAY = date(2026, 11, 21)


def _staff(name: str, *roles: str) -> Session:
    person = Person(f"p_{name}", "staff", name, roles=roles)
    return Session(name, person, clock.now(), clock.now())


def _recogniser(name: str = "甲", body: str = OFFICE) -> Session:
    return _staff(name, f"provider:{body}")


def _officer(name: str = "丁") -> Session:
    return _staff(name, "officer")


def _queue(session: Session) -> list[lists.Shown]:
    return lists.shown(session, case_queues.of(lists.queues(session), lists.PROCEDURES, Wanted()).waiting)


def _subject() -> Session:
    """Somebody whom the issuer states to act for the organisation in everything."""
    from chalicelib.law.rights import RIGHTS
    from chalicelib.records.people import Mandate

    mandate = Mandate(a_code(), "示例甲食品有限公司", tuple(RIGHTS))
    person = Person("p_subject", "citizens", "钱示例", Identifier("resident_id", a_person_number()), mandates=(mandate,))
    return Session("s", person, clock.now(), clock.now(), acting_for=a_code())


def _records() -> list[Record]:
    found = storage.collection(storage.subjects_of([ORGANISATION])[ORGANISATION])
    assert found is not None
    return found[1]


def _entry(catalogue: str = "blacklist") -> Record:
    return next(record for record in _records() if record.catalogue == catalogue)


def _shown(day: date = DAY) -> list[Any]:
    found = look_up.organisation(a_code(), day=day)
    assert found is not None
    return list(found["lists"])


@pytest.fixture
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where proof is kept."""
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))


@pytest.fixture
def listed(send: Send) -> Record:
    """An organisation on a black list."""
    assert send("blacklist", a_black_entry()).accepted == 1
    return _entry()


def _proposed(entry: Record, **changes: Any) -> str:
    stated = {"grounds": "duties done", "reason": "义务已经履行（演示）", **changes}
    return lists.propose(_recogniser(), ORGANISATION, entry.id, **stated).id


@pytest.mark.clause("HY-20a", "HY-20d", "NTN-3a")
def test_an_exit_counts_once_another_person_has_confirmed_it_and_is_announced_without_a_reason(listed: Record) -> None:
    number = _proposed(listed)
    assert len(_shown()) == 1
    lists.decide(_officer(), number, "confirm", reason="")
    assert _entry().ended == Ended("exited", DAY, number)
    assert _shown() == []
    assert publicity.announced("blacklist", day=DAY)["items"] == []
    (notice,) = publicity.announced("exits", day=DAY)["items"]
    told = (notice["title"], notice["determined_on"], notice["valid_until"], notice["content"])
    content = {"list": "blacklist", "recogniser": OFFICE_NAME, "recogniser_code": OFFICE}
    assert told == ("严重违法失信名单", "2026-11-21", "2026-12-20", content)
    assert "义务" not in str(notice)
    assert "串通投标" not in str(notice)
    assert publicity.announced("exits", day=date(2026, 12, 20))["items"]
    assert not publicity.announced("exits", day=date(2026, 12, 21))["items"]
    mine = my_archive.of_identifier(ORGANISATION, day=DAY, archived=True, page=1)
    assert [entry.record.id for entry in mine.entries] == [listed.id]


def test_nobody_confirms_what_they_granted_and_a_recogniser_confirms_nothing(listed: Record) -> None:
    number = lists.propose(_officer(), ORGANISATION, listed.id, grounds="other", reason="书面决定（演示）").id
    for session in (_officer(), _recogniser()):
        with pytest.raises(Refused, match="另一名经办人"):
            lists.decide(session, number, "confirm", reason="")
    assert _entry().ended is None
    lists.decide(_officer("戊"), number, "confirm", reason="")
    assert _entry().ended is not None


def test_an_exit_is_for_the_recogniser_alone_and_one_at_a_time(listed: Record) -> None:
    with pytest.raises(lists.Unknown):
        lists.propose(_recogniser(body=a_code(901, "11")), ORGANISATION, listed.id, grounds="other", reason="演示")
    number = _proposed(listed)
    with pytest.raises(lists.Unknown):
        lists.decide(_recogniser(body=a_code(901, "11")), number, "grant", reason="演示", grounds="other")
    with pytest.raises(Refused, match=number):
        _proposed(listed)
    with pytest.raises(Refused, match="现在是"):
        lists.decide(_recogniser(), number, "grant", reason="演示", grounds="other")


@pytest.mark.clause("HY-26c")
def test_a_subject_applies_with_proof_and_the_recogniser_decides(listed: Record, folder: None) -> None:
    with pytest.raises(Refused, match="证明材料"):
        lists.apply(_subject(), listed.id, "罚款已缴清（演示）", None)
    case = lists.apply(_subject(), listed.id, "罚款已缴清（演示）", PNG)
    (own,) = lists.of_session(_subject())
    assert (own.entry.id, own.case and own.case.state) == (listed.id, "applied")
    (waiting,) = _queue(_recogniser())
    assert (waiting.case.id, waiting.case.facts["reason"]) == (case.id, "罚款已缴清（演示）")
    assert lists.proof_link(_recogniser(), case.id)
    assert _queue(_recogniser(body=a_code(901, "11"))) == []
    lists.decide(_recogniser(), case.id, "grant", reason="核对无误（演示）", grounds="duties done")
    assert [shown.case.id for shown in _queue(_officer())] == [case.id]
    lists.decide(_officer(), case.id, "confirm", reason="")
    assert lists.of_session(_subject()) == []


@pytest.mark.clause("HY-26c")
def test_an_application_is_refused_with_reasons_or_given_up_and_may_be_made_again(listed: Record, folder: None) -> None:
    first = lists.apply(_subject(), listed.id, "罚款已缴清（演示）", PNG)
    lists.decide(_recogniser(), first.id, "refuse", reason="没有缴清（演示）")
    second = lists.apply(_subject(), listed.id, "罚款已缴清（演示）", PNG)
    lists.give_up(_subject(), second.id)
    lists.apply(_subject(), listed.id, "罚款已缴清（演示）", PNG)
    steps = [[step.action for step in cases.history(case)] for case in (first, second)]
    assert steps == [["begin", "refuse"], ["begin", "give up"]]


def test_who_may_only_read_for_an_organisation_does_not_apply_for_it(listed: Record) -> None:
    session = _subject()
    reads = replace(session.person.mandates[0], rights=("read",))
    session = replace(session, person=replace(session.person, mandates=(reads,)))
    assert len(lists.of_session(session)) == 1
    with pytest.raises(NotAllowed):
        lists.apply(session, listed.id, "演示", PNG)


@pytest.mark.clause("HY-20b")
def test_a_wrong_listing_leaves_as_withdrawn_without_notice_and_without_monitoring(listed: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "hanyang")
    with pytest.raises(Refused, match="不作监测"):
        _proposed(listed, grounds="wrong", monitored_until=date(2027, 5, 1))
    lists.decide(_officer(), _proposed(listed, grounds="wrong"), "confirm", reason="")
    ended = _entry().ended
    assert ended is not None
    assert ended.how == "withdrawn"
    assert publicity.announced("exits", day=DAY)["items"] == []
    assert lists.monitored(_recogniser(), DAY) == []


@pytest.mark.clause("HY-20b")
def test_hanyang_monitors_for_the_term_that_the_recogniser_states_and_nobody_else_sees_it(
    listed: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "hanyang")
    number = _proposed(listed, monitored_until=date(2027, 5, 1))
    lists.decide(_officer(), number, "confirm", reason="")
    for day, seen in ((date(2027, 4, 30), 1), (date(2027, 5, 1), 1), (date(2027, 5, 2), 0)):
        assert len(lists.monitored(_recogniser(), day)) == seen
    assert lists.monitored(_recogniser(body=a_code(901, "11")), DAY) == []
    assert [record.id for record in _records()] == [listed.id]
    assert "监测" not in str(look_up.organisation(a_code(), day=DAY))


@pytest.mark.clause("HY-20d", "HY-25d")
def test_an_entry_that_ends_by_its_day_is_announced_from_the_day_after(send: Send, at: Callable[[str], None]) -> None:
    send("redlist", a_red_entry(有效期至="2026/11/30"))
    entry = _entry("redlist")
    for day, announced in (("2026-11-30", 0), ("2026-12-01", 1), ("2026-12-30", 1), ("2026-12-31", 0)):
        at(f"{day}T09:00:00+08:00")
        what_follows.change(entry.subject_id, entry.id, lambda record: record, Why("record.touched", "a_1", "演示", clock.now()))
        assert len(publicity.announced("exits", day=date.fromisoformat(day))["items"]) == announced


@pytest.mark.clause("HY-20c")
def test_a_red_list_subject_with_a_disqualifying_record_is_put_before_its_recogniser_who_decides_by_name(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "hanyang")
    send("redlist", a_red_entry())
    assert follow_up.due(DAY) == {"due": 1, "done": 1, "failed": 0}
    send("penalties", a_penalty())
    follow_up.due(DAY)
    assert follow_up.due(DAY)["due"] == 0
    (waiting,) = _queue(_recogniser())
    assert (waiting.case.facts["matter"], waiting.entry.catalogue, [one.catalogue for one in waiting.others]) == (
        "incentive", "redlist", ["penalty"],
    )  # fmt: skip
    assert len(_shown()) == 1
    lists.decide(_recogniser("王示例"), waiting.case.id, "keep", reason="情节轻微（演示）")
    assert _queue(_recogniser()) == []
    case = cases.load(waiting.case.id)
    assert case is not None
    assert (case.state, case.facts["decided_by_name"]) == ("kept", "王示例")


@pytest.mark.clause("NTN-3c")
def test_a_watch_list_subjects_severe_act_is_put_before_the_recogniser_and_nothing_happens_by_itself(send: Send) -> None:
    send("watchlist", a_watch_entry())
    send("penalties", a_penalty(备注="失信程度：严重", 公示截止期="2029/02/25"))
    follow_up.due(DAY)
    (waiting,) = _queue(_recogniser())
    assert waiting.case.facts["matter"] == "watched"
    assert [record.catalogue for record in _records() if record.catalogue == "blacklist"] == []


def test_what_is_no_matter_for_a_recogniser_opens_no_case(send: Send) -> None:
    send("watchlist", a_watch_entry())
    send("penalties", a_penalty())
    follow_up.due(DAY)
    assert _queue(_recogniser()) == []


@pytest.mark.clause("NT-8c")
@pytest.mark.parametrize(("day", "left"), [(date(2031, 11, 20), 1), (date(2031, 11, 21), 1), (date(2031, 11, 22), 0)])
def test_proof_is_deleted_once_it_was_kept_for_five_years_after_the_case_was_closed(
    send: Send, listed: Record, folder: None, tmp_path: Any, day: date, left: int
) -> None:
    case = lists.apply(_subject(), listed.id, "罚款已缴清（演示）", PNG)
    send("watchlist", a_watch_entry())
    other = lists.apply(_subject(), _entry("watchlist").id, "罚款已缴清（演示）", PNG)
    lists.decide(_recogniser(), case.id, "refuse", reason="还没有缴清（演示）")
    worked = forget.forget(day)
    assert (worked.done, worked.failed) == (1 - left, 0)
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1 + left, "what is open keeps its proof"
    assert lists.proof_link(_recogniser(), other.id)
    assert forget.forget(day).due == 0
