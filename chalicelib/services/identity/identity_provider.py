"""Speaks OpenID Connect with any issuer: authorization code with PKCE, discovery, and identity tokens checked by its keys.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9207 (who answers). What fits no rule is `Rejected`, never guessed at.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

import urllib3

from chalicelib import clock
from chalicelib.settings import Issuer

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the issuer holds; unsigned tokens and shared secrets are none."""
LEEWAY = 60
"""Seconds by which the issuer's clock may differ from ours."""
KEPT = 3600
"""Seconds for which an issuer's metadata and keys are kept; keys are asked for anew when a token names one that is not there."""
LARGEST = 1 << 20
"""Bytes of an issuer's answer."""
_PATIENCE = urllib3.Timeout(connect=3, read=8)


class Rejected(Exception):
    """The issuer's answer does not prove who somebody is; says for the log what was wrong, without anything of the token."""


class Silent(Exception):
    """The issuer does not answer, or not what an issuer answers."""


@dataclass(frozen=True)
class Attempt:
    """What only we know of a sign-in under way, and its answer must fit."""

    state: str
    nonce: str
    verifier: str
    redirect: str


_http = urllib3.PoolManager(retries=False, timeout=_PATIENCE)
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def address_to_sign_in(issuer: Issuer, attempt: Attempt) -> str:
    """Where the browser is sent to sign in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": issuer.client,
        "redirect_uri": attempt.redirect,
        "scope": issuer.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = _metadata(issuer)["authorization_endpoint"]
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def address_to_sign_out(issuer: Issuer, onward: str) -> str:
    """Where the browser signs out at the issuer and comes back to `onward`; empty when the issuer names no such place.

    OpenID Connect RP-Initiated Logout 1.0, section 2: we keep no identity token, so the client is named instead.
    """
    endpoint = str(_metadata(issuer).get("end_session_endpoint") or "")
    query = urlencode({"client_id": issuer.client, "post_logout_redirect_uri": onward})
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}" if endpoint else ""


def claims_for(issuer: Issuer, attempt: Attempt, code: str) -> dict[str, Any]:
    """What the issuer says of who signed in, from the identity token and userinfo; `Rejected` when anything does not fit."""
    metadata = _metadata(issuer)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirect, "code_verifier": attempt.verifier}
    headers: dict[str, str] = {}
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if issuer.secret and "client_secret_basic" in offered:
        pair = f"{quote_plus(issuer.client)}:{quote_plus(issuer.secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": issuer.client} | ({"client_secret": issuer.secret} if issuer.secret else {})
    answer = _asked("POST", metadata["token_endpoint"], headers, urlencode(form))
    token, access = answer.get("id_token"), answer.get("access_token")
    if not isinstance(token, str) or not isinstance(access, str):
        raise Rejected("no identity token")
    claims = checked(issuer, token, nonce=attempt.nonce, access_token=access, keys=lambda fresh: _keys(issuer, fresh=fresh))
    if "userinfo_endpoint" in metadata:
        more = _asked("GET", metadata["userinfo_endpoint"], {"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise Rejected("userinfo of somebody else")
        claims = {**more, **claims}
    return claims


def names_itself(issuer: Issuer) -> bool:
    """Whether an issuer promises that its answers say whose they are: one that does not is then somebody else's (RFC 9207, 2.4)."""
    return bool(_metadata(issuer).get("authorization_response_iss_parameter_supported"))


def checked(issuer: Issuer, token: str, *, nonce: str, access_token: str, keys: Any) -> dict[str, Any]:
    """The claims of an identity token that this issuer made for us and for this sign-in; else `Rejected`.

    `keys(fresh)` gives the issuer's keys, asked for anew when `fresh`.
    """
    # Imported when somebody signs in: every other first answer pays nothing for it.
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        try:
            found = jwt.decode(token, keys(False), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # the issuer may have taken a new key since we asked
            found = jwt.decode(token, keys(True), algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=clock.seconds_of_this_machine,
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.address},
            aud={"essential": True, "value": issuer.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Rejected(f"identity token: {type(error).__name__}") from error
    claims: dict[str, Any] = dict(found.claims)
    audience = claims["aud"]
    if (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims) or claims.get("azp", issuer.client) != issuer.client:
        raise Rejected("identity token made for another")
    if "at_hash" in claims and not _fits_hash(str(claims["at_hash"]), access_token, str(found.header["alg"])):
        raise Rejected("identity token of another access token")
    return claims


def _fits_hash(stated: str, access_token: str, algorithm: str) -> bool:
    bits = algorithm[-3:] if algorithm[-3:] in ("256", "384", "512") else "512"
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode(), stated.rstrip("="))


def _metadata(issuer: Issuer) -> dict[str, Any]:
    found = _once_an_hour(issuer.address.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer.address:
        raise Silent("the metadata name another issuer")
    return found


def _keys(issuer: Issuer, *, fresh: bool) -> KeySet:
    from joserfc.jwk import KeySet

    return KeySet.import_key_set(_once_an_hour(_metadata(issuer)["jwks_uri"], fresh=fresh))  # type: ignore[arg-type]


def _once_an_hour(address: str, *, fresh: bool = False) -> dict[str, Any]:
    until, found = _kept.get(address, (0.0, {}))
    if fresh or time.monotonic() >= until:
        found = _asked("GET", address, {})
        _kept[address] = time.monotonic() + KEPT, found
    return found


def _on_this_machine(host: str) -> bool:
    """Whether nobody can overhear what is said to a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _asked(method: str, address: str, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
    parts = urlsplit(address)
    if parts.scheme != "https" and not _on_this_machine(parts.hostname or ""):
        raise Silent("an issuer speaks https")
    sent = {"Accept": "application/json", **({"Content-Type": "application/x-www-form-urlencoded"} if body else {}), **headers}
    try:
        answer = _http.request(method, address, body=body, headers=sent, redirect=False, preload_content=False)
        text = answer.read(LARGEST + 1, decode_content=True)
        answer.release_conn()
        found = json.loads(text) if len(text) <= LARGEST else None
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise Silent(f"{type(error).__name__} from the issuer") from error
    if method == "POST" and answer.status == 400:
        raise Rejected("the issuer does not take the code")
    if answer.status != 200 or not isinstance(found, dict):
        raise Silent(f"the issuer answers {answer.status}")
    return found
