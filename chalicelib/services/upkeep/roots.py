"""Signs a root over each day of the trail (NT-36): whoever has it can tell later that no entry was changed, taken away or put in.

A day of the trail is one in UTC. While it goes on, and a day longer (a submission's entries bear the instant of its start), each run makes
a new edition if there is more; the last one closes the day.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.services.upkeep import merkle
from chalicelib.storage import job_runs, roots, stubs
from chalicelib.storage.copies import line_of
from chalicelib.storage.engine import Item
from chalicelib.storage.report_keys import report_key

JOB = "root"
OPEN = timedelta(days=2)
"""How long after its beginning a day of the trail may get entries."""
MOST_DAYS = 400
"""Days that one run makes up for."""
STATED = ("city", "day", "edition", "closed", "entries", "root", "previous", "made_at")


def sign(day: date) -> dict[str, int]:
    """Sign the days of the trail that are not closed yet, up to the clock's instant: counts of days due, of editions made (`done`).

    `day` is that of the run; whatever was missed since the last finished one is made up for. Two runs at once, or one after a
    kill, make no edition twice: each is kept where it cannot be replaced before it is published.
    """
    now = clock.now().astimezone(UTC)
    last = job_runs.finished().get(JOB, day)
    first = max(min(last, now.date()) - OPEN, now.date() - timedelta(days=MOST_DAYS))
    days = [first + timedelta(days=number) for number in range((now.date() - first).days + 1)]
    return {"due": len(days), "done": sum(_sign_day(one.isoformat(), now) for one in days), "failed": 0}


def _sign_day(day: str, now: datetime) -> int:
    """How many editions were made of a day: one if there is more than the last one says, or if the day can be closed."""
    closed = now >= datetime.fromisoformat(day).replace(tzinfo=UTC) + OPEN
    leaves = [leaf_of(entry) for entry in roots.entries_of(day)]
    root = merkle.root(leaves).hex()
    last = roots.last_of(day)
    while not (last is None and not leaves) and not (last and last["root"] == root and last["closed"] >= closed):
        signed = _signed(day, closed, leaves, last, now)
        made = roots.keep(day, signed["edition"], {**signed, "leaves": "".join(leaf.hex() for leaf in leaves)})
        if not made:  # kept by another run, which was cut off before it published it or is about to
            signed = {name: value for name, value in roots.kept(day, signed["edition"]).items() if name != "leaves"}
        _offer_certificate()
        roots.publish(day, signed["edition"], signed)
        if made:
            return 1
        last = signed
    return 0


def _offer_certificate() -> None:
    """Whoever reads a root finds the certificate that signed it, though no report was made yet."""
    certificate = report_key(cities.identity(settings.city()).operator).certificate
    stubs.offer_certificate(certificate.fingerprint(hashes.SHA256()).hex(), certificate.public_bytes(Encoding.PEM).decode("ascii"))


def _signed(day: str, closed: bool, leaves: list[bytes], last: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    """The next edition of a day's root, with its signature."""
    city = cities.identity(settings.city())
    stated: dict[str, Any] = {
        "city": city.slug,
        "day": day,
        "edition": last["edition"] + 1 if last else 1,
        "closed": closed,
        "entries": len(leaves),
        "root": merkle.root(leaves).hex(),
        "previous": digest(last) if last else None,
        "made_at": now.isoformat(timespec="seconds"),
    }
    return {**stated, "signature": base64.b64encode(report_key(city.operator).sign(statement(stated))).decode()}


def leaf_of(entry: Item) -> bytes:
    """What stands for an entry of the trail in the tree: the hash of all of it, as it lies there."""
    return merkle.leaf(line_of(entry))


def statement(root: dict[str, Any]) -> bytes:
    """What is signed of a root."""
    return json.dumps({name: root[name] for name in STATED}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(root: dict[str, Any]) -> str:
    """What the next edition says of this one, so that none can be left out."""
    return hashlib.sha256(statement(root) + base64.b64decode(root["signature"])).hexdigest()


def genuine(root: dict[str, Any], certificates: list[str]) -> bool:
    """Whether one of these certificates (PEM) has signed a root."""
    for pem in certificates:
        public = load_pem_x509_certificate(pem.encode()).public_key()
        if not isinstance(public, ec.EllipticCurvePublicKey):
            continue
        try:
            public.verify(base64.b64decode(root["signature"]), statement(root), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return True
    return False


def certificates() -> list[str]:
    """The certificates with which roots are signed, as PEM: that of the key, and those of earlier ones."""
    own = report_key(cities.identity(settings.city()).operator).certificate.public_bytes(Encoding.PEM).decode()
    return list(dict.fromkeys([own, *stubs.certificates()]))


def prove(name: str) -> dict[str, Any]:
    """That an entry of the trail (by its instant and token) is in the signed root of its day: the entry, the way up, the root.

    `Refused` when there is no such entry, or no root holds it yet.
    """
    day = name[:10]
    entry = next((one for one in roots.entries_of(day) if one["sk"]["S"] == name), None)
    last = roots.last_of(day)
    if entry is None or last is None:
        raise Refused("跟踪记录里没有这一条，或者它还没有列入签名的根")
    kept = roots.kept(day, last["edition"])
    leaves = leaves_of(kept)
    if leaf_of(entry) not in leaves:
        raise Refused("这一条还没有列入签名的根：每小时签一次，请稍后再试")
    steps = merkle.proof(leaves, leaves.index(leaf_of(entry)))
    signed = {part: kept[part] for part in (*STATED, "signature")}
    return {"entry": line_of(entry).decode(), "path": [[side, beside.hex()] for side, beside in steps], "root": signed}


def leaves_of(kept: dict[str, Any]) -> list[bytes]:
    """The leaves that a root was made of, in their order."""
    text = kept["leaves"]
    return [bytes.fromhex(text[at : at + 64]) for at in range(0, len(text), 64)]
