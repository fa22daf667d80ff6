"""Makes the signed PDF of a report; the only module that loads typst and pyHanko for it, in the layer of one function."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib import cities, settings
from chalicelib.law.reporting import ReportContent
from chalicelib.services.reporting import signing, typesetting
from chalicelib.storage import stubs
from chalicelib.storage.report_keys import report_key


@dataclass(frozen=True)
class Made:
    """A signed PDF and its SHA-256 (hexadecimal)."""

    pdf: bytes
    digest: str


def make(content: ReportContent, code: str) -> Made:
    """The signed PDF of a report; the certificate that signed it is offered to everybody."""
    city = cities.identity(settings.city())
    key = report_key(city.operator)
    plain = typesetting.typeset(content, code, city, demo=settings.demo())
    pdf = signing.signed(plain, key, name=city.operator, reason="公共信用信息报告")
    pem = key.certificate.public_bytes(Encoding.PEM).decode("ascii")
    stubs.offer_certificate(key.certificate.fingerprint(SHA256()).hex(), pem)
    return Made(pdf, hashlib.sha256(pdf).hexdigest())
