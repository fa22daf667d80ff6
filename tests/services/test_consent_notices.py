"""Both sides hear of a consent: asked, given, used, about to end and over, each once, and no more once it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from chalicelib import channels, clock
from chalicelib.law import consent as law
from chalicelib.law.consent import stands_until
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office
from chalicelib.services.consent import asking_consent, consents, ending_consents
from chalicelib.services.querying.asked import Asked
from chalicelib.services.scheduled.notice_queue import sweep
from chalicelib.storage import consents as kept
from chalicelib.storage import queues
from tests.services.conftest import Send
from tests.services.faults import killed_at
from tests.services.hearing import Heard, address_of, heard, morning, outcome, reachable
from tests.services.rows import a_code, a_penalty, a_subject

DAY, UNTIL = date(2026, 11, 21), date(2026, 12, 31)
ASKER = Office(a_code(3), "演示青禾物流有限公司")
COMPANY = Identifier("uscc", a_code())
BANK = f"body:{ASKER.code}"


@pytest.fixture
def mail(send: Send, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """A company with a penalty that reads e-mail, and an asker that does."""
    found = Heard()
    monkeypatch.setattr(channels, "channel", lambda name: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    send("subjects", a_subject())
    send("penalties", a_penalty())
    reachable(COMPANY)
    reachable(Identifier("uscc", ASKER.code))
    return found


def asked(**terms: object) -> Consent:
    facts = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": UNTIL, **terms}
    return asking_consent.ask(ASKER, "p_2", Asked(COMPANY, None), **facts)  # type: ignore[arg-type]


def given(**terms: object) -> Consent:
    """A consent that its subject has given."""
    consent = asked(**terms)
    at = clock.now().isoformat(timespec="seconds")
    after = law.agreed(consent, consent.items, consent.uses, consent.last_day, by="p_1", at=at, today=clock.today())
    return consents.commit(after, "consent.agreed", "p_1")


def revoked(consent: Consent) -> None:
    consents.commit(law.revoked(consent, at=clock.now().isoformat()), "consent.revoked", "p_1")


@pytest.mark.clause("NT-22")
@pytest.mark.notice("consent asked")
def test_a_request_stands_among_the_notices_with_the_message_by_which_it_came(mail: Heard) -> None:
    consent = asked()
    assert sweep(DAY).done == 1
    assert mail.titles == ["有单位申请查询您的信用信息"]
    assert outcome(address_of(COMPANY), "consent asked") == "told sent"
    assert not asking_consent.tell(consent.id)
    assert len(mail.sent) == 1
    assert outcome(address_of(COMPANY), "consent asked") == "told sent"


@pytest.mark.notice("consent given", "consent used")
def test_a_consent_that_came_into_force_is_told_at_once_and_its_use_the_next_morning(mail: Heard, at: Callable[[str], None]) -> None:
    consent = given()
    sweep(DAY)
    assert mail.titles == ["授权已生效"]
    asking_consent.use(consent.id, ASKER, "p_2", subject=COMPANY, purpose="签订供货合同")
    to = address_of(COMPANY)
    assert heard(to).count("query made") == 0, "the use of a consent is told as that, and not once more as a query"
    morning(at, DAY + timedelta(days=1))
    assert outcome(to, "consent used") == "told sent"


@pytest.mark.clause("NT-22")
@pytest.mark.notice("consent ending", "consent ended")
def test_a_consent_is_announced_a_week_before_its_end_and_both_sides_are_told_when_it_is_over(
    mail: Heard, at: Callable[[str], None]
) -> None:
    given()
    to = address_of(COMPANY)
    morning(at, UNTIL - timedelta(days=8))
    assert outcome(to, "consent ending") == "due"
    morning(at, UNTIL - timedelta(days=7))
    assert outcome(to, "consent ending") == "told sent"
    assert ending_consents.end(UNTIL)["due"] == 0, "its last day still counts"
    over = UNTIL + timedelta(days=1)
    at(f"{over}T00:05:00+08:00")
    assert ending_consents.end(over) == {"due": 1, "done": 1, "failed": 0}
    assert ending_consents.end(over)["due"] == 0
    morning(at, over)
    assert outcome(to, "consent ended") == outcome(BANK, "consent ended") == "told sent"


@pytest.mark.settles("consent ending")
def test_nobody_hears_of_the_end_of_what_was_taken_back_or_used_up(mail: Heard, at: Callable[[str], None]) -> None:
    consent = given()
    revoked(consent)
    used = given(purpose="年度复核")
    asking_consent.use(used.id, ASKER, "p_2", subject=COMPANY, purpose="年度复核")
    morning(at, UNTIL - timedelta(days=7))
    assert "授权即将到期" not in "".join(message.text for message in mail.sent)
    assert ending_consents.end(UNTIL + timedelta(days=1))["due"] == 0
    assert heard(BANK) == []


def test_who_asked_hears_that_nobody_answered(mail: Heard, at: Callable[[str], None]) -> None:
    consent = asked()
    sweep(DAY)
    last = stands_until(consent)
    assert last == DAY + timedelta(days=30)
    over = last + timedelta(days=1)
    assert ending_consents.end(last)["due"] == 0
    at(f"{over}T00:05:00+08:00")
    assert ending_consents.end(over)["done"] == 1
    assert heard(BANK) == ["consent ended"]
    assert "consent ended" not in heard(address_of(COMPANY))


def test_a_consent_for_less_than_a_week_is_not_announced_to_end(mail: Heard) -> None:
    given(last_day=DAY + timedelta(days=7))
    assert "consent ending" not in heard(address_of(COMPANY))


def test_a_kill_at_any_write_of_an_end_tells_both_sides_once(mail: Heard, at: Callable[[str], None]) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        for after in (False, True):
            consent = given(purpose=f"示例{number}{after}", last_day=clock.today() + timedelta(days=3))
            over = consent.last_day + timedelta(days=1)
            at(f"{over}T00:05:00+08:00")
            killed = killed_at(number, lambda day=over: ending_consents.end(day), after=after)  # type: ignore[misc]
            ending_consents.end(over)
            assert list(kept.waiting(kept.ENDING, 10, over)) == []
            assert [heard(to).count("consent ended") for to in (address_of(COMPANY), BANK)] == [2 * number - 1 + after] * 2
    assert number == 2, "one transaction tells it all"
