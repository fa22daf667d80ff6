"""What publication holds so that a report can be verified: never what it says, nor on whom beyond a covered name.

Keys: `REPORT#<number>` / `-`, `FILE#<SHA-256 of the PDF>` / `-` and `REPORTED#<random name of a subject>` / `-`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import SCHEMA, upcast

CERTIFICATES = "CERTIFICATE"


@dataclass(frozen=True)
class Stub:
    """What may be told of a genuine report. `made_at` is an instant in Shanghai time; names of people are covered.

    `version` is the subject's when the report was made, `reported` where the versions of its areas stand, `areas` the names of those
    of which the report speaks (none: of all); `true_through` is the last day on which nothing in the report has ended.
    """

    number: str
    check: str
    digest: str
    made_at: str
    subject: str
    recipient: str | None
    version: int
    reported: str
    true_through: date | None
    areas: tuple[str, ...] = ()


def check_digest(number: str, code: str) -> str:
    """What is kept of a check code. It has 80 random bits, so nobody finds it from this, and the public face needs no key."""
    return hashlib.sha256(f"{number}|{code}".encode()).hexdigest()


def changed(reported: str, version: int, areas: Mapping[str, int] | None = None) -> engine.Item:
    """The write that tells the version in which something that reports say of a subject last changed, and for each area that of its
    own; goes into the transaction that makes the version."""
    own = {name: {"N": str(last)} for name, last in (areas or {}).items()}
    return _put(f"REPORTED#{reported}", "-", {"version": {"N": str(version)}, "areas": {"M": own}})


def issued(stub: Stub) -> list[engine.Item]:
    """The writes that make a report verifiable; they go into the transaction that makes it ready."""
    facts: engine.Item = {name: {"S": getattr(stub, name)} for name in ("check", "digest", "made_at", "subject", "reported")}
    facts["version"] = {"N": str(stub.version)}
    facts |= {"recipient": {"S": stub.recipient}} if stub.recipient else {}
    facts |= {"true_through": {"S": stub.true_through.isoformat()}} if stub.true_through else {}
    facts |= {"areas": {"L": [{"S": name} for name in stub.areas]}} if stub.areas else {}
    return [_put(f"REPORT#{stub.number}", "-", facts), _put(f"FILE#{stub.digest}", "-", {"number": {"S": stub.number}})]


def by_code(number: str, code: str) -> Stub | None:
    """The report with this number, when this is its check code; compared in constant time."""
    stub = by_number(number)
    given = check_digest(number, code)
    return stub if hmac.compare_digest(stub.check if stub else "0" * 64, given) and stub else None


def by_file(digest: str) -> Stub | None:
    """The report whose PDF has this SHA-256 (hexadecimal)."""
    found = _get(f"FILE#{digest}")
    return by_number(found["number"]["S"]) if found else None


def by_number(number: str) -> Stub | None:
    """The report with this number."""
    found = _get(f"REPORT#{number}")
    if found is None:
        return None
    ends = found.get("true_through", {}).get("S")
    return Stub(
        number=number,
        **{name: found[name]["S"] for name in ("check", "digest", "made_at", "subject", "reported")},
        recipient=found.get("recipient", {}).get("S"),
        version=int(found["version"]["N"]),
        true_through=date.fromisoformat(ends) if ends else None,
        areas=tuple(name["S"] for name in found.get("areas", {}).get("L", ())),
    )


def superseded(stub: Stub, day: date) -> bool:
    """Whether something that the report says has changed or ended since."""
    state = _get(f"REPORTED#{stub.reported}")
    if state is None or (stub.true_through is not None and day > stub.true_through):
        return True
    own = state.get("areas", {}).get("M", {})
    versions = [own[name] for name in stub.areas if name in own] if stub.areas else [state["version"]]
    return any(int(version["N"]) > stub.version for version in versions)


def offer_certificate(fingerprint: str, pem: str) -> None:
    """Put the certificate that signs reports where everybody finds it; the same one again changes nothing."""
    item = {"pk": {"S": CERTIFICATES}, "sk": {"S": fingerprint}, "schema": {"N": str(SCHEMA)}, "pem": {"S": pem}}
    engine.client().put_item(TableName=settings.table("publication"), Item=item)


def certificates() -> list[str]:
    """The certificates that have signed reports, as PEM."""
    return [item["pem"]["S"] for item in engine.query(settings.table("publication"), CERTIFICATES)]


def _put(pk: str, sk: str, facts: engine.Item) -> engine.Item:
    item = {"pk": {"S": pk}, "sk": {"S": sk}, "schema": {"N": str(SCHEMA)}, **facts}
    return {"Put": {"TableName": settings.table("publication"), "Item": item}}


def _get(pk: str) -> engine.Item | None:
    key = {"pk": {"S": pk}, "sk": {"S": "-"}}
    found = engine.client().get_item(TableName=settings.table("publication"), Key=key, ConsistentRead=True).get("Item")
    return upcast(found) if found else None
