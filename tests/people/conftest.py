"""Two real issuers on this machine, the members face, and the people of the local file with a few records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.identity import identity_provider
from local import issuer
from local.children import free_port, start, stop, wait_for
from local.demo import a_code, a_person_number
from tests.people.browser import SITE, Browser
from tests.services.conftest import Send
from tests.services.conftest import archive as archive
from tests.services.conftest import send as send
from tests.services.rows import a_penalty, a_person, a_subject

ROOT = Path(__file__).resolve().parent.parent.parent
ORGANISATION, OTHER = a_code("91", 1001), a_code("91", 1002)
NAME, OTHER_NAME = "演示云杉建材有限公司", "演示青禾物流有限公司"

CLAIMS_A_ROLE = "claims-a-role"
_CLAIMS_A_ROLE = f"""
[[citizens]]
sub = "{CLAIMS_A_ROLE}"
name = "冯演冒"
about = "示例公民，公民登录平台却说是经办人"
id_number = "{a_person_number(302)}"
roles = ["officer", "supervisor"]
"""


@pytest.fixture(scope="session")
def issuers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings that lead to the issuers of citizens and of staff."""
    logs, ports = tmp_path_factory.mktemp("issuers"), {kind: free_port() for kind in issuer.KINDS}
    people = logs / "people.toml"
    people.write_text(issuer.PEOPLE.read_text("utf-8") + _CLAIMS_A_ROLE, "utf-8")
    started = []
    try:
        for kind, port in ports.items():
            command = [sys.executable, "-m", "local.issuer", kind, str(port), str(people)]
            started.append(start(kind, command, port=port, log=logs / kind, folder=ROOT))
        for child in started:
            wait_for(child)
        yield issuer.environment(ports, people)
    finally:
        stop(started)


@pytest.fixture
def members(archive: None, issuers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Chalice:
    """The members face on an empty archive."""
    for name, value in {**issuers, "MINGXIN_SITE": SITE}.items():
        monkeypatch.setenv(name, value)
    identity_provider._kept.clear()
    return create_app("members")


@pytest.fixture
def browser(members: Chalice) -> Browser:
    return Browser(members)


@pytest.fixture
def register(send: Send) -> None:
    """Two organisations, one record of the first and one of a citizen."""
    for code, name, representative, number in ((ORGANISATION, NAME, "李演二", 1), (OTHER, OTHER_NAME, "张演三", 2)):
        row = {"主体名称": name, "统一社会信用代码": code, "法定代表人": representative, "法定代表人证件号码": a_person_number(number)}
        assert send("subjects", a_subject(**row)).accepted == 1
    of_organisation = {"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": ORGANISATION}
    of_person = a_person(行政相对人名称="钱演甲", 证件号码=a_person_number(200))
    assert send("penalties", a_penalty(**of_organisation, 行政处罚决定书文号="示罚〔2026〕1号")).accepted == 1
    assert send("penalties", a_penalty(**{**of_person, "行政处罚决定书文号": "示罚〔2026〕2号"})).accepted == 1
