"""Who may call what: every route and method of both faces, called by every kind of caller, against one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.identity import api_keys, people_sessions
from tests.people.browser import Browser
from tests.people.conftest import CLAIMS_A_ROLE, ORGANISATION, OTHER
from tests.services.rows import OFFICE
from tests.web.gateway import ask

CALLERS = (
    *("nobody", "citizen", "other citizen", "for X", "for Y", "provider", "officer", "supervisor"),
    *("key", "other key", "revoked key", "claims a role"),
)
"""Citizens are two people; `for X` and `for Y` act for one organisation each; `key` may submit, `other key` may compare; `claims a
role` is a citizen whose issuer says that they are an officer."""

TABLE = """
route                                     method | nobody citizen other for-X for-Y provider officer supervisor key other-key revoked role
/login                                    GET    | yes    yes     yes   yes   yes   yes      yes     yes        yes yes       yes     yes
/login/{issuer}                           GET    | issuer issuer  issuer issuer issuer issuer issuer issuer     issuer issuer issuer  issuer
/login/callback                           GET    | 401    401     401   401   401   401      401     401        401 401       401     401
/logout                                   POST   | login  out     out   out   out   out      out     out        login login   login   out
/me                                       GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/archived                              GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/acting                                GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/acting                                POST   | login  /me     /me   /me   /me   no       no      no         login login   login   /me
/me/delegations                           GET    | login  no      no    yes   yes   no       no      no         login login   login   no
/me/delegations                           POST   | login  no      no    422   422   no       no      no         login login   login   no
/me/delegations/{delegation}              POST   | login  no      no    404   404   no       no      no         login login   login   no
/me/lists                                 GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/lists                                 POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/lists/{case}                          POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/queries                               GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/queries.json                          GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/queries/complaints                    GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/queries/complaints                    POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/reports                               GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/reports                               POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/reports/{number}                      GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/reports/{number}                      POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/repairs                               GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/repairs/new                           GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/repairs/new                           POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/repairs/objection                     GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/repairs/objection                     POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/repairs/{number}                      GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/repairs/{number}                      POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/objections                            GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/objections                            POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/objections/{number}                   GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/objections/{number}                   POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/objections/{number}/letter            GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/objections/{number}/files             POST   | login  404     404   404   404   no       no      no         login login   login   404
/me/contacts                              GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/contacts                              POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/notices                               GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/unsubscribe/{token}                      GET    | 404    404     404   404   404   404      404     404        404 404       404     404
/unsubscribe/{token}                      POST   | 404    404     404   404   404   404      404     404        404 404       404     404
/receipts/email                           POST   | no     no      no    no    no    no       no      no         no  no        no      no
/receipts/sms                             POST   | no     no      no    no    no    no       no      no         no  no        no      no
/local/next-day                           POST   | 404    404     404   404   404   404      404     404        404 404       404     404
/me/consents                              GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/consents                              POST   | login  422     422   422   422   no       no      no         login login   login   422
/me/consents/{number}                     GET    | login  404     404   404   404   no       no      no         login login   login   404
/me/consents/{number}                     POST   | login  404     404   404   404   no       no      no         login login   login   404
/authorise/{token}                        GET    | 404    404     404   404   404   404      404     404        404 404       404     404
/business                                 GET    | login  no      no    yes   yes   no       no      no         login login   login   no
/business                                 POST   | login  no      no    422   422   no       no      no         login login   login   no
/business/consents                        GET    | login  no      no    yes   yes   no       no      no         login login   login   no
/business/consents/{number}               GET    | login  no      no    404   404   no       no      no         login login   login   no
/business/consents/{number}               POST   | login  no      no    404   404   no       no      no         login login   login   no
/business/reports/{number}                GET    | login  no      no    404   404   no       no      no         login login   login   no
/business/reports/{number}                POST   | login  no      no    404   404   no       no      no         login login   login   no
/local/outbox                             GET    | 404    404     404   404   404   404      404     404        404 404       404     404
/api/v1/consents                          POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/consents/{number}                 GET    | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/reports                           POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/reports/{number}                  GET    | 401    401     401   401   401   401      401     401        no  no        401     401
/desk                                     GET    | login  no      no    no    no    yes      yes     yes        login login   login   no
/desk/cases/{number}                      POST   | login  no      no    no    no    422      422     422        login login   login   no
/desk/counter                             GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/counter                             POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/counter/{counter}                   GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/archive           GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/reports           GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/reports           POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/reports/{number}  POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/contacts          GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/contacts          POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/consents          GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/consents          POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/consents/{number} GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/consents/{number} POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/end               POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/repairs           GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/repairs           POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/records                             GET    | login  no      no    no    no    yes      no       no         login login   login   no
/desk/records                             POST   | login  no      no    no    no    422      no       no         login login   login   no
/desk/records/{subject}/{record}          GET    | login  no      no    no    no    404      no       no         login login   login   no
/desk/records/{subject}/{record}          POST   | login  no      no    no    no    404      no       no         login login   login   no
/desk/repairs                             GET    | login  no      no    no    no    yes      yes     no         login login   login   no
/desk/repairs/{number}                    GET    | login  no      no    no    no    404      404     no         login login   login   no
/desk/repairs/{number}                    POST   | login  no      no    no    no    404      404     no         login login   login   no
/desk/repairs/{number}/proofs/{place}     POST   | login  no      no    no    no    404      404     no         login login   login   no
/desk/mandates                            GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/mandates                            POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/mandates/{mandate}                  POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/mandates/{mandate}/scan             POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/written-consents                    GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/written-consents                    POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/written-consents/{number}           POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/written-consents/{number}/scan      POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/notices                             GET    | login  no      no    no    no    yes      yes     yes        login login   login   no
/desk/notices                             POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/notices/preview                     GET    | login  no      no    no    no    yes      yes     yes        login login   login   no
/desk/notices/letters                     GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/counter/{counter}/objections        GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/counter/{counter}/objections        POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/objections                          GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/objections/{number}                 GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/objections/{number}                 POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/objections/{number}/letter          GET    | login  no      no    no    no    no       404     no         login login   login   no
/desk/objections/{number}/files           POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/objections/{number}/redacted        POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/appeals                             GET    | login  no      no    no    no    no       no      yes        login login   login   no
/desk/appeals/{number}                    GET    | login  no      no    no    no    no       no      404        login login   login   no
/desk/appeals/{number}                    POST   | login  no      no    no    no    no       no      404        login login   login   no
/desk/appeals/{number}/files              POST   | login  no      no    no    no    no       no      404        login login   login   no
/desk/complaints                          GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/complaints                          POST   | login  no      no    no    no    no       422     no         login login   login   no
/me/green-channel                         GET    | login  yes     yes   yes   yes   no       no      no         login login   login   yes
/me/green-channel                         POST   | login  422     422   422   report no       no      no         login login   login   422
/desk/typical-cases                       GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/typical-cases                       POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/typical-cases/{number}              POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/case-reports                        GET    | login  no      no    no    no    no       yes     yes        login login   login   no
/desk/merges                              GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/merges                              POST   | login  no      no    no    no    no       422     no         login login   login   no
/desk/merges/{number}                     POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/case-reports/{period}               GET    | login  no      no    no    no    no       404     404        login login   login   no
/desk/case-reports/{period}               POST   | login  no      no    no    no    no       404     404        login login   login   no
/desk/promises                            GET    | login  no      no    no    no    yes      no       no         login login   login   no
/desk/promises                            POST   | login  no      no    no    no    422      no       no         login login   login   no
/desk/promises/{number}                   POST   | login  no      no    no    no    404      no       no         login login   login   no
/desk/tips                                GET    | login  no      no    no    no    yes      no       no         login login   login   no
/desk/tips/{number}                       GET    | login  no      no    no    no    404      no       no         login login   login   no
/desk/tips/{number}                       POST   | login  no      no    no    no    404      no       no         login login   login   no
/tips                                     GET    | yes    yes     yes   yes   yes   yes      yes     yes        yes yes       yes     yes
/tips                                     POST   | 422    422     422   422   422   422      422     422        422 422       422     422
/tips/answer                              GET    | yes    yes     yes   yes   yes   yes      yes     yes        yes yes       yes     yes
/tips/answer                              POST   | 404    404     404   404   404   404      404     404        404 404       404     404
/desk/verifications                       GET    | login  no      no    no    no    yes      no      no         login login   login   no
/desk/verifications/{number}              GET    | login  no      no    no    no    404      no      no         login login   login   no
/desk/verifications/{number}              POST   | login  no      no    no    no    404      no      no         login login   login   no
/desk/verifications/{number}/files        POST   | login  no      no    no    no    404      no      no         login login   login   no
/api/v1/verifications                     GET    | 401    401     401   401   401   401      401     401        yes  no        401     401
/api/v1/verifications/{number}            POST   | 401    401     401   401   401   401      401     401        415  no        401     401
/api/v1/doubts                            POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/desk/special-needs                       GET    | login  no      no    no    no    yes      yes     no         login login   login   no
/desk/special-needs                       POST   | login  no      no    no    no    422      422     no         login login   login   no
/desk/special-needs/{need}                POST   | login  no      no    no    no    no       404     no         login login   login   no
/desk/lists                               GET    | login  no      no    no    no    yes      yes     no         login login   login   no
/desk/lists                               POST   | login  no      no    no    no    422      422     no         login login   login   no
/desk/lists/exits                         POST   | login  no      no    no    no    422      422     no         login login   login   no
/desk/lists/cases/{case}                  POST   | login  no      no    no    no    404      404     no         login login   login   no
/desk/lists/cases/{case}/proof            POST   | login  no      no    no    no    404      404     no         login login   login   no
/desk/measures                            GET    | login  no      no    no    no    no       yes     no         login login   login   no
/desk/measures/{case}                     POST   | login  no      no    no    no    no       422     no         login login   login   no
/api/v1/measures                          GET    | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/measures/{number}/feedback        POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/desk/submissions                         GET    | login  no      no    no    no    yes      no      no         login login   login   no
/desk/submissions                         POST   | login  no      no    no    no    422      no      no         login login   login   no
/desk/submissions/template                GET    | login  no      no    no    no    422      no      no         login login   login   no
/desk/submissions/send                    POST   | login  no      no    no    no    422      no      no         login login   login   no
/desk/submissions/again                   POST   | login  no      no    no    no    422      no      no         login login   login   no
/desk/declared                            GET    | login  no      no    no    no    yes      no      no         login login   login   no
/desk/declared                            POST   | login  no      no    no    no    422      no      no         login login   login   no
/desk/bulletin                            GET    | login  no      no    no    no    no       yes     yes        login login   login   no
/desk/batches                             GET    | login  no      no    no    no    yes      yes     no         login login   login   no
/desk/batches/{batch}                     GET    | login  no      no    no    no    404      404     no         login login   login   no
/desk/batches/{batch}/refused             GET    | login  no      no    no    no    404      404     no         login login   login   no
/desk/jobs                                GET    | login  no      no    no    no    no       yes     yes        login login   login   no
/desk/jobs/failed                         GET    | login  no      no    no    no    no       yes     yes        login login   login   no
/desk/jobs/failed                         POST   | login  no      no    no    no    no       422     422        login login   login   no
/desk/batches/{batch}/recall              POST   | login  no      no    no    no    404      404     no         login login   login   no
/api/v1/records                           POST   | 401    401     401   401   401   401      401     401        415 no        401     401
/api/v1/shared/subjects                   POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/shared/subjects/{code}            GET    | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/reviews                           POST   | 401    401     401   401   401   401      401     401        no  no        401     401
/api/v1/compare                           POST   | 401    401     401   401   401   401      401     401        no  422       401     401
/members/files/{token}                    GET    | 404    404     404   404   404   404      404     404        404 404       404     404
/members/healthz                          GET    | yes    yes     yes   yes   yes   yes      yes     yes        yes yes       yes     yes
"""
"""What each caller gets: `yes` a page, `no` a refusal (403), `login` the way to sign in, `issuer` the way to the issuer, `out` the end
of the session, a path the way there, a number that status. Everything that is not in the table is open to all, and reads only."""

STAND_IN = {
    "{batch}": "b_0123456789abcdef0123",
    "{counter}": "c_0123456789abcdef0123",
    "{mandate}": "d_0123456789abcdef0123",
    "{need}": "n_0123456789abcdef0123",
    "{number}": "Q-20261121-00000000",
    "{period}": "2020-01",
    "{place}": "0",
    "{subject}": "s_0123456789abcdef01234567",
    "{record}": "r_nothing",
    "{token}": "made-up",
    "{code}": "91990000YW00100185",
    "{issuer}": "citizens",
    "{delegation}": "d_0123456789abcdef0123",
}


def table() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The table by route and method."""
    rows = [row.split("|") for row in TABLE.strip().splitlines()[1:]]
    return {(left.split()[0], left.split()[1]): tuple(right.split()) for left, right in rows}


Call = Callable[[str, str], str]


def outcome(status: int, location: str) -> str:
    if status == 303:
        path = location.partition("?")[0]
        if path.startswith("http"):
            return "issuer"
        if path.startswith("/me/reports/"):
            return "report"
        return {"/login": "out" if "out=" in location else "login"}.get(path, path)
    return {200: "yes", 403: "no"}.get(status, str(status))


@pytest.fixture
def callers(members: Chalice, register: None) -> dict[str, Call]:
    """Each kind of caller as a function that calls a route by a method and says what came of it."""

    def person(sub: str, kind: str = "citizens", code: str = "") -> Call:
        browser = Browser(members)
        if sub:
            browser.sign_in(sub, kind)
        if code:
            browser.act_for(code)
        start = "/me/acting" if kind == "citizens" else "/desk/special-needs"  # pages with a form
        if browser.get(start).status != 200:
            browser.get("/desk")
        page = browser.page
        if kind == "staff":  # not every desk has a form on the page that it begins with
            session = people_sessions.find(browser.cookies["__Host-mingxin"])
            assert session
            page += f'name="token" value="{people_sessions.form_token(session)}"'

        def call(route: str, method: str) -> str:
            browser.page = page
            answer = browser.post(route) if method == "POST" else browser.get(route)
            return outcome(answer.status, answer.headers.get("Location", ""))

        return call

    def program(secret: str) -> Call:
        def call(route: str, method: str) -> str:
            body = b"" if method == "POST" else None
            answer = ask(members, route, method, {"Authorization": f"Bearer {secret}"}, body)
            return outcome(answer.status, answer.headers.get("Location", ""))

        return call

    revoked, secret = api_keys.create("示例已撤销", [f"submit:{OFFICE}"])
    api_keys.revoke(revoked.id)
    return {
        "nobody": person(""),
        "citizen": person("qian-yanjia"),
        "other citizen": person("qian-yanyi"),
        "for X": person("li-yaner", code=ORGANISATION),
        "for Y": person("zhang-yansan", code=OTHER),
        "provider": person("provider-yi", "staff"),
        "officer": person("officer-yi", "staff"),
        "supervisor": person("supervisor", "staff"),
        "key": program(api_keys.create("示例系统", [f"submit:{OFFICE}"])[1]),
        "other key": program(api_keys.create("示例比对", ["compare"])[1]),
        "revoked key": program(secret),
        "claims a role": person(CLAIMS_A_ROLE),
    }


def test_every_route_and_method_of_the_members_face_stands_in_the_table(members: Chalice) -> None:
    served = {(route, method) for route, methods in members.routes.items() for method in methods if method != "HEAD"}
    assert served == set(table())
    assert {len(row) for row in table().values()} == {len(CALLERS)}


def test_the_public_face_is_open_to_all_and_only_read_but_for_the_file_to_verify() -> None:
    routes = create_app("public").routes
    assert {route for route, methods in routes.items() if set(methods) != {"GET", "HEAD"}} == {"/verify"}
    assert not set(routes) & {route for route, _ in table()}


def test_every_caller_gets_what_the_table_says_and_nothing_else(callers: dict[str, Call]) -> None:
    assert tuple(callers) == CALLERS
    changing = ["/me/acting", "/logout"]  # after these a caller is another
    rows = sorted(table().items(), key=lambda row: changing.index(row[0][0]) if row[0][1] == "POST" and row[0][0] in changing else -1)
    for (route, method), expected in rows:
        address = route
        for parameter, value in STAND_IN.items():
            address = address.replace(parameter, value)
        found = tuple(call(address, method) for call in callers.values())
        assert dict(zip(CALLERS, found, strict=True)) == dict(zip(CALLERS, expected, strict=True)), f"{method} {route}"
