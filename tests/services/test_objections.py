"""An objection from its receipt to its answer: the flag at once, verification, decision, correction, appeal (NT-31 to NT-33)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.law import objections as law
from chalicelib.law.decisions import Refused
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.records.remedies import Case
from chalicelib.services.identity import api_keys
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.querying import asked, shared
from chalicelib.services.querying.queries import Asking
from chalicelib.services.remedies import attachments, objection_desk, objections, recalls, receivers, redacting
from chalicelib.services.remedies.casework import By, Overtaken
from chalicelib.services.remedies.objections import Stated
from chalicelib.storage import archive as storage
from chalicelib.storage import notices as told
from tests.services.conftest import Send
from tests.services.rows import OFFICE, a_code, a_penalty, a_person_number, a_subject

DAY = date(2026, 11, 21)
DIRECTOR = Identifier("resident_id", a_person_number("19700101"))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"
CLERK = By("provider-1", "provider")


def _session(person: str, *, code: str = "", roles: tuple[str, ...] = (), number: Identifier | None = None) -> Session:
    at = datetime.fromisoformat("2026-11-21T01:00:00+00:00")
    rights = ("read", "object")
    mandates = (Mandate(code, "示例甲食品有限公司", rights),) if code else ()
    whom = Person(person, "staff" if roles else "citizens", "演示" + person[-1], number, mandates=mandates, roles=roles)
    return Session("k", whom, at, at, acting_for=code)


SUBJECT = _session("p_1", code=a_code())
OFFICER = _session("p_2", roles=("officer",))
SECOND = _session("p_3", roles=("officer",))
SUPERVISOR = _session("p_4", roles=("supervisor",))


def _records(identifier: Identifier | None = None) -> list[Record]:
    subject = identifier or Identifier("uscc", a_code())
    found = storage.collection(storage.subjects_of([subject])[subject])
    return found[1] if found else []


def _object(*choices: str, **changes: Any) -> Case:
    stated = Stated(tuple(record.id for record in _records()), choices or ("wrong",), "处罚金额写错了。")
    return objections.make(SUBJECT, replace(stated, **changes))


def _flags() -> list[str]:
    shown = look_up.organisation(a_code(), day=clock.today())
    assert shown is not None
    return [flag for record in shown["records"] for flag in record["flags"]]


def _standing(case: Case, said: str) -> dict[str, str]:
    return dict.fromkeys(case.about, said)


def _decide(case: Case, said: str, session: Session = OFFICER) -> Case:
    return objection_desk.decide(session, case.id, case.version, results=_standing(case, said), reasons=["other subject"], text="")


def _corrections() -> list[dict[str, Any]]:
    return publicity.announced("corrections", day=clock.today())["items"]


@pytest.mark.clause("NT-31", "NT-32f")
def test_an_objection_has_a_number_its_grounds_and_a_flag_on_the_record_at_once(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object("not me", "too old", files=(PNG,))
    assert case.number.startswith("YY-20261121-")
    assert (case.facts["grounds"], case.waits_for, case.due) == (["facts", "past period"], "officer", date(2026, 12, 4))
    assert _flags() == ["under_objection"]
    assert publicity.announced("penalties", day=DAY)["items"][0]["flags"] == ["under_objection"]
    assert objections.find(SUBJECT, case.number).history[0].action == "begin"
    assert objections.file_link(case, "a1").startswith("/members/files/")


@pytest.mark.clause("NT-31")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"choices": ()}, "异议理由"),
        ({"text": " "}, "异议的内容"),
        ({"records": ()}, "1至5条"),
        ({"records": ("r_none",)}, "没有这条记录"),
        ({"files": (b"MZ",)}, "PDF、PNG 或 JPEG"),
        ({"files": (PNG,) * 6}, "最多可以上传5个文件"),
    ],
)
def test_an_objection_that_cannot_be_is_refused_with_what_to_do(send: Send, changes: dict[str, Any], reason: str) -> None:
    send("penalties", a_penalty())
    with pytest.raises(Refused, match=reason):
        _object(**changes)
    assert _flags() == []


def test_a_second_objection_to_the_same_record_is_led_to_the_first(send: Send) -> None:
    send("penalties", a_penalty())
    _object()
    with pytest.raises(Refused, match="正在处理"):
        _object()


@pytest.mark.clause("AK-4.5", "HY-27a", "NT-32f")
@pytest.mark.parametrize(
    ("city", "flags", "public"),
    [
        ("nantong", ("under_objection", "measures_suspended"), True),
        ("ankang", ("under_objection", "use_suspended", "measures_suspended"), False),
        ("hanyang", ("under_objection", "use_suspended", "measures_suspended"), False),
        ("karamay", ("under_objection", "use_suspended", "measures_suspended"), False),
    ],
)
def test_what_is_suspended_while_an_objection_runs_is_the_citys_rule(
    send: Send, monkeypatch: pytest.MonkeyPatch, city: str, flags: tuple[str, ...], public: bool
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", city)
    send("penalties", a_penalty())
    case = _object()
    assert _records()[0].flags == flags
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert bool(shown["records"]) is public
    objections.withdraw(SUBJECT, case.id, case.version)
    assert _records()[0].flags == ()
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert len(shown["records"]) == 1


@pytest.mark.clause("NT-31b", "NT-32")
def test_an_objection_to_the_provider_is_verified_by_it_and_decided_by_an_officer(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(channel="provider", files=(PNG,))
    (request,) = objection_desk.find(case.id).verifications
    assert (request.waits_for, request.due) == (f"provider:{OFFICE}", date(2026, 11, 27))
    assert request.facts["attachments"] == []  # an officer says which of them are forwarded
    with pytest.raises(objections.Unknown):
        objection_desk.answer_verification(CLERK, request.id, a_code(901, "11"), None, finding="right", text="")
    objection_desk.answer_verification(CLERK, request.id, OFFICE, None, finding="wrong", text="金额多写了一个零。")
    found = objection_desk.find(case.id)
    assert (found.case.state, found.verifications[0].facts["finding"]) == ("verifying", "wrong")
    assert [step.action for step in found.history] == ["begin", "ask to verify", "verified"]


@pytest.mark.clause("NT-32")
def test_what_is_forwarded_to_a_provider_is_what_the_officer_marked_and_wrote(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG, PNG))
    asked_for = objection_desk.ask_to_verify(
        OFFICER, case.id, case.version, provider=OFFICE, forwarded=["a2"], clean=["a2"], text="请核对罚款金额。"
    )
    (request,) = objection_desk.find(case.id).verifications
    assert [one["id"] for one in request.facts["attachments"]] == ["a2"]
    assert request.facts["question"] == "请核对罚款金额。"
    assert request.facts["provider_name"] == "示例市演示市场监督管理局"
    other = objection_desk.ask_to_verify(OFFICER, case.id, asked_for.version, provider=a_code(901, "11"), forwarded=[], text="请核对。")
    assert len(objection_desk.find(other.id).verifications) == 2


COVERED = b"%PDF-1.7 covered %%EOF"


def _ask(case: Case, *forwarded: str, clean: Sequence[str] = ()) -> Case:
    now = objection_desk.find(case.id).case.version
    return objection_desk.ask_to_verify(OFFICER, case.id, now, provider=OFFICE, forwarded=forwarded, clean=clean, text="请核对。")


def _covered(case: Case, content: bytes | None = COVERED, of: str = "a1") -> Case:
    return redacting.put_in(OFFICER, case.id, objection_desk.find(case.id).case.version, of=of, content=content)


@pytest.mark.clause("NT-32")
def test_of_a_redacted_file_the_last_copy_goes_and_never_the_original(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG, PNG))
    _covered(case, PNG + PNG)
    _covered(case)
    _ask(case, "a1", clean=["a1"])
    _ask(case, "a1", "a2", clean=["a2"])
    first, second = objection_desk.find(case.id).verifications
    assert [(one["id"], one["name"], one.get("of")) for one in first.facts["attachments"]] == [("c2", "1-redacted.pdf", "a1")]
    assert [one["name"] for one in second.facts["attachments"]] == ["1-redacted.pdf", "2.png"]
    assert attachments.content(second.facts["attachments"][0]) == COVERED
    history = objection_desk.find(case.id).history
    assert [(step.action, step.facts.get("to")) for step in history if step.action == "redact"] == [
        ("redact", "1-redacted.png"),
        ("redact", "1-redacted.pdf"),
    ]
    assert history[-1].facts["forwarded"] == ["1-redacted.pdf", "2.png"]


@pytest.mark.clause("NT-32")
def test_a_file_in_which_nobody_looked_for_what_to_cover_does_not_go(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG, PNG))
    _covered(case)
    with pytest.raises(Refused, match=r"材料 2\.png 还没有遮盖"):
        _ask(case, "a1", "a2", clean=["a1"])
    with pytest.raises(Refused, match="没有这个文件"):
        _ask(case, "c1", clean=["c1"])
    assert objection_desk.find(case.id).verifications == ()


@pytest.mark.clause("NT-32")
@pytest.mark.parametrize(
    ("content", "of", "reason"),
    [
        (None, "a1", "选择遮盖后的文件"),
        (b"MZ", "a1", "PDF、PNG 或 JPEG"),
        (PNG, "a1", "就是原件"),
        (COVERED, "a2", "没有这个文件"),
    ],
)
def test_what_is_no_redacted_copy_is_refused_with_what_to_do(send: Send, content: bytes | None, of: str, reason: str) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG,))
    with pytest.raises(Refused, match=reason):
        _covered(case, content, of)
    assert objection_desk.find(case.id).case.version == case.version


@pytest.mark.clause("NT-32")
def test_redacted_copies_are_bounded_count_not_as_the_subjects_and_end_with_the_decision(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG,))
    for _ in range(redacting.MOST_COPIES):
        _covered(case)
    with pytest.raises(Refused, match="最多可以放入20个遮盖件"):
        _covered(case)
    now = objection_desk.find(case.id).case
    added = objections.add_evidence(SUBJECT, case.id, now.version, "补充四个。", (PNG,) * 4)
    assert [one["id"] for one in added.facts["attachments"]] == ["a1", "a2", "a3", "a4", "a5"]
    decided = _decide(added, "stands")
    with pytest.raises(Refused, match="不能放入遮盖件"):
        _covered(decided)


def test_who_puts_in_a_redacted_copy_after_somebody_else_went_on_is_told(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(files=(PNG,))
    _covered(case)
    with pytest.raises(Overtaken):
        redacting.put_in(SECOND, case.id, case.version, of="a1", content=COVERED)


@pytest.mark.clause("NT-32")
def test_a_record_that_stands_loses_its_flag_with_reasons_and_open_requests_are_recalled(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object(channel="provider")
    decided = _decide(case, "stands")
    found = objection_desk.find(case.id)
    assert (decided.state, decided.due, _flags()) == ("stands", None, [])
    assert found.verifications[0].state == "no longer needed"
    assert "主体不是您" in found.history[-1].reason
    assert _corrections() == []


def _send_severe(send: Send) -> None:
    severe = {"备注": "失信程度：严重", "公示截止期": "2029/02/25", "责任人员": f"李示例/{DIRECTOR.number}/主要负责人"}
    send("penalties", a_penalty(**severe))


def _query() -> str:
    key, _ = api_keys.create("示例使用单位", ["shared:read"])
    shared.query(asked.read({"code": a_code()}), Asking(key, "审核", "事项1"))
    return key.id


@pytest.mark.clause("NT-32", "HY-27a")
def test_a_wrong_record_is_corrected_announced_where_it_was_public_and_told_to_who_received_it(
    send: Send, at: Callable[[str], None]
) -> None:
    _send_severe(send)
    key = _query()
    case = _object()
    decided = _decide(case, "amend")
    assert (decided.state, decided.waits_for, decided.due) == ("correcting", "officer", date(2026, 11, 25))
    assert _flags() == ["under_objection"]
    (record,) = _records()
    with pytest.raises(Refused, match="更正后的内容"):
        objection_desk.correct(OFFICER, case.id, decided.version, {})
    done = objection_desk.correct(OFFICER, case.id, decided.version, {record.id: {"fine": "8500.00", "facts": "已更正的事实。"}})
    assert (done.state, _flags()) == ("corrected", ["corrected"])
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert shown["records"][0]["content"]["fine"] == "8500.00"
    assert _records(DIRECTOR)[0].content["facts"] == "已更正的事实。"
    assert storage.earlier_records(record.subject_id, record.id)[-1].content["facts"] == "当事人发布虚假广告，事实清楚。"
    (announced,) = _corrections()
    assert announced["document_no"] == record.document_no
    assert "虚假广告" not in str(announced)
    assert receivers.of_record(record.subject_id, record.id) == {key: "示例使用单位"}
    assert [one.kind for one in told.of(f"body:{key}", 10)[0]] == ["record corrected"]
    at("2026-12-22T09:00:00+08:00")
    assert _corrections() == []


@pytest.mark.clause("NT-14b")
def test_forbidden_information_is_purged_with_every_earlier_version(send: Send) -> None:
    _send_severe(send)
    case = _object("forbidden", channel="provider")
    decided = _decide(case, "purge")
    done = objection_desk.correct(OFFICER, case.id, decided.version, {})
    (record,) = _records()
    for identifier in (Identifier("uscc", a_code()), DIRECTOR):
        (left,) = _records(identifier)
        assert (left.title, left.content, left.ended and left.ended.how) == ("", {}, "purged")
        for earlier in storage.earlier_records(left.subject_id, left.id):
            assert (earlier.title, earlier.content, earlier.people) == ("", {}, ())
    assert "虚假广告" not in str([done.facts, [one.facts for one in objection_desk.find(done.id).verifications]])
    assert [entry["document_no"] for entry in _corrections()] == [None]
    assert record.document_no is None


def test_what_is_removed_is_gone_from_public_and_kept_for_the_subject(send: Send) -> None:
    send("penalties", a_penalty())
    decided = _decide(_object(), "remove")
    objection_desk.correct(OFFICER, decided.id, decided.version, {})
    shown = look_up.organisation(a_code(), day=DAY)
    assert shown is not None
    assert shown["records"] == []
    assert len(_corrections()) == 1
    (record,) = _records()
    assert record.ended is not None
    assert (record.ended.how, record.ended.case, record.title) == ("corrected", decided.id, "发布虚假广告")


@pytest.mark.clause("NT-32", "NT-37")
def test_what_its_provider_took_back_while_it_was_disputed_stays_withdrawn_when_it_is_found_wrong(send: Send) -> None:
    sent = send("penalties", a_penalty())
    case = _object()
    recalls.propose(sent.batch, "整批有误（示例）", by="a_1", offices=[OFFICE])
    recalls.confirm(sent.batch, by="a_2", offices=[OFFICE], officer=False)
    decided = _decide(case, "remove")
    objection_desk.correct(OFFICER, decided.id, decided.version, {})
    (record,) = _records()
    assert record.ended is not None
    assert (record.ended.how, record.ended.case) == ("withdrawn", sent.batch)


@pytest.mark.clause("NT-33", "AK-4.5d")
def test_an_appeal_goes_to_the_supervisor_who_is_not_who_decided(send: Send) -> None:
    send("penalties", a_penalty())
    decided = _decide(_object(), "stands")
    appealed = objections.appeal(SUBJECT, decided.id, decided.version, "理由不成立。")
    assert (appealed.waits_for, _flags()) == ("supervisor", ["under_objection"])
    same = replace(SUPERVISOR, person=OFFICER.person)
    answer = {"results": _standing(appealed, "stands"), "reasons": ["document stands"], "text": ""}
    with pytest.raises(Refused, match="另一名经办人"):
        objection_desk.answer_appeal(same, appealed.id, appealed.version, **answer)
    answered = objection_desk.answer_appeal(SUPERVISOR, appealed.id, appealed.version, **answer)
    assert (answered.state, _flags()) == ("appeal stands", [])
    with pytest.raises(Refused, match="不能申请复核"):
        objections.appeal(SUBJECT, answered.id, answered.version, "再来一次。")


@pytest.mark.clause("NT-32")
def test_no_decision_says_that_a_provider_answered_before_it_has(send: Send, at: Callable[[str], None]) -> None:
    send("penalties", a_penalty())
    case = _object(channel="provider")
    answer: dict[str, Any] = {"results": _standing(case, "stands"), "text": ""}

    def refused(reason: str) -> bool:
        with pytest.raises(Refused, match="没有这样答复核实"):
            objection_desk.decide(OFFICER, case.id, case.version, reasons=[reason], **answer)
        return True

    assert refused("matches")
    assert refused("differs")
    at("2026-11-27T23:00:00+08:00")
    assert refused("no proof")
    at("2026-11-28T00:10:00+08:00")
    assert "no proof" in law.reasons_true(objection_desk.verified(objection_desk.find(case.id)))
    (request,) = objection_desk.find(case.id).verifications
    objection_desk.answer_verification(CLERK, request.id, OFFICE, None, finding="right", text="")
    case = objection_desk.find(case.id).case
    assert refused("differs")
    assert refused("no proof")
    assert objection_desk.decide(OFFICER, case.id, case.version, reasons=["matches"], **answer).state == "stands"


def test_of_two_officers_who_decide_at_once_one_is_told_that_the_other_was_first(send: Send) -> None:
    send("penalties", a_penalty())
    case = _object()
    _decide(case, "stands")
    with pytest.raises(Overtaken):
        _decide(case, "remove", SECOND)
    assert objection_desk.find(case.id).case.state == "stands"


def test_more_evidence_and_withdrawal_are_the_subjects_alone(send: Send) -> None:
    send("subjects", a_subject(), a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙食品有限公司"))
    send("penalties", a_penalty())
    case = _object()
    other = _session("p_9", code=a_code(2))
    with pytest.raises(objections.Unknown):
        objections.withdraw(other, case.id, case.version)
    after = objection_desk.ask_for_evidence(OFFICER, case.id, case.version, "请补充付款凭证。")
    after = objections.add_evidence(SUBJECT, after.id, after.version, "见附件。", [PNG])
    assert (after.state, len(after.facts["attachments"])) == ("received", 1)
    after = objections.withdraw(SUBJECT, after.id, after.version)
    assert (after.state, _flags()) == ("withdrawn", [])
