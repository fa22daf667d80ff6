"""Lists of consents go on: what is none of the reader's hides nothing that is, and a report is found by whoever has its consent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.reports import Consent
from chalicelib.services.consent import answering_consent, asking_consent
from chalicelib.services.consent.consents import MOST_ROUNDS, Page, new_number
from chalicelib.storage import consents as stored
from tests.services.conftest import Send
from tests.services.consenting import ASKER, Sent, agreed, me, reachable, request, use
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent


def copies(consent: Consent, count: int, **other: object) -> list[str]:
    """Later requests like one; their numbers, the latest first."""
    made = [replace(consent, id=new_number(), asked=clock.now().isoformat(timespec="microseconds"), **other) for _ in range(count)]  # type: ignore[arg-type]
    for one in made:
        stored.add(one, "p_2", clock.now())
    return [one.id for one in reversed(made)]


def numbers(page: Page) -> list[str]:
    return [one.consent.id for one in page.items]


@pytest.mark.clause("NT-22")
def test_requests_under_a_wrong_name_keep_nobody_from_finding_their_own(here: list[str], send: Send) -> None:
    own = request()
    copies(own, 2 * stored.A_ROUND + 10, subject_name="周示例")
    assert numbers(answering_consent.about(me())) == [own.id]
    assert answering_consent.about(me()).next is None
    assert len(numbers(asking_consent.of_asker(ASKER.code))) == stored.A_ROUND, "who asked sees them all, page by page"


def test_pages_follow_one_another_without_a_gap(here: list[str]) -> None:
    first = request()
    wanted = [*copies(first, 2 * stored.A_ROUND), first.id]
    found, cursor = list[str](), None
    while True:
        page = answering_consent.about(me(), cursor)
        found += numbers(page)
        if page.next is None:
            break
        cursor = page.next
    assert found == wanted


def test_a_page_that_finds_nothing_for_long_ends_and_goes_on(here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "A_ROUND", 2)
    own = request()
    copies(own, 2 * MOST_ROUNDS + 1, subject_name="周示例")
    page = answering_consent.about(me())
    assert page.items == ()
    assert numbers(answering_consent.about(me(), page.next)) == [own.id]


def test_a_cursor_that_somebody_made_up_is_refused(here: list[str]) -> None:
    with pytest.raises(Refused, match="cursor"):
        answering_consent.about(me(), "W10")


def test_a_report_is_found_however_many_consents_came_after_its_own(here: list[str], sent: Sent) -> None:
    reachable()
    number = use(agreed(sent))
    copies(request(), 2 * stored.A_ROUND)
    assert asking_consent.report_of(ASKER, number).number == number
