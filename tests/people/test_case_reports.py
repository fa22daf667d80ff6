"""A case report from the job that finds it due, over the desk, to the note that a person has sent it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from chalice import Chalice

from chalicelib import clock, jobs
from chalicelib.records.entries import Ended
from chalicelib.records.identifiers import Identifier
from chalicelib.services.desk import case_reports
from chalicelib.services.identity import api_keys
from chalicelib.storage import archive, feedback
from chalicelib.storage import case_reports as stored
from chalicelib.storage import notices as kept
from chalicelib.storage.archive import Changes
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import at_desk
from tests.people.test_typical_cases import TEXT, changed
from tests.people.test_typical_cases import case as case
from tests.services.rows import OFFICE

HERE = "/desk/case-reports"


@pytest.mark.clause("NT-28b", "AK-5")
@pytest.mark.notice("case report due")
def test_a_report_is_found_due_once_made_of_counts_and_cases_and_sent_by_a_person(
    members: Chalice, case: str, at: Callable[[str], None]
) -> None:
    api_keys.create("示例实施单位", [f"measures:{OFFICE}"])
    changes = Changes()
    feedback.put(changes, OFFICE, "CS-1#00003", measure="m", done="applied", at=clock.now())
    changes.commit()
    at("2026-12-01T01:00:00+08:00")
    assert jobs.bulletin()["done"] == 1
    assert case_reports.due(date(2026, 12, 1))["done"] == 0
    assert [one.kind for one in kept.of("officers", 50)[0]].count("case report due") == 1
    officer = at_desk(members, "officer-yi", HERE)
    assert "待报送" in officer.page
    file = officer.get(f"{HERE}/2026-11").body
    assert file.startswith("\ufeff报送期,2026-11")
    for words in (NAME, TEXT, "示例实施单位,已经实施,1"):
        assert words in file
    for hidden in ("李演二", "钱演甲"):
        assert hidden not in file
    assert officer.get(f"{HERE}/2026-10").status == 404
    officer.get(HERE)
    assert officer.post(f"{HERE}/2026-11").status == 303
    assert "演经办一" in officer.get(HERE).body
    officer.get("/desk/complaints")
    assert at_desk(members, "supervisor", HERE).get(f"{HERE}/2026-11").body == file


def test_officers_hear_once_of_a_report_whose_job_was_cut_off_and_ran_again_on_a_later_day(
    members: Chalice, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-12-01T01:00:00+08:00")
    with monkeypatch.context() as crash:
        crash.setattr(stored, "put", lambda *_: (_ for _ in ()).throw(OSError("down")))
        with pytest.raises(OSError, match="down"):
            case_reports.due(date(2026, 12, 1))
    at("2026-12-03T01:00:00+08:00")
    assert case_reports.due(date(2026, 12, 3))["done"] == 1
    assert [one.kind for one in kept.of("officers", 50)[0]] == ["case report due"]


@pytest.mark.clause("NT-28b", "NT-30")
def test_a_case_that_is_told_no_more_is_not_reported_and_what_was_sent_stays_as_it_was(
    members: Chalice, case: str, at: Callable[[str], None]
) -> None:
    at("2026-12-01T01:00:00+08:00")
    case_reports.due(date(2026, 12, 1))
    assert TEXT in case_reports.as_csv("2026-11")
    key = Identifier("uscc", ORGANISATION)
    subject_id = archive.subjects_of([key])[key]
    (record,) = (archive.collection(subject_id) or (None, []))[1]
    ended = Ended("withdrawn", clock.today())
    changed(subject_id, record.id, lambda one: replace(one, ended=ended))
    assert TEXT not in case_reports.as_csv("2026-11")


def test_a_report_that_was_sent_is_not_sent_again(members: Chalice, case: str, at: Callable[[str], None]) -> None:
    at("2026-12-01T09:00:00+08:00")
    case_reports.due(date(2026, 12, 1))
    first, second = at_desk(members, "officer-yi", HERE), at_desk(members, "officer-er", HERE)
    assert [page.post(f"{HERE}/2026-11").status for page in (first, second)] == [303, 409]
