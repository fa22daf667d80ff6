"""Identity tokens: one that this issuer made for us and for this sign-in counts, every other is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from chalicelib.services.identity import identity_provider
from chalicelib.services.identity.identity_provider import Rejected
from chalicelib.settings import Issuer

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
ISSUER = Issuer("https://issuer.example", "mingxin", "", "openid", {})
NONCE, ACCESS = "the-nonce", "the-access-token"


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token; None leaves one out. A negative `exp` is counted from now: a suite runs for a while."""
    now = int(time.time())
    good = {"iss": ISSUER.address, "aud": "mingxin", "sub": "somebody", "iat": now, "exp": now + 300, "nonce": NONCE, **changed}
    if isinstance(good["exp"], int) and good["exp"] < 0:
        good["exp"] += now
    return {name: value for name, value in good.items() if value is not None}


def token(key: Any = KEY, algorithm: str = "RS256", **changed: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims(**changed), key, algorithms=[algorithm])


def check(text: str, *keys: Any) -> dict[str, Any]:
    public = KeySet([RSAKey.import_key(KEY.as_dict(private=False)), ECKey.import_key(CURVE.as_dict(private=False)), *keys])
    return identity_provider.checked(ISSUER, text, nonce=NONCE, access_token=ACCESS, keys=lambda fresh: public)


def unsigned(**changed: Any) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims(**changed))]
    return ".".join([*parts, ""])


def half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"aud": ["mingxin"]},
        {"aud": ["mingxin", "another"], "azp": "mingxin"},
        {"at_hash": half_hash(ACCESS)},
        {"exp": -30},  # clocks differ a little
    ],
)
def test_a_token_made_for_us_counts(good: dict[str, Any]) -> None:
    assert check(token(**good))["sub"] == "somebody"


def test_a_token_signed_on_a_curve_counts() -> None:
    assert check(token(CURVE, "ES256"))["sub"] == "somebody"


@pytest.mark.parametrize(
    ("what", "bad"),
    [
        ("another audience", {"aud": "another"}),
        ("one audience more and nobody named", {"aud": ["mingxin", "another"]}),
        ("made for another", {"azp": "another"}),
        ("another issuer", {"iss": "https://other.example"}),
        ("an issuer that differs by a slash", {"iss": ISSUER.address + "/"}),
        ("another sign-in", {"nonce": "another"}),
        ("no nonce", {"nonce": None}),
        ("expired", {"exp": -3600}),
        ("no end", {"exp": None}),
        ("not yet", {"iat": int(time.time()) + 3600}),
        ("no subject", {"sub": None}),
        ("another access token", {"at_hash": half_hash("another")}),
    ],
)
@pytest.mark.clause("NT-22")
def test_a_token_that_was_not_made_for_this_sign_in_is_refused(what: str, bad: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        check(token(**bad))


def test_a_token_that_nobody_signed_or_somebody_else_is_refused() -> None:
    shared = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))  # what everybody knows, taken for a secret
    confused = jwt.encode({"alg": "HS256", "kid": "one"}, claims(), shared, algorithms=["HS256"])
    changed = token().split(".")
    changed[1] = base64.urlsafe_b64encode(json.dumps(claims(sub="another")).encode()).rstrip(b"=").decode()
    for bad in (unsigned(), token(OTHER), confused, ".".join(changed), "", "a.b.c", token()[:-4]):
        with pytest.raises(Rejected):
            check(bad)


def test_keys_are_asked_for_anew_when_the_issuer_has_changed_them() -> None:
    asked: list[bool] = []

    def keys(fresh: bool) -> KeySet:
        asked.append(fresh)
        return KeySet([RSAKey.import_key((KEY if fresh else OTHER).as_dict(private=False))])

    assert identity_provider.checked(ISSUER, token(), nonce=NONCE, access_token=ACCESS, keys=keys)["sub"] == "somebody"
    assert asked == [False, True]


def test_an_issuer_without_https_is_asked_only_on_this_machine() -> None:
    with pytest.raises(identity_provider.Silent):
        identity_provider._asked("GET", "http://issuer.example/jwks", {})
