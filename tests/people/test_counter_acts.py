"""At the counter an officer acts for the person who is there: contacts and consents, by codes that the person says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from chalice import Chalice

from chalicelib import channels, clock
from chalicelib.records.identifiers import Identifier
from chalicelib.services.consent import answering_consent, asking_consent, consents
from chalicelib.services.delivery import contacts, deliver
from chalicelib.services.desk import counter
from chalicelib.services.identity.on_behalf import Acting
from chalicelib.services.querying import queries
from chalicelib.storage import archive, queues
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION, OTHER, OTHER_NAME
from tests.people.desk import COUNTER, at_desk, opened
from tests.services.consenting import UNTIL, Sent

pytestmark = pytest.mark.clause("NT-22")

PERSON = Identifier("resident_id", a_person_number(200))
ME = Acting(PERSON, "钱演甲", "p_1")
PHONE = {"kind": "phone", "value": "13811112222"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sent:
    found = Sent()
    monkeypatch.setattr(channels, "channel", lambda kind: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    return found


@pytest.fixture
def officer(members: Chalice, register: None, sent: Sent) -> Browser:
    return at_desk(members, "officer-yi", "/desk/counter")


@pytest.fixture
def open_archive(officer: Browser) -> str:
    return opened(officer)


def acts(browser: Browser, where: str, form: dict[str, object], status: int = 303) -> str:
    browser.get(where)
    answer = browser.post(where, form)  # type: ignore[arg-type]
    assert answer.status == status, said(answer)
    return said(answer)


def registered(browser: Browser, archive: str, sent: Sent, **other: str) -> None:
    contact = {**PHONE, **other}
    assert "填写验证码" in acts(browser, archive + "/contacts", {"do": "code", **contact}, 200)
    browser.post(archive + "/contacts", {"do": "verify", **contact, "code": sent.code})


def request(subject: Identifier = PERSON, **terms: object) -> str:
    asker, who = consents.Office(OTHER, OTHER_NAME), asking_consent.Asked(subject, "钱演甲" if subject == PERSON else None)
    facts = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": UNTIL, **terms}
    return asking_consent.ask(asker, "p_2", who, **facts).id  # type: ignore[arg-type]


def traces() -> list[tuple[str, str, str]]:
    """What the subject reads: who did it, why, and what was done; the latest first."""
    (subject_id,) = archive.subjects_of([PERSON]).values()
    return [(one.asker, one.purpose, one.matter) for one in queries.of_subject(subject_id).items]


@pytest.mark.clause("NT-36", "HY-27b")
def test_a_contact_is_registered_by_the_code_that_the_person_says_and_the_subject_reads_who_did_it(
    officer: Browser, open_archive: str, sent: Sent
) -> None:
    registered(officer, open_archive, sent)
    assert contacts.usable(contacts.of(ME)) == ("phone", "+8613811112222")
    assert "只告诉正在当面为您办理的工作人员" in sent[-1][1]
    assert traces()[0] == ("演经办一", COUNTER["reason"], "窗口办理（登记联系方式），已核对居民身份证原件")
    page = said(officer.get(open_archive + "/contacts"))
    assert "+86****2222" in page
    assert "13811112222" not in page


def test_a_wrong_code_registers_nothing(officer: Browser, open_archive: str, sent: Sent) -> None:
    acts(officer, open_archive + "/contacts", {"do": "code", **PHONE}, 200)
    assert "验证码不对" in acts(officer, open_archive + "/contacts", {"do": "verify", **PHONE, "code": "not it"}, 422)
    assert contacts.usable(contacts.of(ME)) is None
    assert len(traces()) == 1, "only that the archive was opened"


def test_a_contact_that_is_changed_or_removed_is_told_so(officer: Browser, open_archive: str, sent: Sent) -> None:
    registered(officer, open_archive, sent)
    registered(officer, open_archive, sent, value="13900000000")
    deliver.deliver()
    assert (sent[-1][0], "改为别的或删除" in sent[-1][1]) == ("+8613811112222", True)
    acts(officer, open_archive + "/contacts", {"do": "remove", "kind": "phone"})
    deliver.deliver()
    assert (sent[-1][0], contacts.usable(contacts.of(ME))) == ("+8613900000000", None)
    assert traces()[0][2].startswith("窗口办理（删除联系方式）")
    assert "还没有登记" in said(officer.get(open_archive + "/contacts"))


@pytest.mark.clause("NT-26", "HY-27b", "NT-36")
def test_a_request_is_agreed_to_in_part_by_the_code_that_the_person_says(officer: Browser, open_archive: str, sent: Sent) -> None:
    registered(officer, open_archive, sent)
    officer, open_archive = another(officer)
    number = request(items=["penalty", "licence"], uses=3)
    assert OTHER_NAME in said(officer.get(open_archive + "/consents"))
    one = acts_on(officer, open_archive, number)
    one({"do": "code"})
    assert "当面办理" in sent[-1][1]
    one({"do": "agree", "items": ["penalty"], "uses": "1", "last_day": "2026-12-01", "code": sent.code})
    given = asking_consent.find_asked(OTHER, number)
    assert (given.state, given.consent.items, given.consent.uses) == ("in force", ("penalty",), 1)
    assert traces()[0] == ("演经办二", COUNTER["reason"], "窗口办理（同意别人查询），已核对居民身份证原件")
    one({"do": "revoke"})
    assert asking_consent.find_asked(OTHER, number).state == "revoked"
    assert traces()[0][2].startswith("窗口办理（撤销授权）")


def test_an_officer_who_entered_the_contact_cannot_agree_by_a_code_to_it(officer: Browser, open_archive: str, sent: Sent) -> None:
    registered(officer, open_archive, sent)
    number, before = request(), len(sent)
    page = f"{open_archive}/consents/{number}"
    assert "是您在窗口登记的" in acts(officer, page, {"do": "code"}, 422)
    assert len(sent) == before, "no code was sent"
    colleague, theirs = another(officer)
    acts_on(colleague, theirs, number)({"do": "code"})
    terms = {"items": ["penalty"], "uses": "1", "last_day": "2026-12-01", "code": sent.code}
    assert "是您在窗口登记的" in acts(officer, page, {"do": "agree", **terms}, 422)
    assert answering_consent.find(ME, number).state == "open"
    contacts.verify(ME, **PHONE, code=codes_of_their_own(sent))
    acts_on(officer, open_archive, number)({"do": "code"})


def codes_of_their_own(sent: Sent) -> str:
    """The person verifies the same contact, signed in."""
    contacts.send_code(ME, **PHONE)
    return sent.code


def another(officer: Browser) -> tuple[Browser, str]:
    """A second officer, before whom the same person stands, and the archive that is open there."""
    colleague = at_desk(officer.app, "officer-er", "/desk/counter")
    return colleague, opened(colleague)


def acts_on(browser: Browser, archive: str, number: str) -> Callable[[dict[str, object]], str]:
    return lambda form: acts(browser, f"{archive}/consents/{number}", form)


def test_a_request_is_found_by_its_number_and_refused(officer: Browser, open_archive: str) -> None:
    number = request()
    officer.get(open_archive + "/consents")
    assert officer.post(open_archive + "/consents", {"number": number}).headers["Location"].endswith(number)
    acts_on(officer, open_archive, number)({"do": "refuse"})
    assert answering_consent.find(ME, number).state == "refused"
    assert traces()[0][2].startswith("窗口办理（不同意别人查询）")


def test_without_a_contact_nothing_is_agreed_to(officer: Browser, open_archive: str, sent: Sent) -> None:
    number = request()
    assert "没有经过验证的联系方式" in said(officer.get(f"{open_archive}/consents/{number}"))
    terms = {"items": ["penalty"], "uses": "1", "last_day": "2026-12-01", "code": "000000"}
    acts(officer, f"{open_archive}/consents/{number}", {"do": "agree", **terms}, 422)
    assert answering_consent.find(ME, number).state == "open"
    assert not sent


def test_a_request_to_somebody_else_is_not_there(officer: Browser, open_archive: str) -> None:
    others = request(Identifier("uscc", ORGANISATION))
    officer.get(open_archive + "/consents")
    assert officer.post(open_archive + "/consents", {"number": others}).status == 422
    assert officer.get(f"{open_archive}/consents/{others}").status == 404


def test_nothing_is_done_when_its_trace_cannot_be_written(officer: Browser, open_archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = request(), request()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 1, 5, tzinfo=UTC))
    monkeypatch.setattr(counter, "secrets", SimpleNamespace(token_hex=lambda length: "0" * length))
    acts_on(officer, open_archive, first)({"do": "refuse"})
    acts(officer, f"{open_archive}/consents/{second}", {"do": "refuse"}, 422)
    assert answering_consent.find(ME, second).state == "open", "the place of its trace is taken"
