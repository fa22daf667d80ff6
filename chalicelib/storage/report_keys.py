"""The key that signs reports: in AWS KMS, which it never leaves, or in a key file on one machine; and its certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib import settings
from chalicelib.storage import engine, files
from chalicelib.storage.keys import make_once

CERTIFICATE = "certificates/report-signing.pem"
"""Where among the private files the certificate of a KMS key is put when it has been issued."""
_ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))
"""On one machine the clock may be set to any day: the certificate made there is in time on all of them."""


class ReportKey(Protocol):
    """Whoever signs reports: ECDSA on P-256 with SHA-256."""

    certificate: x509.Certificate

    def sign(self, content: bytes) -> bytes: ...

    def __hash__(self) -> int: ...


class KeyFile:
    """A key and a certificate that it has signed itself, in a file that only its owner may read (mode 600)."""

    def __init__(self, path: Path, owner: str) -> None:
        if not path.exists():
            make_once(path, _new_key_and_certificate(owner))
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path} holds no key on an elliptic curve")
        self._key = key
        self.certificate = x509.load_pem_x509_certificate(content)

    def sign(self, content: bytes) -> bytes:
        """The signature over the content, DER."""
        return self._key.sign(content, ec.ECDSA(hashes.SHA256()))


class KmsKey:
    """A signing key in AWS KMS (ECC_NIST_P256); its certificate lies among the private files."""

    def __init__(self, key_id: str) -> None:
        import botocore.session

        self._kms: Any = botocore.session.get_session().create_client("kms", config=engine.CONFIG)
        self._key_id = key_id
        self.certificate = x509.load_pem_x509_certificate(files.files().get(CERTIFICATE))

    def sign(self, content: bytes) -> bytes:
        """The signature over the content, DER. KMS takes at most 4096 bytes: signed attributes are far smaller."""
        asked = {"KeyId": self._key_id, "Message": content, "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
        return bytes(self._kms.sign(**asked)["Signature"])


@cache
def report_key(owner: str) -> ReportKey:
    """The key of this window. `owner` is the body named in a certificate that has to be made."""
    name = settings.signing()
    return KmsKey(name.removeprefix("kms:")) if name.startswith("kms:") else KeyFile(Path(name), owner)


def _new_key_and_certificate(owner: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner[:64]), x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")])
    usage = {name: name in ("digital_signature", "content_commitment") for name in _USAGES}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_ALWAYS[0])
        .not_valid_after(_ALWAYS[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    unencrypted = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    return private + certificate.public_bytes(serialization.Encoding.PEM)


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
