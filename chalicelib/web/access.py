"""Who may call each route, and who it is that calls: with a key, or signed in.

A route that is not in this table must not exist: a test keeps it so.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Literal

from chalice.app import Request

from chalicelib import settings
from chalicelib.law import desk
from chalicelib.law.identifiers import check_uscc
from chalicelib.services.identity import api_keys, drafts, people_sessions
from chalicelib.services.identity.api_keys import ApiKey
from chalicelib.services.identity.people_sessions import Session
from chalicelib.web import cookies, forms, members, problems
from chalicelib.web.language import address
from chalicelib.web.paths import SESSION_COOKIE, with_place

Access = Literal[
    "anyone",
    "submit",
    "shared:read",
    "review",
    "compare",
    "consent",
    "measures",
    "signed in",
    "citizen",
    "staff",
    "desk",
    "link",
    "carrier",
]
"""`anyone`: nothing has to be proved. `signed in`: whoever is. `citizen`: somebody whom the citizens' issuer identified, for
themselves or by mandate. `staff`: somebody with a role from the staff issuer. `desk`: somebody whose role
may do this task of the desk (`law.desk.TASKS`, by the beginning of the path). `link`: the link itself,
which we signed and which ends soon. `carrier`: whoever carries our messages and signs what it tells of them. Else a key with a scope
of this name, or of this name and more: `submit:<USCC>`, `measures:<USCC>`, `compare:persons`."""

ACCESS: Mapping[str, Access] = {
    "/": "anyone",
    "/search": "anyone",
    "/subjects/{code}": "anyone",
    "/publicity": "anyone",
    "/publicity/{kind}": "anyone",
    "/catalogue": "anyone",
    "/catalogue.json": "anyone",
    "/catalogue/draft": "anyone",
    "/measures": "anyone",
    "/measures.json": "anyone",
    "/cases": "anyone",
    "/cases.json": "anyone",
    "/trail": "anyone",
    "/trail.json": "anyone",
    "/about": "anyone",
    "/help/objection": "anyone",
    "/limits": "anyone",
    "/privacy": "anyone",
    "/accessibility": "anyone",
    "/verify": "anyone",
    "/verify/certificate": "anyone",
    "/verify/{number}/{code}": "anyone",
    "/problems/{name}": "anyone",
    "/static/{name}": "anyone",
    "/healthz": "anyone",
    "/api": "anyone",
    "/api/v1/openapi.json": "anyone",
    "/api/v1/subjects": "anyone",
    "/api/v1/subjects/{code}": "anyone",
    "/api/v1/publicity/{kind}": "anyone",
    "/api/v1/verify/{number}/{code}": "anyone",
    "/members/healthz": "anyone",
    "/members/files/{token}": "link",
    "/api/v1/records": "submit",
    "/api/v1/shared/subjects": "shared:read",
    "/api/v1/shared/subjects/{code}": "shared:read",
    "/api/v1/reviews": "review",
    "/api/v1/compare": "compare",
    "/login": "anyone",
    "/login/{issuer}": "anyone",
    "/login/callback": "anyone",
    "/logout": "signed in",
    "/me": "citizen",
    "/me/archived": "citizen",
    "/me/acting": "citizen",
    "/me/queries": "citizen",
    "/me/queries.json": "citizen",
    "/me/queries/complaints": "citizen",
    "/me/reports": "citizen",
    "/me/reports/{number}": "citizen",
    "/me/green-channel": "citizen",
    "/me/repairs": "citizen",
    "/me/repairs/new": "citizen",
    "/me/repairs/objection": "citizen",
    "/me/repairs/{number}": "citizen",
    "/me/delegations": "citizen",
    "/me/delegations/{delegation}": "citizen",
    "/me/contacts": "citizen",
    "/me/consents": "citizen",
    "/me/consents/{number}": "citizen",
    "/me/notices": "citizen",
    "/unsubscribe/{token}": "link",
    "/receipts/email": "carrier",
    "/receipts/sms": "carrier",
    "/authorise/{token}": "link",
    "/tips": "anyone",
    "/tips/answer": "anyone",
    "/local/outbox": "anyone",
    "/local/next-day": "anyone",
    "/business": "citizen",
    "/business/consents": "citizen",
    "/business/consents/{number}": "citizen",
    "/business/reports/{number}": "citizen",
    "/desk": "staff",
    "/desk/cases/{number}": "staff",
    "/desk/counter": "desk",
    "/desk/counter/{counter}": "desk",
    "/desk/counter/{counter}/archive": "desk",
    "/desk/counter/{counter}/reports": "desk",
    "/desk/counter/{counter}/reports/{number}": "desk",
    "/desk/counter/{counter}/contacts": "desk",
    "/desk/counter/{counter}/consents": "desk",
    "/desk/counter/{counter}/consents/{number}": "desk",
    "/desk/counter/{counter}/end": "desk",
    "/desk/mandates": "desk",
    "/desk/mandates/{mandate}": "desk",
    "/desk/mandates/{mandate}/scan": "desk",
    "/desk/written-consents": "desk",
    "/desk/written-consents/{number}": "desk",
    "/desk/written-consents/{number}/scan": "desk",
    "/desk/notices": "desk",
    "/desk/notices/preview": "desk",
    "/desk/notices/letters": "desk",
    "/me/objections": "citizen",
    "/me/objections/{number}": "citizen",
    "/me/objections/{number}/letter": "citizen",
    "/me/objections/{number}/files": "citizen",
    "/desk/objections": "desk",
    "/desk/objections/{number}": "desk",
    "/desk/objections/{number}/letter": "desk",
    "/desk/objections/{number}/files": "desk",
    "/desk/objections/{number}/redacted": "desk",
    "/desk/appeals": "desk",
    "/desk/appeals/{number}": "desk",
    "/desk/appeals/{number}/files": "desk",
    "/desk/verifications": "desk",
    "/desk/verifications/{number}": "desk",
    "/desk/verifications/{number}/files": "desk",
    "/desk/complaints": "desk",
    "/desk/typical-cases": "desk",
    "/desk/typical-cases/{number}": "desk",
    "/desk/merges": "desk",
    "/desk/merges/{number}": "desk",
    "/desk/case-reports": "desk",
    "/desk/case-reports/{period}": "desk",
    "/desk/promises": "desk",
    "/desk/promises/{number}": "desk",
    "/desk/tips": "desk",
    "/desk/tips/{number}": "desk",
    "/desk/counter/{counter}/objections": "desk",
    "/api/v1/verifications": "submit",
    "/api/v1/verifications/{number}": "submit",
    "/api/v1/doubts": "shared:read",
    "/desk/special-needs": "desk",
    "/desk/special-needs/{need}": "desk",
    "/desk/lists": "desk",
    "/desk/lists/exits": "desk",
    "/desk/lists/cases/{case}": "desk",
    "/desk/lists/cases/{case}/proof": "desk",
    "/desk/measures": "desk",
    "/desk/measures/{case}": "desk",
    "/me/lists": "citizen",
    "/me/lists/{case}": "citizen",
    "/api/v1/measures": "measures",
    "/api/v1/measures/{number}/feedback": "measures",
    "/desk/counter/{counter}/repairs": "desk",
    "/desk/repairs": "desk",
    "/desk/repairs/{number}": "desk",
    "/desk/repairs/{number}/proofs/{place}": "desk",
    "/desk/records": "desk",
    "/desk/records/{subject}/{record}": "desk",
    "/desk/submissions": "desk",
    "/desk/submissions/template": "desk",
    "/desk/submissions/send": "desk",
    "/desk/submissions/again": "desk",
    "/desk/declared": "desk",
    "/desk/bulletin": "desk",
    "/desk/batches": "desk",
    "/desk/batches/{batch}": "desk",
    "/desk/batches/{batch}/refused": "desk",
    "/desk/batches/{batch}/recall": "desk",
    "/desk/jobs": "desk",
    "/desk/jobs/failed": "desk",
    "/api/v1/consents": "consent",
    "/api/v1/consents/{number}": "consent",
    "/api/v1/reports": "consent",
    "/api/v1/reports/{number}": "consent",
}

ORIGIN_HEADER = "X-Mingxin-Origin"
"""Where the front shows its secret, on every request, whatever came."""

_BEARER = "bearer"


def caller(request: Request) -> ApiKey:
    """The key with which a program calls, allowed here by its network and its scopes; `Declined` when it is not.

    No key, a wrong, an expired and a revoked one get the same answer.
    """
    scheme, _, secret = (request.headers.get("Authorization") or "").strip().partition(" ")
    key = api_keys.identify(secret.strip()) if scheme.lower() == _BEARER else None
    if key is None:
        raise problems.Declined(
            problems.NO_KEY,
            "请在 Authorization: Bearer 之后写明有效的密钥；密钥写错、到期或已撤销时请联系信用中心",
            {"WWW-Authenticate": "Bearer"},
        )
    if not api_keys.may_come_from(key, address_of(request)):
        raise problems.Declined(problems.NOT_ALLOWED, "这把密钥不能从这个网络地址使用：请从约定的网段调用，或联系信用中心变更")
    needed = ACCESS[request.path]
    if not any(scope == needed or scope.startswith(f"{needed}:") for scope in key.scopes):
        raise problems.Declined(problems.NOT_ALLOWED, "这把密钥没有此项权限（{needed}）：请换用有权限的密钥", needed=needed)
    api_keys.note_use(key)
    return key


def signed_in(request: Request) -> Session:
    """Who is signed in and allowed here; whoever is not is sent to sign in, and comes back to this page."""
    needed = ACCESS[request.path]
    try:
        session = people_sessions.find(cookies.given(request, SESSION_COOKIE))
    except people_sessions.Expired as over:
        kept = "1" if _keeps_form(request, over.session) else ""
        raise problems.Elsewhere(address("/login", next=_page_of(request), over="1", kept=kept)) from over
    if session is None:
        raise problems.Elsewhere(address("/login", next=_page_of(request)))
    problems.MEMBER.set(lambda: members.facts_of(session))
    if request.method == "POST":
        of_form = people_sessions.sign_out_token if needed == "signed in" else people_sessions.form_token
        if not _is_ours(request, of_form(session)):
            raise problems.Declined(problems.STALE_FORM, "这张表单不是这次登录中给出的，没有提交任何内容：请打开页面重新填写")
    if needed == "citizen" and session.person.issuer != "citizens":
        raise problems.Declined(problems.NOT_YOURS, "您是以工作人员身份登录的：查询本人或单位的信息，请退出后用公民身份登录")
    if needed == "citizen" and session.acting_for and people_sessions.mandate_of(session) is None:
        people_sessions.act_for(session, "")
        raise problems.Elsewhere(address("/me/acting", over="1"))
    if needed in ("staff", "desk") and not session.person.roles:
        raise problems.Declined(problems.NOT_YOURS, "这一页只给信用中心和提供单位的工作人员使用")
    if needed == "desk" and not any(f"{request.path}/".startswith(f"{task.path}/") for task in desk.tasks_of(session.person.roles)):
        raise problems.Declined(problems.NOT_YOURS, "您的职责不办理这件事：工作台首页写明了各项工作由谁办理")
    return session


def _is_ours(request: Request, expected: str) -> bool:
    """Whether a form is ours and of its session; nothing else of it is looked at."""
    return not is_foreign(request) and people_sessions.fits_form(expected, forms.field(request, forms.TOKEN))


def is_foreign(request: Request) -> bool:
    """Whether a form came from the page of another site, by what browsers say of it."""
    came_from, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return (came_from or "same-origin") != "same-origin" or (origin or "null") not in ("null", settings.site())


def _keeps_form(request: Request, over: Session) -> bool:
    """Whether a form that came after the end of its session is kept for its person."""
    if request.method != "POST" or request.path not in forms.LONG or not _is_ours(request, people_sessions.form_token(over)):
        return False
    return drafts.keep(over, _page_of(request), forms.sent(request).fields)


def _page_of(request: Request) -> str:
    """The page that was asked for, and which record, query or repair it is about; what else stood in its address may be somebody's."""
    path = str(request.path)
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return with_place(path, (request.query_params or {}).items() if request.method == "GET" else ())


def provider_of(key: ApiKey, named: str | None) -> str:
    """The provider for which a key submits: the one that is named, else the only one; `Declined` when it may not."""
    providers = api_keys.providers_of(key)
    if named is None:
        if len(providers) == 1:
            return providers[0]
        raise problems.Declined(problems.INVALID_INPUT, "这把密钥可以替几个单位报送：请用 provider 写明是哪一个（统一社会信用代码）")
    code = check_uscc(named).number
    if code not in providers:
        raise problems.Declined(problems.NOT_ALLOWED, "这把密钥不能替这个单位报送：请核对 provider，或换用有权限的密钥")
    return code


def address_of(request: Request) -> str:
    """The address from which the request came; empty when nobody said.

    Behind the front, which shows the secret that only it has, API Gateway saw the front's address and put it last into
    X-Forwarded-For, after the visitor's, which the front put there; what stands before may be made up.
    """
    secret = settings.origin_secret()
    shown = request.headers.get(ORIGIN_HEADER) or ""
    if secret and hmac.compare_digest(shown.encode(), secret.encode()):
        passed = str(request.headers.get("X-Forwarded-For") or "").split(",")
        return passed[-2].strip() if len(passed) > 1 else ""
    return str((request.context.get("identity") or {}).get("sourceIp") or "")
