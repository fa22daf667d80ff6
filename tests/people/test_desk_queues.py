"""The desk's first page: each role sees what waits for it, how much, and by when."""

from __future__ import annotations

import re
from datetime import date

import pytest
from chalice import Chalice

from chalicelib.law import objections
from chalicelib.law.deadlines import Deadline
from chalicelib.records.identifiers import Identifier
from chalicelib.services.remedies import casework
from chalicelib.services.remedies.casework import By
from chalicelib.storage import archive
from chalicelib.storage.archive import Changes
from tests.people.browser import said
from tests.people.conftest import ORGANISATION
from tests.people.desk import at_desk
from tests.people.test_declared import DECISION, tell
from tests.people.test_provider_submissions import OWN
from tests.people.test_special_needs import applied
from tests.people.test_special_needs import form as form


def begun(procedure: objections.Procedure, due: date) -> None:
    """A case of a procedure about the organisation, with a last day."""
    (subject,) = archive.subjects_of([Identifier("uscc", ORGANISATION)]).values()
    changes = Changes()
    casework.begin(changes, procedure, subject, (), By("p_1", "subject"), facts={"provider": OWN}, due=Deadline(due, False))
    changes.commit()


def waiting(members: Chalice, sub: str) -> str:
    page = said(at_desk(members, sub).get("/desk"))
    return page.partition("等您办理的")[2].partition("各项工作由谁办理")[0]


def test_an_officer_sees_cases_with_the_nearest_day_and_what_is_overdue(members: Chalice, register: None) -> None:
    assert "现在没有等您办理的" in waiting(members, "officer-yi")
    for day in (date(2026, 12, 1), date(2026, 11, 20), date(2026, 11, 24)):
        begun(objections.PROCEDURE, day)
    assert re.search(r"3 件 最近的期限 2026年11月20日 1 件已过期限", waiting(members, "officer-yi"))
    assert "现在没有等您办理的" in waiting(members, "supervisor")


@pytest.mark.parametrize(("due", "told"), [(date(2026, 11, 24), "还剩 2 个工作日"), (date(2026, 11, 25), "")])
def test_two_working_days_before_its_last_one_a_queue_is_marked(members: Chalice, register: None, due: date, told: str) -> None:
    begun(objections.VERIFICATION, due)
    found = re.search(r"2026年11月2[45]日 (还剩 2 个工作日)?", waiting(members, "provider-yi"))
    assert found
    assert (found[1] or "") == told
    assert "现在没有等您办理的" in waiting(members, "provider-er")


def test_a_clerk_sees_the_decisions_that_are_not_in(members: Chalice) -> None:
    tell(at_desk(members, "provider-yi"), **DECISION)
    assert re.search(r"报送时限 件数 1 件 最近的期限 2026年11月23日 还剩 1 个工作日", waiting(members, "provider-yi"))


def test_what_one_has_put_in_oneself_waits_for_the_others_alone(members: Chalice, form: dict[str, str]) -> None:
    applied(at_desk(members, "officer-yi"), form)
    assert "特殊查询需求" not in waiting(members, "officer-yi")
    assert re.search(r"特殊查询需求 件数 1 件 最近的期限 没有期限", waiting(members, "officer-er"))
