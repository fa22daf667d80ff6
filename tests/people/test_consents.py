"""In a browser: ask for a report, find the request, agree by a code, fetch the report; and how one is reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import channels
from chalicelib.services.consent import asking_consent
from chalicelib.services.reporting import reports
from chalicelib.storage import files, queues, report_keys
from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.conftest import ORGANISATION, OTHER, OTHER_NAME
from tests.services.consenting import Sent

ASKING = {"purpose": "签订供货合同", "items": ["penalty", "licence"], "uses": "1", "last_day": "2026-12-31"}
PERSON = {"name": "钱演甲", "id_number": a_person_number(200)}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sent:
    """What was sent; queues are looked after by hand, files lie in a folder of the test's own."""
    found = Sent()
    monkeypatch.setattr(channels, "channel", lambda kind: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    files.files.cache_clear()
    report_keys.report_key.cache_clear()
    return found


@pytest.fixture
def asker(members: Chalice, register: None, sent: Sent) -> Browser:
    """Somebody who acts for the other organisation and may ask for reports."""
    browser = Browser(members)
    browser.sign_in("zhang-yansan")
    browser.act_for(OTHER)
    browser.get("/business")
    return browser


@pytest.fixture
def citizen(members: Chalice) -> Browser:
    browser = Browser(members)
    browser.sign_in("qian-yanjia")
    return browser


def with_a_phone(browser: Browser, sent: Sent, number: str = "13800000000") -> None:
    browser.get("/me/contacts")
    assert browser.post("/me/contacts", {"do": "code", "kind": "phone", "value": number}).status == 200
    verify = {"do": "verify", "kind": "phone", "value": number, "code": sent.code}
    assert browser.post("/me/contacts", verify).status == 303


def number_of(browser: Browser, who: dict[str, str], **other: object) -> str:
    answer = browser.post("/business", {**ASKING, **who, **other})  # type: ignore[arg-type]
    assert answer.status == 303, said(answer)
    return answer.headers["Location"].rpartition("/")[2]


@pytest.mark.clause("NT-22", "NT-26", "NT-27")
def test_a_company_sees_a_persons_report_once_that_person_has_agreed(asker: Browser, citizen: Browser, sent: Sent) -> None:
    with_a_phone(citizen, sent)
    number = number_of(asker, PERSON)
    assert "等待答复" in said(asker.get(f"/business/consents/{number}"))
    assert asking_consent.tell(number)
    link = re.search(r"/authorise/\S+", sent[-1][1])
    assert link
    stranger = Browser(citizen.app)
    invitation = stranger.get(link[0])
    assert (invitation.status, OTHER_NAME in said(invitation)) == (200, True)
    assert "钱演甲" not in said(invitation)
    assert stranger.get(f"/me/consents/{number}").headers["Location"].startswith("/login?next=")
    here = f"/me/consents/{number}"
    assert "获取验证码" in said(citizen.get(here))
    assert citizen.post(here, {"do": "code"}).status == 303
    agree = {"do": "agree", "items": ["penalty"], "uses": "1", "last_day": "2026-12-01", "code": sent.code}
    citizen.get(here)
    assert citizen.post(here, agree).status == 303
    asker.get(f"/business/consents/{number}")
    given = asker.post(f"/business/consents/{number}")
    assert given.status == 303
    page = asker.get(given.headers["Location"])
    assert "示罚〔2026〕2号" in said(page) or "正在生成" in said(page)
    assert reports.render(given.headers["Location"].rpartition("/")[2])
    assert "下载签名的 PDF" in said(asker.get(given.headers["Location"]))
    link_to_file = asker.post(given.headers["Location"])
    assert link_to_file.headers["Location"].startswith("/members/files/")
    for browser, path in ((asker, "/business/consents"), (citizen, "/me/consents")):
        assert "次数已用完" in said(browser.get(path))


def test_the_form_says_which_items_are_of_organisations_or_of_people_alone(asker: Browser) -> None:
    page = said(asker.get("/business"))
    assert "（仅单位）" in page
    assert "（仅个人）" in page
    assert "行政处罚信息 （仅" not in page


@pytest.mark.parametrize(
    ("who", "ticked", "chinese", "english"),
    [
        (PERSON, "registration", "“登记信息”只有单位才有，而查询的是个人", "“Registration” can only be held about organisations"),
        ({"code": ORGANISATION}, "person_marriage", "“自然人婚姻状况信息”只有个人才有，而查询的是单位", "can only be held about people"),
    ],
)
def test_items_that_such_a_subject_cannot_have_are_named_and_nothing_is_asked(
    asker: Browser, who: dict[str, str], ticked: str, chinese: str, english: str
) -> None:
    form = {**ASKING, **who, "items": ["penalty", ticked]}
    refused = asker.post("/business", form)
    assert refused.status == 422
    assert chinese in said(refused)
    assert f'value="{ticked}" checked' in refused.body, "the ticks stay, to be mended"
    assert english in said(asker.post("/business?lang=en", form))
    assert "还没有申请过" in said(asker.get("/business/consents"))


def test_who_was_led_to_a_request_for_an_organisation_chooses_it_and_comes_back(asker: Browser, members: Chalice, sent: Sent) -> None:
    representative = Browser(members)
    representative.sign_in("li-yaner")
    here = f"/me/consents/{number_of(asker, {'code': ORGANISATION})}"
    missing = representative.get(here)
    assert missing.status == 404
    chosen = f"/me/acting?next={here.replace('/', '%2F')}"
    assert chosen in missing.body or chosen.replace("%2F", "/") in missing.body
    representative.get(chosen)
    after = representative.post("/me/acting", {"for": ORGANISATION, "next": here})
    assert after.headers["Location"] == here
    assert OTHER_NAME in said(representative.get(here))
    representative.get("/me/acting")
    assert representative.post("/me/acting", {"for": "", "next": "//evil.example"}).headers["Location"] == "/me"
