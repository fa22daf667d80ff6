"""Which key may do what: every route for programs, called with real content by a key of each scope, against one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from chalice import Chalice

from chalicelib import channels
from chalicelib.records.identifiers import Identifier
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.services.consent import answering_consent
from chalicelib.services.identity import api_keys, on_behalf
from chalicelib.storage import files, queues
from local.demo import a_person_number
from tests.people.conftest import NAME, ORGANISATION, OTHER
from tests.services.consenting import NOW, Sent, reachable
from tests.services.rows import OFFICE, a_penalty
from tests.web.gateway import Answer, ask

KEYS = ("own", "foreign", "shared", "review", "compare", "persons", "consent", "stranger", "revoked", "none")
"""`own` may submit for the provider of the rows, `foreign` for another; `shared`, `review`, `compare` have that scope, `persons` may
compare people; `consent` may ask for consent in the name of an organisation, `stranger` in that of the company asked about;
`revoked` had every scope."""

TABLE = """
what is asked                 | own foreign shared review compare persons consent stranger revoked none
POST records                  | 200 403     403    403    403     403     403     403      401     401
GET  shared/subjects/company  | 403 403     200    403    403     403     403     403      401     401
POST shared/subjects company  | 403 403     200    403    403     403     403     403      401     401
POST shared/subjects person   | 403 403     200    403    403     403     403     403      401     401
POST reviews                  | 403 403     403    200    403     403     403     403      401     401
POST compare company          | 403 403     403    403    200     403     403     403      401     401
POST compare person           | 403 403     403    403    403     200     403     403      401     401
POST consents                 | 403 403     403    403    403     403     200     422      401     401
GET  consents                 | 403 403     403    403    403     403     200     404      401     401
POST reports                  | 403 403     403    403    403     403     200     404      401     401
GET  reports                  | 403 403     403    403    403     403     200     404      401     401
"""

PERSON = {"name": "钱演甲", "id_number": a_person_number(200)}
COMPANY = {"code": ORGANISATION, "name": NAME}
ABOUT = {"code": ORGANISATION}
TERMS = {"subject": ABOUT, "purpose": "签订供货合同", "items": ["penalty"], "last_day": "2026-12-31", "uses": 3}
Call = Callable[..., Answer]


def table() -> Mapping[str, tuple[int, ...]]:
    """The statuses by what is asked."""
    rows = [row.split("|") for row in TABLE.strip().splitlines()[1:]]
    return {" ".join(left.split()): tuple(map(int, right.split())) for left, right in rows}


@pytest.fixture
def secrets() -> dict[str, str]:
    """A key of each kind."""
    every = ["shared:read", "review", "compare", "compare:persons", "consent", f"submit:{OFFICE}"]
    revoked, of_revoked = api_keys.create("示例已撤销", every, holder=OTHER)
    api_keys.revoke(revoked.id)
    scopes: dict[str, tuple[list[str], str | None]] = {
        "own": ([f"submit:{OFFICE}"], None),
        "foreign": ([f"submit:{OTHER}"], None),
        "shared": (["shared:read"], None),
        "review": (["review"], None),
        "compare": (["compare"], None),
        "persons": (["compare:persons"], None),
        "consent": (["consent"], OTHER),
        "stranger": (["consent"], ORGANISATION),
    }
    made = {name: api_keys.create(f"示例{name}", held, holder=holder)[1] for name, (held, holder) in scopes.items()}
    return {**made, "revoked": of_revoked, "none": ""}


@pytest.fixture
def call(members: Chalice) -> Call:
    """Calls a route for programs with a key."""

    def call(secret: str, path: str, body: Any = None, **more: str) -> Answer:
        headers = {
            "X-Purpose": quote("行政审批"),
            "X-Matter": quote("演示事项1号"),
            **{name.replace("_", "-"): one for name, one in more.items()},
        }
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        if body is None:
            return ask(members, f"/api/v1/{path}", "GET", headers)
        sent = json.dumps(body, ensure_ascii=False).encode()
        return ask(members, f"/api/v1/{path}", "POST", {**headers, "Content-Type": "application/json"}, sent)

    return call


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sent:
    """What was sent; nothing is queued, files lie in a folder of the test's own."""
    found = Sent()
    monkeypatch.setattr(channels, "channel", lambda kind: found)
    monkeypatch.setattr(queues, "send", lambda queue, body: None)
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    files.files.cache_clear()
    return found


def agreed(number: str, sent: Sent) -> None:
    """The company's representative agrees to a request."""
    reachable(Identifier("uscc", ORGANISATION), "+8613900000000")
    representative = Person(
        "p_1",
        "citizens",
        "李演二",
        Identifier("resident_id", a_person_number(1)),
        mandates=(Mandate(ORGANISATION, NAME, ("read", "consent")),),
    )
    session = Session("sid", representative, NOW, NOW, acting_for=ORGANISATION)
    acting = on_behalf.signed_in(session, "consent")
    answering_consent.send_code(acting, number)
    answering_consent.agree(acting, number, items=["penalty"], uses=3, last_day=date(2026, 12, 31), code=sent.code)


@pytest.mark.clause("NT-20", "NT-22", "HY-23b")
def test_a_key_does_what_its_scope_says_and_nothing_else(call: Call, secrets: dict[str, str], register: None, sent: Sent) -> None:
    number = call(secrets["consent"], "consents", TERMS).json["id"]
    agreed(number, sent)
    using = {"consent": number, "subject": ABOUT, "purpose": TERMS["purpose"]}
    report = call(secrets["consent"], "reports", using).json["id"]
    row = a_penalty(**{"行政相对人名称": NAME, "行政相对人代码_1(统一社会信用代码)": ORGANISATION})
    asked: dict[str, tuple[str, Any]] = {
        "POST records": ("records", {"kind": "penalties", "provider": OFFICE, "rows": [row]}),
        "GET shared/subjects/company": (f"shared/subjects/{ORGANISATION}", None),
        "POST shared/subjects company": ("shared/subjects", {"code": ORGANISATION}),
        "POST shared/subjects person": ("shared/subjects", PERSON),
        "POST reviews": ("reviews", {"subjects": [{"code": ORGANISATION}]}),
        "POST compare company": ("compare", COMPANY),
        "POST compare person": ("compare", PERSON),
        "POST consents": ("consents", TERMS),
        "GET consents": (f"consents/{number}", None),
        "POST reports": ("reports", using),
        "GET reports": (f"reports/{report}", None),
    }
    assert list(asked) == list(table())
    assert tuple(secrets) == KEYS
    for what, expected in table().items():
        found = tuple(call(secret, *asked[what]).status for secret in secrets.values())
        assert dict(zip(KEYS, found, strict=True)) == dict(zip(KEYS, expected, strict=True)), what
        path = asked[what][0]
        if found[-3] == 404:  # another's object answers exactly as one that is not there
            missing = path.replace(number, "Q-20261121-00000000").replace(report, "NT-20261121-00000000")
            body = asked[what][1]
            body = {**body, "consent": "Q-20261121-00000000"} if body else None
            stranger = secrets["stranger"]
            theirs, nobodys = call(stranger, path, asked[what][1]), call(stranger, missing, body)
            assert (theirs.status, theirs.body) == (nobodys.status, nobodys.body), what


@pytest.mark.clause("SJZ-6", "NT-26")
def test_a_program_asks_for_consent_and_uses_it_once_however_often_it_sends(
    call: Call, secrets: dict[str, str], register: None, sent: Sent
) -> None:
    secret = secrets["consent"]
    first, again = (call(secret, "consents", TERMS, Idempotency_Key="1").json for _ in range(2))
    assert first == again
    assert {name: first[name] for name in ("state", "items", "uses", "used", "reports")} == {
        "state": "open", "items": ["penalty"], "uses": 3, "used": 0, "reports": []
    }  # fmt: skip
    using = {"consent": first["id"], "subject": ABOUT, "purpose": TERMS["purpose"]}
    assert call(secret, "reports", using, Idempotency_Key="2").status == 422, "nobody has agreed yet"
    agreed(first["id"], sent)
    reports = [call(secret, "reports", using, Idempotency_Key="2") for _ in range(2)]
    assert {answer.json["id"] for answer in reports} == {reports[0].json["id"]}, (
        "a failed request may be sent again, an answered one is not done twice"
    )
    said = reports[0].json
    assert (said["state"], said["file"]) == ("asked", None)
    assert "示罚〔2026〕1号" in json.dumps(said["content"], ensure_ascii=False)
    state = call(secret, f"consents/{first['id']}").json
    assert (state["state"], state["used"], state["reports"]) == ("in_force", 1, [said["id"]])
    other = {**using, "purpose": "示例其他用途"}
    assert call(secret, "reports", other, Idempotency_Key="2").status == 422, "another request may not come under the same key"
    assert call(secret, "reports", other).status == 422, "what was not agreed to is not given"
    assert call(secret, f"consents/{first['id']}").json["used"] == 1
