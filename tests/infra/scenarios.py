"""What each deployed function is put through: all that it does in production, so that the calls it makes are all that it needs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from app import create_app
from chalicelib import clock
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts
from chalicelib.records.people import Person, Session
from chalicelib.records.subjects import Office
from chalicelib.services.consent import asking_consent
from chalicelib.services.querying.asked import Asked
from chalicelib.services.remedies import objection_desk, objections
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.services.telling import notices
from chalicelib.storage import archive, contacts
from local import demo
from tests.infra.functions import Called, Function, Served, asked, scheduled
from tests.people.browser import Browser
from tests.people.conftest import ORGANISATION
from tests.people.desk import PNG, send_file
from tests.services.rows import (
    CODE,
    PARTY,
    a_black_entry,
    a_code,
    a_commitment,
    a_licence,
    a_penalty,
    a_person,
    a_red_entry,
    a_subject,
    a_watch_entry,
)

PUBLIC, MEMBERS = create_app("public").routes, create_app("members").routes
RECORDS = "/api/v1/records"
MORE_THAN_A_TRANSACTION = 121


def read(function: Function, path: str, query: str = "", **headers: str) -> Called:
    """A visitor's request to the public face."""
    return function.call(asked(PUBLIC, path, query, headers=headers))


def send(function: Function, key: str, kind: str, *rows: dict[str, str], **headers: str) -> Called:
    """A department's rows as JSON, with its key."""
    body = json.dumps({"kind": kind, "rows": rows}, ensure_ascii=False).encode()
    given = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept": "application/json", **headers}
    return function.call(asked(MEMBERS, RECORDS, method="POST", headers=given, body=body))


def csv_of(rows: Iterable[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """Rows as a department's CSV file."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode(encoding)


def send_csv(function: Function, key: str, kind: str, rows: Iterable[dict[str, str]]) -> Called:
    """A department's CSV file, with its key."""
    given = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv", "Accept": "*/*"}
    return function.call(asked(MEMBERS, RECORDS, f"kind={kind}", "POST", given, csv_of(rows)))


def visit(function: Function) -> None:
    """Everything that a visitor can open."""
    code = a_code()
    for path, query in (
        ("/", ""),
        ("/search", "q=示例甲食品有限公司"),
        (f"/subjects/{code}", ""),
        ("/publicity", ""),
        ("/publicity/penalties", "from=2026-11-01"),
        ("/publicity/penalties.atom", ""),
        ("/measures", ""),
        ("/trail", ""),
        ("/about", ""),
        ("/healthz", ""),
        ("/api/v1/subjects", f"q={code}"),
        (f"/api/v1/subjects/{code}", ""),
        ("/api/v1/publicity/licences", ""),
    ):
        called = read(function, path, query)
        assert called.status == 200, (path, called.body)


def submit(function: Function, key: str) -> None:
    """Everything that a department can send: new rows, changed ones, the same again, wrong ones, long files."""
    assert send(function, key, "subjects", a_subject()).json["accepted"] == 1
    assert send(function, key, "penalties", a_penalty()).json["accepted"] == 1
    first = send(function, key, "licences", a_licence(), **{"Idempotency-Key": "once"})
    assert send(function, key, "licences", a_licence(), **{"Idempotency-Key": "once"}).json == first.json
    assert send(function, key, "redlist", a_red_entry()).json["accepted"] == 1
    assert send(function, key, "commitments", a_commitment()).json["accepted"] == 1
    assert send(function, key, "subjects", a_subject(主体名称="示例乙食品有限公司", 变更日期="2026/11/01")).json["accepted"] == 1
    assert send(function, key, "licences", a_licence(当前状态="2")).json["accepted"] == 1
    assert send(function, key, "penalties", a_penalty(**{"行政相对人代码_1(统一社会信用代码)": "wrong"})).json["refused"]
    assert send(function, key, "nothing", a_penalty(), **{"Idempotency-Key": "given-up"}).status == 422


def ask(function: Function, key: str) -> None:
    """Everything that a government body's system can ask: of somebody who is here, and of nobody."""
    given = {"Authorization": f"Bearer {key}", "X-Purpose": "annual", "X-Matter": "check", "Content-Type": "application/json"}
    for path, body, status in (
        (f"/api/v1/shared/subjects/{a_code()}", None, 200),
        ("/api/v1/shared/subjects", {"code": a_code(7)}, 404),
        ("/api/v1/reviews", {"subjects": [{"code": a_code()}, {"code": a_code(7)}]}, 200),
        ("/api/v1/compare", {"code": a_code(), "name": "示例"}, 200),
    ):
        sent = json.dumps(body, ensure_ascii=False).encode() if body else b""
        called = function.call(asked(MEMBERS, path, method="POST" if body else "GET", headers=given, body=sent))
        assert called.status == status, called.body


def subject_of(code: str) -> str:
    """The id of the organisation with a code."""
    number = Identifier("uscc", code)
    return archive.subjects_of([number])[number]


REPORTS = """
from chalicelib.services.reporting import reports

def asks(event, context):
    return reports.ask_for(event["subject"], asked_by="p_1", purpose="示例用途").number

def links(event, context):
    return reports.fetch_link(event["subject"], event["number"])
"""
"""What pages of the members face do with reports, as functions of their own."""


def purge_one(code: str) -> None:
    """A record of an organisation is found forbidden and purged; what follows from that is left to the job."""
    at = datetime.fromisoformat("2026-11-21T01:00:00+00:00")
    officer = Session("k", Person("p_officer", "staff", "演示", roles=("officer",)), at, at)
    found = archive.collection(subject_of(code))
    record = next(one for one in found[1] if one.catalogue == "penalty") if found else None
    assert record
    stated = Stated((record.id,), ("forbidden",), "不该归集（演示）。")
    case = objections.receive(record.subject_id, stated, By("p_1", "subject"))
    results = {record.id: "purge"}
    case = objection_desk.decide(officer, case.id, case.version, results=results, reasons=["forbidden"], text="")
    objection_desk.correct(officer, case.id, case.version, {})


def use_pages(function: Function) -> None:
    """Everything that people who are signed in can do: read, act for an organisation, let another act, end that, sign out."""
    browser = Browser(Served(function, MEMBERS))
    assert browser.get("/me").status == 303
    assert browser.sign_in("li-yaner", onward="/me/archived").status == 200
    assert browser.act_for(ORGANISATION).status == 200
    form = {"name": "周演代", "id_type": "居民身份证", "id_number": demo.a_person_number(4), "rights": ["read"], "last_day": "2027-06-30"}
    assert browser.get("/me/delegations").status == 200
    assert browser.post("/me/delegations", form).status == 303
    browser.get("/me/delegations")
    found = re.search(r"/me/delegations/d_\w+", browser.page)
    assert found
    assert browser.post(found[0]).status == 303
    for kind, value in (("phone", "13800000000"), ("email", "li@mingxin.example")):
        browser.get("/me/contacts")
        browser.post("/me/contacts", {"do": "code", "kind": kind, "value": value})
    browser.get("/business")
    asking = {"purpose": "签订供货合同", "items": ["penalty"], "uses": "1", "last_day": "2026-12-31", "code": a_code()}
    assert browser.post("/business", asking).status == 303
    browser.get("/me")
    assert browser.get("/me/notices").status == 200
    assert browser.post("/logout").status == 303


def use_desk(function: Function) -> None:
    """What an officer does with papers: a mandate and a written consent, each with its scan."""
    officer = Browser(Served(function, MEMBERS))
    assert officer.sign_in("officer-yi", "staff").status == 200
    assert officer.get("/desk/notices").status == 200
    assert officer.post("/desk/notices", {"do": "done", "which": "m_nobody"}).status == 422
    for path, form in (("/desk/mandates", MANDATE), ("/desk/written-consents", SHEET)):
        officer.get(path)
        assert send_file(officer, path, form, "scan", PNG).status == 303
        officer.get(path)
        found = re.search(rf"{path}/\w[\w-]*/scan", officer.page)
        assert found, officer.page
        link = officer.post(found[0]).headers["Location"]
        assert function.call(asked(MEMBERS, link, headers={"Accept": "*/*"})).status == 200


def merge_two(function: Function, key: str) -> None:
    """Two archives that two officers merge and part again; the one has a record that the other gets."""
    old, new = a_code(8), a_code(9)
    send(function, key, "subjects", *(a_subject(主体名称=f"示例{code}", 统一社会信用代码=code) for code in (old, new)))
    send(function, key, "penalties", a_penalty(**{CODE: old, PARTY: f"示例{old}"}))
    one, other = (Browser(Served(function, MEMBERS)) for _ in range(2))
    one.sign_in("officer-yi", "staff")
    other.sign_in("officer-er", "staff")
    for what in ("merge", "separate"):
        one.get(f"/desk/merges?what={what}&code={old}&into={new}")
        form = {"what": what, "code": old, "into": new, "reason": "同一单位（演示）", "proof": "示市监证〔2026〕1号"}
        assert one.post("/desk/merges", form).status == 303
        found = re.search(r"HB-\d{8}-\w{8}", other.get("/desk/merges").body)
        assert found
        assert other.post(f"/desk/merges/{found[0]}", {"do": "confirm"}).status == 303


def clear_dead_letters(function: Function, queues: Any) -> None:
    """What an officer does with messages that no queue could get done: one is given back, one is left and then put away."""
    officer = Browser(Served(function, MEMBERS))
    officer.sign_in("officer-yi", "staff")
    bodies = {"notices": "consent:0", "reports": "0", "jobs": '{"job": "expire", "day": "2026-11-21", "place": ""}'}
    for queue, body in bodies.items():
        address = queues.get_queue_url(QueueName=f"mingxin-{queue}-failed")["QueueUrl"]
        ids = [queues.send_message(QueueUrl=address, MessageBody=body)["MessageId"] for _ in range(2)]
        for what, which in (("again", ids[0]), ("away", ids[1])):
            officer.get("/desk/jobs/failed")
            assert officer.post("/desk/jobs/failed", {"do": what, "queue": queue, "which": which}).status == 303


def object_to(function: Function, key: str) -> None:
    """An objection with evidence to a record of the organisation, decided by an officer."""
    record = a_penalty(**{CODE: ORGANISATION, PARTY: "演示云杉建材有限公司", "行政处罚决定书文号": "示例罚〔2026〕998号"})
    assert send(function, key, "penalties", record).json["accepted"] == 1
    browser = Browser(Served(function, MEMBERS))
    browser.sign_in("li-yaner")
    found = re.search(r"/me/objections\?record=(r_\w+)", browser.act_for(ORGANISATION).body)
    assert found
    browser.get(found[0])
    form = {"record": found[1], "choice": "wrong", "text": "金额有误（演示）。", "to": "provider"}
    here = send_file(browser, "/me/objections", form, "file-1", PNG).headers["Location"]
    browser.get(here)
    link = browser.post(f"{here}/files", {"file": "a1"}).headers["Location"]
    assert function.call(asked(MEMBERS, link, headers={"Accept": "*/*"})).status == 200
    officer, there = Browser(Served(function, MEMBERS)), here.replace("/me/", "/desk/")
    officer.sign_in("officer-yi", "staff")
    officer.get(there)
    covering = {"version": "2", "do": "redact", "of": "a1"}
    assert send_file(officer, f"{there}/redacted", covering, "file", PNG + PNG).status == 303
    assert officer.post(there, {"version": "3", "do": "decide", f"result-{found[1]}": "remove", "reason": "other subject"}).status == 303
    officer.get(there)
    assert officer.post(there, {"version": "4", "do": "correct"}).status == 303


def leave_a_list(function: Function, key: str) -> None:
    """What an organisation does to leave a list, and what whoever decides looks at."""
    entry = a_black_entry(主体名称="演示云杉建材有限公司", 统一社会信用代码=ORGANISATION)
    assert send(function, key, "blacklist", entry).json["accepted"] == 1
    browser, officer = Browser(Served(function, MEMBERS)), Browser(Served(function, MEMBERS))
    browser.sign_in("li-yaner")
    browser.act_for(ORGANISATION)
    browser.get("/me/lists")
    found = re.search(r'name="entry" value="(l_\w+)"', browser.page)
    assert found, browser.page
    assert send_file(browser, "/me/lists", {"entry": found[1], "reason": "义务已经履行（演示）"}, "proof", PNG).status == 303
    officer.sign_in("officer-yi", "staff")
    case = re.search(r"/me/lists/(TC-[\w-]+)", browser.get("/me/lists").body)
    assert case
    officer.get("/desk/lists")
    link = officer.post(f"/desk/lists/cases/{case[1]}/proof").headers["Location"]
    assert function.call(asked(MEMBERS, link, headers={"Accept": "*/*"})).status == 200
    stated = {"decision": "grant", "grounds": "duties done", "reason": "核对无误（演示）"}
    assert officer.post(f"/desk/lists/cases/{case[1]}", stated).status == 303
    officer.sign_in("officer-er", "staff")
    officer.get("/desk/lists")
    assert officer.post(f"/desk/lists/cases/{case[1]}", {"decision": "confirm"}).status == 303


def submit_to_follow(function: Function, key: str) -> None:
    """What is looked at once more: two list entries, and a severe act of somebody on a watch list."""
    assert send(function, key, "watchlist", a_watch_entry()).json["accepted"] == 1
    assert send(function, key, "blacklist", a_black_entry()).json["accepted"] == 1
    assert send(function, key, "penalties", a_penalty(备注="失信程度：严重", 公示截止期="2029/02/25")).json["accepted"] == 1


PERSON = {"name": "钱演甲", "id_number": demo.a_person_number(200), "last_day": "2026-12-31"}
MANDATE = {**PERSON, "code": ORGANISATION, "id_type": "身份证", "rights": ["read"]}
ASKER = {"asker_code": ORGANISATION, "asker_name": "演示云杉建材有限公司"}
TERMS = {"purpose": "签订供货合同", "items": ["penalty"], "uses": "1", "signed_on": "2026-11-20"}
SHEET = {**PERSON, **ASKER, **TERMS, "id_type": "resident_id"}


def submit_much(function: Function, key: str) -> None:
    """More about one subject than one transaction can show."""
    many = [a_penalty(行政处罚决定书文号=f"示例罚〔2026〕{number}号") for number in range(1, MORE_THAN_A_TRANSACTION)]
    assert send_csv(function, key, "penalties", many).json["accepted"] == len(many)


def submit_what_ends(function: Function, key: str) -> None:
    """Much that ends about one organisation, and a little about another: something first, something last."""
    first, much, last = ({CODE: a_code(number), PARTY: f"示例{number}号食品有限公司"} for number in (2, 3, 4))
    assert send(function, key, "penalties", a_penalty(公示截止期="2026/12/01", **first)).json["accepted"] == 1
    assert send(function, key, "licences", a_licence(有效期至="2028/01/31", **last)).json["accepted"] == 1
    assert send(function, key, "penalties", a_penalty(**a_person(行政处罚决定书文号="示例罚〔2026〕999号"))).json["accepted"] == 1
    many = [a_penalty(行政处罚决定书文号=f"示例罚〔2026〕{number}号", **much) for number in range(1, MORE_THAN_A_TRANSACTION)]
    assert send_csv(function, key, "penalties", many).json["accepted"] == len(many)


def to_be_told() -> None:
    """An organisation that can be reached in both ways, with something to hear of: the outcome of an objection, and a request."""
    number = Identifier("uscc", a_code())
    reached = Contacts(phone=Contact("+8613800000000", clock.today()), email=Contact("office@mingxin.example", clock.today()))
    contacts.keep(number, reached, "contact.verified", "p_1", clock.now())
    notices.announce("objection decided", f"s:{subject_of(a_code())}", about="YY-1", day=clock.today(), facts={"number": "YY-1"})
    terms = {"purpose": "签订供货合同", "items": ["penalty"], "uses": 1, "last_day": date(2026, 12, 31)}
    asking_consent.ask(Office(ORGANISATION, "演示云杉建材有限公司"), "p_2", Asked(number, None), **terms)  # type: ignore[arg-type]


def tick(function: Function, rule: str) -> Any:
    """One call by the clock."""
    return function.call(scheduled(rule)).answer
