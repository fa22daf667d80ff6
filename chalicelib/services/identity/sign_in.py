"""Signing in: a person goes to an issuer and comes back as somebody whom the archive may know (NT-22)."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from chalicelib import clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import PERSON_TYPES, check_person_number, check_uscc
from chalicelib.law.names import fold
from chalicelib.law.rights import stated_rights
from chalicelib.records.identifiers import Identifier
from chalicelib.records.kinds import IssuerKind as IssuerKind
from chalicelib.records.people import Mandate, Person, Session
from chalicelib.services.identity import identity_provider, people_sessions, who_acts
from chalicelib.services.identity.identity_provider import Attempt, Rejected
from chalicelib.services.identity.identity_provider import Silent as Silent
from chalicelib.storage import archive
from chalicelib.storage import people_sessions as kept
from chalicelib.storage.keys import keyring

TAKES = timedelta(minutes=15)
"""How long somebody may take at the issuer."""
ROLES = ("officer", "supervisor", "handler")
PROVIDER = "provider"
_TYPES = {kind: words for words, kind in PERSON_TYPES.items()}
_LOG = logging.getLogger("mingxin")


class NotSignedIn(Exception):
    """The sign-in came to nothing, for a reason that its log tells: whoever it was may begin anew."""


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where the browser goes, and the cookie that binds the answer to it."""

    address: str
    cookie: str


@dataclass(frozen=True)
class Finished:
    """A sign-in that has come to its end: the session, the cookie that opens it, and the page to go on with."""

    session: Session
    cookie: str
    onward: str


def begin(kind: IssuerKind, redirect: str, onward: str) -> Begun:
    """Begin to sign in at an issuer; the answer comes to `redirect`. `Refused` where no such issuer is set."""
    issuer = settings.issuer(kind)
    if issuer is None:
        raise Refused("本站没有开通这种登录方式：请到信用信息服务窗口办理")
    attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), redirect)
    address = identity_provider.address_to_sign_in(issuer, attempt)
    cookie = secrets.token_urlsafe(32)
    facts = {"kind": kind, "nonce": attempt.nonce, "verifier": attempt.verifier, "redirect": redirect, "onward": onward}
    kept.keep_attempt(attempt.state, {**facts, "browser": _fingerprint(cookie)}, clock.now() + TAKES)
    return Begun(address, cookie)


def way_out(kind: IssuerKind, onward: str) -> str:
    """Where one signs out at an issuer too; empty when it has no such place, or does not answer now."""
    issuer = settings.issuer(kind)
    try:
        return identity_provider.address_to_sign_out(issuer, onward) if issuer else ""
    except Silent:
        return ""


def finish(*, state: str, code: str, cookie: str, answered_by: str) -> Finished:
    """Sign in whom the issuer identified; `NotSignedIn` when the answer is not one to this browser's question.

    `answered_by` is the issuer that the answer names; empty when it names none (RFC 9207).
    """
    attempt = kept.take_attempt(state, clock.now()) if state else None
    if attempt is None or not cookie or not hmac.compare_digest(attempt["browser"], _fingerprint(cookie)):
        raise NotSignedIn
    kind = cast(IssuerKind, attempt["kind"])
    issuer = settings.issuer(kind)
    if issuer is None or not code or (answered_by and answered_by != issuer.address):
        raise NotSignedIn
    try:
        if not answered_by and identity_provider.names_itself(issuer):
            raise NotSignedIn
        question = Attempt(state, attempt["nonce"], attempt["verifier"], attempt["redirect"])
        claims = identity_provider.claims_for(issuer, question, code)
        person = person_of({**claims, **{ours: claims.get(theirs) for ours, theirs in issuer.claims.items()}}, kind, issuer.address)
    except (Rejected, Refused) as error:
        _LOG.warning("sign-in at %s: %s", kind, error if isinstance(error, Rejected) else "claims that we cannot use")
        raise NotSignedIn from error
    session, opens = people_sessions.begin(person)
    who_acts.note_seen(person)
    return Finished(session, opens, attempt["onward"])


def person_of(claims: Mapping[str, Any], kind: IssuerKind, issuer: str) -> Person:
    """The person of whom an issuer speaks: matched with the archive by type and number; a name that differs is only noted.

    `Refused` when a citizen has no number that we know, or the number cannot be one.
    """
    name = str(claims.get("name") or "").strip()
    if kind == "staff":
        staff_id = keyring().public_id("p_", kind, issuer, str(claims["sub"]))
        return Person(staff_id, kind, name, roles=_roles(_many(claims.get("roles"))))
    identifier = _identifier(claims)
    known = _known_name(identifier)
    return Person(
        keyring().public_id("p_", identifier.type, identifier.number),
        kind,
        name,
        identifier,
        name_differs=known is not None and fold(known) != fold(name),
        mandates=tuple(_mandates(_many(claims.get("mandates")))),
    )


def _identifier(claims: Mapping[str, Any]) -> Identifier:
    stated = str(claims.get("id_type") or "resident_id")
    return check_person_number(_TYPES.get(cast(Any, stated), stated), str(claims.get("id_number") or ""))


def _known_name(identifier: Identifier) -> str | None:
    """Under which name the archive knows a number; None when it does not."""
    found = archive.load_subjects(archive.subjects_of([identifier]).values())
    return next((loaded.subject.profile.name for loaded in found.values()), None)


def _mandates(stated: Iterable[Any]) -> Iterable[Mandate]:
    """The mandates that can be: with a right code and a right that we know."""
    for one in stated:
        if not isinstance(one, Mapping):
            continue
        rights = stated_rights(_many(one.get("rights")))
        try:
            code = check_uscc(str(one.get("uscc") or "")).number
        except Refused:
            continue
        if rights:
            yield Mandate(code, _known_name(Identifier("uscc", code)) or str(one.get("name") or code), rights)


def _roles(stated: Iterable[Any]) -> tuple[str, ...]:
    """The roles that there are; a provider's clerk has that of one provider (USCC)."""
    found: dict[str, None] = {}
    for role in map(str, stated):
        word, _, code = role.partition(":")
        if role in ROLES:
            found[role] = None
        elif word == PROVIDER:
            try:
                found[f"{PROVIDER}:{check_uscc(code).number}"] = None
            except Refused:
                continue
    return tuple(found)


def _many(stated: Any) -> list[Any]:
    return list(stated) if isinstance(stated, list | tuple) else []


def _fingerprint(cookie: str) -> str:
    return keyring().digest(["browser", cookie])
