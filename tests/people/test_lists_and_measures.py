"""The pages of lists and measures, as a subject, its recogniser, an officer and an implementing body use them one after the other."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from chalice import Chalice

from chalicelib.services.identity import api_keys
from chalicelib.services.publication import look_up
from chalicelib.services.remedies import follow_up
from chalicelib.storage import files
from local.demo import a_code
from tests.people.browser import Browser, said
from tests.people.conftest import NAME, ORGANISATION
from tests.people.desk import PNG, at_desk, send_file
from tests.services.conftest import Send
from tests.services.rows import a_black_entry, a_red_entry
from tests.web.gateway import Answer, ask

RECOGNISER = "11990000YW00000048"
BODY = a_code("11", 31)
DAY = date(2026, 11, 21)


@pytest.fixture
def listed(members: Chalice, register: None, send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The organisation on a black list of the market supervision."""
    monkeypatch.setattr(files, "files", lambda: files.Folder(tmp_path / "files"))
    entry = a_black_entry(主体名称=NAME, 统一社会信用代码=ORGANISATION, 认定单位统一社会信用代码=RECOGNISER)
    assert send("blacklist", entry).accepted == 1


def _for_organisation(members: Chalice) -> Browser:
    browser = Browser(members)
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    return browser


def _found(pattern: str, answer: Answer) -> str:
    found = re.search(pattern, answer.body)
    assert found, answer.body
    return found[1]


def _lists() -> list[Any]:
    found = look_up.organisation(ORGANISATION, day=DAY)
    assert found is not None
    return list(found["lists"])


@pytest.mark.clause("HY-26c", "HY-20d")
def test_a_subject_applies_its_recogniser_grants_and_an_officer_confirms(members: Chalice, listed: None) -> None:
    subject = _for_organisation(members)
    page = subject.get("/me/lists")
    assert "严重违法失信名单" in said(page)
    entry = _found(r'name="entry" value="(l_\w+)"', page)
    wrong = send_file(subject, "/me/lists", {"entry": entry, "reason": ""}, "proof", PNG)
    assert (wrong.status, "请写明已经履行" in said(wrong)) == (422, True)
    assert send_file(subject, "/me/lists", {"entry": entry, "reason": "罚款已缴清（演示）"}, "proof", PNG).status == 303
    case = _found(r"/me/lists/(TC-[\w-]+)", subject.get("/me/lists"))
    other, clerk = at_desk(members, "provider-er", "/desk/lists"), at_desk(members, "provider-yi", "/desk/lists")
    assert case not in other.page
    assert "罚款已缴清（演示）" in said(clerk.get("/desk/lists"))
    stated = {"decision": "grant", "grounds": "duties done", "reason": "核对无误（演示）"}
    assert other.post(f"/desk/lists/cases/{case}", stated).status == 404
    assert clerk.post(f"/desk/lists/cases/{case}", stated).status == 303
    assert len(_lists()) == 1
    officer = at_desk(members, "officer-yi", "/desk/lists")
    assert officer.post(f"/desk/lists/cases/{case}", {"decision": "confirm"}).status == 303
    assert _lists() == []
    assert "不在任何名单上" in said(subject.get("/me/lists"))


def test_a_recogniser_begins_an_exit_by_the_code_and_is_told_what_is_missing(members: Chalice, listed: None) -> None:
    clerk = at_desk(members, "provider-yi", "/desk/lists")
    entry = _found(r'name="entry" value="(l_\w+)"', clerk.post("/desk/lists", {"code": ORGANISATION}))
    assert clerk.post("/desk/lists", {"code": "wrong"}).status == 422
    form = {"code": ORGANISATION, "entry": entry, "grounds": "other"}
    clerk.get("/desk/lists")
    assert clerk.post("/desk/lists/exits", form).status == 422
    clerk.get("/desk/lists")
    assert clerk.post("/desk/lists/exits", {**form, "reason": "不再符合（演示）"}).status == 303
    page = at_desk(members, "officer-yi", "/desk/lists").page
    assert "不再符合（演示）" in page


@pytest.mark.clause("KLM-17", "HY-24", "HY-23")
def test_an_officer_decides_a_proposal_and_the_body_gets_it_and_answers(
    members: Chalice, listed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "karamay")
    follow_up.due(DAY)
    _, secret = api_keys.create("示例市演示财政局", [f"measures:{BODY}"])
    officer = at_desk(members, "officer-yi", "/desk/measures")
    case = _found(r"/desk/measures/(CS-[\w-]+)", officer.get("/desk/measures"))
    form = {"decision": "impose", "body": BODY, "last_day": "2027-06-30"}
    assert officer.post(f"/desk/measures/{case}", form).status == 422
    officer.get("/desk/measures")
    assert officer.post(f"/desk/measures/{case}", {**form, "reason": "依据清单（演示）"}).status == 303
    key = {"Authorization": f"Bearer {secret}"}
    (item,) = ask(members, "/api/v1/measures", "GET", key).json["items"]
    assert (item["id"], item["subject"]["code"], item["last_day"], item["standing"]) == (case, ORGANISATION, "2027-06-30", "in_force")
    sent = {**key, "Content-Type": "application/json"}
    body = json.dumps({"done": "applied", "text": "已经列入（演示）"}, ensure_ascii=False).encode()
    assert ask(members, f"/api/v1/measures/{case}/feedback", "POST", sent, body).json["answered"] == "applied"
    assert ask(members, "/api/v1/measures/CS-20261121-00000000/feedback", "POST", sent, body).status == 404
    assert ask(members, "/api/v1/measures", "GET", key).json["items"] == []
    assert item["measure"]["matter"] in said(_for_organisation(members).get("/me/lists"))
    assert "示例市演示财政局" in said(officer.get("/desk/measures"))


def test_a_red_list_entry_without_an_end_is_not_said_to_last_for_ever(members: Chalice, register: None, send: Send) -> None:
    send("redlist", a_red_entry(主体名称=NAME, 统一社会信用代码=ORGANISATION, 有效期至=""))
    subject = _for_organisation(members)
    for path in ("/me", "/me/lists"):
        assert "没有写明有效期" in said(subject.get(path))
    assert "长期有效" not in said(subject.get("/me"))
