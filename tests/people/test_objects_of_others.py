"""Whoever knows the number of something that is another's gets exactly what they would get if it did not exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import channels
from chalicelib.storage import files, queues
from local.demo import a_person_number
from tests.people.browser import Browser
from tests.people.conftest import ORGANISATION, OTHER
from tests.services.consenting import Sent
from tests.web.gateway import Answer

ASKING = {"purpose": "签订供货合同", "items": ["penalty"], "uses": "1", "last_day": "2026-12-31"}
DELEGATED = {"name": "钱演甲", "id_number": a_person_number(200), "rights": ["read"], "last_day": "2026-12-31"}
FORMS = {"/me/consents": {"do": "refuse"}, "/business/consents": {}, "/me/delegations": {}, "/me/reports": {}}
"""What is sent to an object, by where it stands."""
MISSING = {"reports": "NT-20261121-7K3M9Q2X", "consents": "Q-20261121-7K3M9Q2X", "delegations": "d_0123456789abcdef0123"}


@pytest.fixture
def person(members: Chalice, register: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Browser]:
    """Signs somebody in, for themselves or for an organisation."""
    monkeypatch.setattr(channels, "channel", lambda kind: Sent())
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    files.files.cache_clear()

    def signed_in(sub: str, code: str = "") -> Browser:
        browser = Browser(members)
        browser.sign_in(sub)
        if code:
            browser.act_for(code)
        browser.get("/me/consents")
        return browser

    return signed_in


def without(number: str, answer: Answer) -> tuple[int, str, str]:
    """What an answer tells, without the number and the token that stand in every page."""
    text = re.sub(r'name="token" value="\w+"', "", answer.body.replace(number, "…"))
    return answer.status, text, answer.headers.get("Location", "").replace(number, "…")


@pytest.mark.clause("NT-22", "HY-27b")
def test_another_s_object_answers_as_one_that_is_not_there(person: Callable[..., Browser]) -> None:
    citizen, asker, representative = person("qian-yanjia"), person("zhang-yansan", OTHER), person("li-yaner", ORGANISATION)
    others = {"/me": [person("qian-yanyi"), asker, representative], "/business": [representative]}
    citizen.get("/me/reports")
    report = citizen.post("/me/reports", {"purpose": "示例", "category": ["negative"]}).headers["Location"].partition("?")[0]
    asker.get("/business")
    consent = (
        asker.post("/business", {**ASKING, "name": "钱演甲", "id_number": a_person_number(200)}).headers["Location"].rpartition("/")[2]
    )
    representative.get("/me/delegations")
    representative.post("/me/delegations", DELEGATED)
    delegation = re.search(r'action="(/me/delegations/d_\w+)"', representative.get("/me/delegations").body)
    assert delegation
    theirs = {
        report: others["/me"],
        f"/me/consents/{consent}": others["/me"],
        f"/business/consents/{consent}": others["/business"],
        delegation[1]: [asker],
    }
    for address, strangers in theirs.items():
        place, _, number = address.rpartition("/")
        missing = MISSING[place.rpartition("/")[2]]
        for stranger in strangers:
            reads = "GET" if place != "/me/delegations" else ""
            for method in filter(None, (reads, "POST")):
                answers = []
                for asked_for in (number, missing):
                    stranger.get("/me/consents")  # a page with a form
                    path = f"{place}/{asked_for}"
                    found = stranger.post(path, FORMS[place]) if method == "POST" else stranger.get(path)
                    answers.append(without(asked_for, found))
                assert answers[0] == answers[1], f"{method} {place}"
                assert answers[0][0] == 404, f"{method} {place}"
    assert citizen.get(report).status == citizen.get(f"/me/consents/{consent}").status == 200, "its own people see it"
    assert asker.get(f"/business/consents/{consent}").status == 200
