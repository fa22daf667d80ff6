"""Who may call each route, and who it is that calls with a key. A route that is not in this table must not exist: a test keeps it so."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Literal

from chalice.app import Request

from chalicelib import settings
from chalicelib.law.identifiers import check_uscc
from chalicelib.services import api_keys
from chalicelib.services.api_keys import ApiKey
from chalicelib.web import problems

Access = Literal["anyone", "submit", "link"]
"""`anyone`: nothing has to be proved. `link`: the link itself, which we signed and which ends soon.
`submit`: a key with a scope `submit:<USCC>`. Roles of signed-in people join when their routes do."""

ACCESS: Mapping[str, Access] = {
    "/": "anyone",
    "/search": "anyone",
    "/subjects/{code}": "anyone",
    "/publicity": "anyone",
    "/publicity/{kind}": "anyone",
    "/catalogue": "anyone",
    "/catalogue.json": "anyone",
    "/catalogue/draft": "anyone",
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
    if needed not in (scope.partition(":")[0] if needed == api_keys.SUBMIT else scope for scope in key.scopes):
        raise problems.Declined(problems.NOT_ALLOWED, "这把密钥没有此项权限（{needed}）：请换用有权限的密钥", needed=needed)
    api_keys.note_use(key)
    return key


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
