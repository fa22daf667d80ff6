"""Signs a PDF with the window's key (PAdES B-B), and checks such a signature, by pyHanko."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from asn1crypto import pem as armour
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import attributes, fields, signers
from pyhanko.sign.general import SigningError, as_signing_certificate_v2
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from chalicelib.storage.report_keys import ReportKey

RESERVED = 8192
"""Bytes kept free for a signature and its certificate, so that it never has to be tried out first."""
FIELD = fields.SigFieldSpec("Signature", invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True))
"""Where the signature lies: nothing of it is drawn. PDF/A lets no field be hidden, and PDF/UA lets one that is not in the structure be
nowhere on the page (ISO 14289-1, 7.18.1)."""


class _NamesCertificate(attributes.SignedAttributeProviderSpec):
    """What a PAdES signature says of its certificate, the same in all of them: made once and read again from its bytes, for the structure
    as it is built is written out anew by everything that it is put into, some 300 times."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self._written = as_signing_certificate_v2(certificate).dump()

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[attributes.CMSAttributeProvider]:
        """The one attribute that PAdES B-B asks for beside those of every signature (ETSI EN 319 142-1, 6.3)."""
        return (_Written(self._written),)


class _Written(attributes.CMSAttributeProvider):
    attribute_type = "signing_certificate_v2"

    def __init__(self, written: bytes) -> None:
        self._written = written

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2.load(self._written)


class _Signer(signers.Signer):
    """Lets the key sign, wherever it is held."""

    def __init__(self, key: ReportKey) -> None:
        certificate = x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
        super().__init__(embed_roots=False, signing_cert=certificate, cert_registry=SimpleCertificateStore.from_certs([certificate]))  # type: ignore[no-untyped-call]
        self._key = key
        self.signed_attr_prov_spec = _NamesCertificate(certificate)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature over data; a dry run needs only its length."""
        return bytes(72) if dry_run else self._key.sign(data)


@cache
def _signer(key: ReportKey) -> _Signer:
    """The signer of a key, made once: reading a certificate is much of the work of a signature."""
    return _Signer(key)


def signed(pdf: bytes, key: ReportKey, *, name: str, reason: str) -> bytes:
    """The PDF with the signature behind it. `name` is the body that signs, `reason` what the signature says."""
    about = signers.PdfSignatureMetadata(
        field_name=FIELD.sig_field_name, md_algorithm="sha256", name=name, reason=reason, subfilter=fields.SigSeedSubFilter.PADES
    )
    out = io.BytesIO()
    signer = signers.PdfSigner(about, _signer(key), new_field_spec=FIELD)
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=RESERVED, output=out)
    return out.getvalue()


@dataclass(frozen=True)
class Checked:
    """What a signature proves: the file is as it was signed, by one of the certificates that were given; and when it says it was."""

    unchanged: bool
    ours: bool
    signed_at: str | None

    @property
    def genuine(self) -> bool:
        """Whether both hold."""
        return self.unchanged and self.ours


NOT_SIGNED = Checked(unchanged=False, ours=False, signed_at=None)


def checked(pdf: bytes, certificates: Iterable[str]) -> Checked:
    """What the signature of a PDF proves, with nothing but these certificates (PEM). Never an error, whatever the file is."""
    try:
        trusted = [x509.Certificate.load(der) for text in certificates for _, _, der in armour.unarmor(text.encode(), multiple=True)]
        reader = PdfFileReader(io.BytesIO(pdf))
        if len(reader.embedded_signatures) != 1:
            return NOT_SIGNED
        signature = reader.embedded_signatures[0]
        status = validate_pdf_signature(signature, ValidationContext(trust_roots=trusted, allow_fetching=False))
    except (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return NOT_SIGNED  # a file of anybody's making: what cannot be read proves nothing
    whole = status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    when = status.signer_reported_dt
    return Checked(unchanged=whole, ours=status.trusted, signed_at=when.isoformat() if when else None)
