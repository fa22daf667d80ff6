"""What somebody is to be told: announced once, kept sealed, found by its day."""

from __future__ import annotations

from datetime import date

import pytest
from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.law.reminders import REMINDERS, TABLE, announced, audience_of, by_urgency
from chalicelib.records.identifiers import Identifier
from chalicelib.services.telling import notices
from chalicelib.storage import archive as archives
from chalicelib.storage import engine, queues
from chalicelib.storage import notices as kept
from tests.services.conftest import Send
from tests.services.rows import a_code, a_licence, a_penalty, a_person_number, a_subject

DAY = date(2026, 11, 21)
CODE = a_code()


@pytest.fixture
def subject(send: Send) -> str:
    """The subject id of a company."""
    assert send("subjects", a_subject()).accepted == 1
    (subject_id,) = archives.subjects_of([Identifier("uscc", CODE)]).values()
    return subject_id


def test_the_same_notice_is_announced_once(subject: str) -> None:
    to = f"s:{subject}"
    assert notices.announce("objection decided", to, about="c_1", day=DAY, facts={"number": "YY-1"})
    assert not notices.announce("objection decided", to, about="c_1", day=DAY, facts={"number": "YY-2"})
    (found,), more = kept.of(to, 10)
    assert (found.kind, found.about, found.day, found.facts, found.state, more) == (
        "objection decided",
        "c_1",
        DAY,
        {"number": "YY-1"},
        "due",
        None,
    )


def test_what_a_notice_says_lies_sealed(subject: str) -> None:
    for to in (f"s:{subject}", "officers"):
        kind = "objection decided" if to.startswith("s:") else "case arrived"
        assert notices.announce(kind, to, about="c_1", day=DAY, facts={"title": "演示事项"})
    items = engine.client().scan(TableName=settings.table("outbox"))["Items"]
    assert "演示事项" not in str(items)
    assert [notice.facts for notice in kept.of("officers", 10)[0]] == [{"title": "演示事项"}]


def test_a_notice_waits_for_its_day_in_the_index(subject: str) -> None:
    notices.announce("decision due", "officers", about="c_1", day=DAY)
    assert list(kept.waiting(kept.WAITING, date(2026, 11, 20), 10)) == []
    assert list(kept.waiting(kept.WAITING, DAY, 10)) == [kept.Waiting("officers", DAY)]
    (notice,) = kept.open_for("officers", DAY, DAY)
    assert engine.write_together([kept.becomes(notice, "settled")])
    assert list(kept.waiting(kept.WAITING, DAY, 10)) == []
    assert not engine.write_together([kept.becomes(notice, "told")]), "a notice moves forward only"


def test_an_announcement_that_cannot_be_put_never_fails_the_act(archive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")

    monkeypatch.setattr(kept, "put", broken)
    assert not notices.announce("case arrived", "officers", about="c_1", day=DAY)
    monkeypatch.undo()


def test_a_subject_that_is_not_here_is_not_told(archive: None) -> None:
    assert not notices.announce("objection decided", "s:s_nobody", about="c_1", day=DAY, facts={"number": "1"})


def test_what_waits_for_nothing_is_queued(subject: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[str, str]] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: queued.append((queue, body)))
    notices.announce("consent given", f"s:{subject}", about="NT-1", day=DAY)
    assert queued == [("notices", f"to:s:{subject}")]
    assert [one.to for one in kept.waiting(kept.AT_ONCE, DAY, 10)] == [f"s:{subject}"]


def test_a_notice_stands_in_the_transaction_of_its_act_or_nowhere(subject: str) -> None:
    loaded = archives.load_subjects([subject])[subject]
    to, waits = f"s:{subject}", {"pk": {"S": "ID#nobody"}, "sk": {"S": "-"}}
    write = notices.announcement("objection decided", to, about="c_1", day=DAY, facts={"number": "1"}, data_key=loaded.data_key)
    fails = {"ConditionCheck": {"TableName": settings.table("outbox"), "Key": waits, "ConditionExpression": "attribute_exists(pk)"}}
    assert not engine.write_together([write, fails])
    assert kept.of(to, 10) == ([], None)
    assert engine.write_together([write])
    assert [one.facts for one in kept.of(to, 10)[0]] == [{"number": "1"}]


@pytest.mark.clause("NTG-2.5", "NT-29")
def test_a_negative_record_is_announced_with_its_row_and_nothing_else_is(send: Send, subject: str) -> None:
    row = a_penalty(失信程度="严重", 责任人员=f"示例甲/{a_person_number('19800101')}/法定代表人", 当事人联系电话="138 0000 0000")
    assert send("penalties", row).accepted == 1
    assert send("licences", a_licence()).accepted == 1
    waiting = [one.to for one in kept.waiting(kept.WAITING, DAY, 10)]
    assert len(waiting) == 2, "the company, and whoever is responsible for it"
    (notice,) = kept.of(f"s:{subject}", 10)[0]
    assert (notice.kind, notice.facts) == ("record entered", {"stated_phone": "+8613800000000"})
    assert send("penalties", row).duplicate == 1
    assert len(list(kept.waiting(kept.WAITING, DAY, 10))) == 2


@pytest.mark.parametrize(
    ("kind", "to"),
    [("unheard of", "officers"), ("decision due", "s:s_1"), ("decision due", "nobody"), ("decision due", "s:")],
)
def test_only_what_the_table_names_is_announced(kind: str, to: str) -> None:
    with pytest.raises(ValueError, match=r"notice|table"):
        announced(kind, to)


def test_every_kind_stands_once_in_the_table_with_its_clause() -> None:
    assert len(REMINDERS) == len(TABLE)
    assert all(row.clause and row.name and row.to for row in TABLE)
    assert {audience_of(to) for to in ("s:1", "provider:1", "body:1", "officers", "supervisors")} == {
        one for row in TABLE for one in row.to
    }


def test_the_most_urgent_of_several_comes_first() -> None:
    assert by_urgency(["record ended", "record entered", "consent ending"]) == ["record entered", "record ended", "consent ending"]
    assert by_urgency(["repair received", "repair possible"]) == ["repair possible", "repair received"]
