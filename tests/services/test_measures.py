"""Measures: proposed from the list, decided by a person, pushed, answered; none holds on a suspended, repaired or ended record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.joint_measures import PROCEDURE
from chalicelib.law.objections import MEASURES_SUSPENDED
from chalicelib.records.access import ApiKey
from chalicelib.records.entries import Ended, Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Person, Session
from chalicelib.services.common.cursors import cursor_at
from chalicelib.services.identity import api_keys
from chalicelib.services.remedies import case_queues, follow_up, measures, record_changes
from chalicelib.services.remedies.case_queues import Wanted
from chalicelib.services.remedies.record_changes import Why
from chalicelib.services.scheduled import expire
from chalicelib.storage import archive as storage
from chalicelib.storage import cases
from tests.services.conftest import Send
from tests.services.rows import a_black_entry, a_code, a_person, a_red_entry

DAY = date(2026, 11, 21)
BODY, OTHER = a_code(910, "11"), a_code(911, "11")


@pytest.fixture(autouse=True)
def karamay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city whose list has most measures."""
    monkeypatch.setenv("MINGXIN_CITY", "karamay")


@pytest.fixture
def key(archive: None) -> ApiKey:
    """The key of a body that carries out measures."""
    return api_keys.create("示例市演示财政局", [f"measures:{BODY}"])[0]


def _officer() -> Session:
    return Session("o", Person("p_o", "staff", "演经办一", roles=("officer",)), clock.now(), clock.now())


def _record() -> Record:
    identifier = Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found is not None
    return found[1][0]


def _proposed() -> list[measures.Shown]:
    return measures.proposed(case_queues.of(("officer",), {PROCEDURE.name}, Wanted()).waiting)


def _proposal(measure: str = "public_funds") -> str:
    return next(shown.case.id for shown in _proposed() if shown.case.facts["measure"] == measure)


def _imposed(send: Send, **decided: Any) -> str:
    """A measure that an officer has decided and pushed."""
    send("blacklist", a_black_entry())
    follow_up.due(DAY)
    number = _proposal()
    measures.decide(_officer(), number, impose=True, reason="依据清单（演示）", body=BODY, **decided)
    return number


def _alter(**changes: Any) -> None:
    """A procedure changes the record; what follows is not done yet."""
    record = _record()
    why, written = Why("record.altered", "a_1", "演示", clock.now()), storage.Changes()
    record_changes.change(written, record.subject_id, record.id, lambda one: replace(one, **changes), why)
    written.commit()


def _follow() -> int:
    record = _record()
    return measures.follow(record.subject_id, record.id)


def _standings(key: ApiKey) -> list[str]:
    return [item["standing"] for item in measures.pushed_to(key)["items"]]


@pytest.mark.clause("KLM-17", "HY-24", "NT-28")
def test_the_system_proposes_what_the_list_ties_to_a_record_and_a_named_person_decides(send: Send, key: ApiKey) -> None:
    send("blacklist", a_black_entry())
    follow_up.due(DAY)
    assert {shown.case.facts["measure"] for shown in _proposed()} == {"licence_review", "public_funds", "honours", "price_of_risk"}
    assert measures.pushed_to(key)["items"] == []
    number = _proposal()
    measures.decide(_officer(), number, impose=True, reason="依据清单（演示）", body=BODY)
    (item,) = measures.pushed_to(key)["items"]
    assert (item["id"], item["subject"]["code"], item["standing"], item["decided_on"]) == (number, a_code(), "in_force", "2026-11-21")
    case = cases.load(number)
    assert case is not None
    assert case.facts["decided_by_name"] == "演经办一"
    assert len(_proposed()) == 3


def test_a_proposal_is_made_once_and_never_against_a_person_or_without_an_end(send: Send) -> None:
    send("blacklist", a_black_entry())
    send("redlist", a_red_entry(统一社会信用代码=a_code(2), 主体名称="示例乙食品有限公司", 有效期至=""))
    number = a_person()["证件号码"]
    send("blacklist", a_black_entry(主体名称="孙示例", 主体类别="自然人", 统一社会信用代码="", 证件号码=number))
    follow_up.due(DAY)
    assert len(_proposed()) == 4
    identifier = Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([identifier])[identifier])
    assert found is not None
    assert measures.propose(storage.Changes(), found[0], found[1][0]) == 0


def test_what_an_officer_does_not_take_is_declined_with_its_reason(send: Send, key: ApiKey) -> None:
    send("blacklist", a_black_entry())
    follow_up.due(DAY)
    number = _proposal()
    with pytest.raises(Refused, match="请写明理由"):
        measures.decide(_officer(), number, impose=False, reason=" ")
    measures.decide(_officer(), number, impose=False, reason="情节不同（演示）")
    assert measures.pushed_to(key)["items"] == []
    with pytest.raises(Refused, match="现在是"):
        measures.decide(_officer(), number, impose=True, reason="演示", body=BODY)
    with pytest.raises(Refused, match="还没有接收措施的密钥"):
        measures.decide(_officer(), _proposal("honours"), impose=True, reason="演示", body=OTHER)


@pytest.mark.clause("KLM-20c", "AK-4.4c", "HY-26d")
@pytest.mark.parametrize(
    ("day", "answered", "standing"),
    [
        ("2026-12-30", True, "in_force"),
        ("2026-12-31", True, "in_force"),
        ("2026-12-31", False, "in_force"),
        ("2027-01-01", True, "ended"),
        ("2027-01-01", False, "ended"),
    ],
)
def test_a_measure_ends_with_its_own_term_whether_or_not_its_body_has_answered(
    send: Send, key: ApiKey, at: Callable[[str], None], day: str, answered: bool, standing: str
) -> None:
    number = _imposed(send, last_day=date(2026, 12, 31))
    if answered:
        measures.feed_back(key, number, done="applied", text="")
    at(f"{day}T09:00:00+08:00")
    ended = standing == "ended"
    assert measures.due(date.fromisoformat(day)) == {"due": int(ended), "done": int(ended), "failed": 0}
    case = cases.load(number)
    assert case is not None
    assert case.state == ("to stop" if ended else "answered" if answered else "pushed")
    assert _standings(key) == (["ended"] if ended else [] if answered else ["in_force"])
    assert measures.due(date.fromisoformat(day))["due"] == 0


@pytest.mark.clause("NT-30", "KLM-20")
@pytest.mark.parametrize(("after", "state"), [(0, "pushed"), (1, "to stop")])
def test_a_measure_that_nobody_has_answered_ends_with_its_record(
    send: Send, key: ApiKey, at: Callable[[str], None], after: int, state: str
) -> None:
    number, last_day = _imposed(send), _record().valid_until
    assert last_day
    day = last_day + timedelta(days=after)
    at(f"{day}T00:10:00+08:00")
    expire.expire(day)
    case = cases.load(number)
    assert case is not None
    assert case.state == state


def test_a_term_may_be_decided_shorter_and_never_longer(send: Send, key: ApiKey) -> None:
    _imposed(send, last_day=date(2030, 1, 1))
    (item,) = measures.pushed_to(key)["items"]
    assert item["last_day"] == "2027-11-21"


@pytest.mark.clause("AK-4.5", "HY-27a")
def test_a_measure_rests_while_its_record_is_verified_and_goes_on_when_it_was_right(send: Send, key: ApiKey) -> None:
    number = _imposed(send)
    measures.feed_back(key, number, done="applied", text="已经列入（演示）")
    _alter(flags=(MEASURES_SUSPENDED,))
    assert _follow() == 1
    assert _follow() == 0
    assert _standings(key) == ["suspended"]
    with pytest.raises(Refused, match="应当停止"):
        measures.feed_back(key, number, done="applied", text="")
    measures.feed_back(key, number, done="stopped", text="")
    assert measures.pushed_to(key)["items"] == []
    _alter(flags=())
    assert _follow() == 1
    assert _standings(key) == ["in_force"]


@pytest.mark.clause("KLM-20", "HY-26b", "AK-4.4b", "HY-20d")
@pytest.mark.parametrize("how", ["repaired", "withdrawn", "corrected", "exited", "purged"])
def test_a_measure_is_lifted_when_its_record_is_repaired_or_ended(send: Send, key: ApiKey, how: Any) -> None:
    number = _imposed(send)
    measures.feed_back(key, number, done="applied", text="")
    _alter(ended=Ended(how, DAY, "XF-1"))
    assert _follow() == 4  # the measure, and the three proposals that nobody has decided
    assert _standings(key) == ["ended"]
    assert measures.feed_back(key, number, done="stopped", text="")["standing"] == "ended"
    assert measures.pushed_to(key)["items"] == []
    assert _follow() == 0
    assert measures.of_subject(_record().subject_id) == []


def test_no_measure_holds_on_an_ended_record_whether_or_not_anything_has_run(send: Send, key: ApiKey) -> None:
    _imposed(send)
    _alter(ended=Ended("repaired", DAY, "XF-1"))
    assert _standings(key) == ["ended"]
    assert measures.of_subject(_record().subject_id) == []
    with pytest.raises(Refused, match="不能使用"):
        measures.decide(_officer(), _proposal("honours"), impose=True, reason="演示", body=BODY)
    _follow()
    assert _proposed() == []


def test_a_measure_that_was_suspended_and_then_lifted_stops_for_good(send: Send, key: ApiKey) -> None:
    number = _imposed(send)
    _alter(flags=(MEASURES_SUSPENDED,))
    _follow()
    _alter(flags=(), ended=Ended("corrected", DAY, "YY-1"))
    _follow()
    measures.feed_back(key, number, done="stopped", text="")
    case = cases.load(number)
    assert case is not None
    assert case.state == "over"


@pytest.mark.clause("HY-23")
def test_what_bodies_answered_is_kept_and_counted_for_each(send: Send, key: ApiKey) -> None:
    number = _imposed(send)
    other = api_keys.create("示例市演示人社局", [f"measures:{OTHER}"])[0]
    with pytest.raises(measures.Unknown):
        measures.feed_back(other, number, done="applied", text="")
    with pytest.raises(Refused, match="没有要求停止"):
        measures.feed_back(key, number, done="stopped", text="")
    with pytest.raises(Refused, match="实施情况"):
        measures.feed_back(key, number, done="perhaps", text="")
    measures.feed_back(key, number, done="not applied", text="没有相关项目（演示）")
    measures.feed_back(key, number, done="applied", text="")
    assert {body.code: dict(body.answered) for body in measures.bodies()} == {BODY: {"not applied": 1, "applied": 1}, OTHER: {}}


def test_a_key_of_several_bodies_gets_what_waits_for_each(send: Send, key: ApiKey) -> None:
    _imposed(send)
    both = api_keys.create("示例联合平台", [f"measures:{OTHER}", f"measures:{BODY}"])[0]
    first = measures.pushed_to(both)
    assert first["items"] == []
    second = measures.pushed_to(both, first["next"])
    assert (len(second["items"]), second["next"]) == (1, None)
    with pytest.raises(Refused, match="cursor"):
        measures.pushed_to(key, cursor_at([OTHER, ""]))


def test_the_subject_sees_what_is_done_against_it(send: Send, key: ApiKey) -> None:
    _imposed(send)
    (shown,) = measures.of_subject(_record().subject_id)
    assert (shown.measure.id, shown.case.facts["body_name"]) == ("public_funds", "示例市演示财政局")
