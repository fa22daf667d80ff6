"""Whether a report is genuine: by number and check code, or by the file itself. Reads nothing but `publication`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from chalicelib.storage import stubs
from chalicelib.storage.stubs import Stub

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes."""
_NUMBER = re.compile(r"[A-Z0-9]{1,10}-[0-9]{8}-[0-9A-Z]{8}")
_CODE = re.compile(r"[0-9A-Z]{16}")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Verdict:
    """What may be said of a report. Whatever is wrong, the answer is the same: not genuine, and nothing else.

    `made_at` is an instant in Shanghai time; names of people are covered; `superseded` says that not all of it holds any more.
    """

    genuine: bool
    number: str | None = None
    made_at: str | None = None
    subject: str | None = None
    recipient: str | None = None
    superseded: bool | None = None

    def as_facts(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return asdict(self)


def by_code(number: str, code: str, *, day: date) -> Verdict:
    """The verdict on a number and its check code, as people type them: spaces, hyphens in the code and case do not matter."""
    tidy_number = "".join(number.split()).upper()
    tidy_code = re.sub(r"[\s-]", "", code).upper().translate(_READ_AS)
    if not _NUMBER.fullmatch(tidy_number) or not _CODE.fullmatch(tidy_code):
        return Verdict(genuine=False)
    return _verdict(stubs.by_code(tidy_number, tidy_code), day)


def by_file(content: bytes, *, day: date) -> Verdict:
    """The verdict on a file. It is hashed, and neither read nor kept."""
    return _verdict(stubs.by_file(hashlib.sha256(content).hexdigest()), day)


def certificates() -> str:
    """The certificates that have signed reports, one after the other, as PEM; empty while there is none."""
    return "".join(stubs.certificates())


def _verdict(stub: Stub | None, day: date) -> Verdict:
    if stub is None:
        return Verdict(genuine=False)
    return Verdict(True, stub.number, stub.made_at, stub.subject, stub.recipient, stubs.superseded(stub, day))
