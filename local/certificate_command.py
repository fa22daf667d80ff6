"""`./mingxin certificate-request KEY`: the request (PKCS#10) by which an authority issues the certificate of the key that signs reports."""

from __future__ import annotations

from typing import Any

import botocore.session
import click
from asn1crypto import algos, core, csr, keys, pem, x509

LONGEST_NAME = 64
"""Characters of a common name or an organisation (X.520)."""


@click.command("certificate-request")
@click.argument("key", metavar="KEY")
def certificate_request(key: str) -> None:
    """为 KMS 中签名报告的密钥 KEY（ARN 或编号）生成证书申请（PKCS#10，PEM），打印在标准输出。

    城市按 MINGXIN_CITY；证书主体是 city.toml 写明的运行单位。
    """
    from chalicelib import cities, settings

    identity = cities.identity(settings.city())
    click.echo(made(key, identity.operator, identity.site_name).decode(), nl=False)


def made(key_id: str, organisation: str, name: str) -> bytes:
    """A request for a certificate of a key in KMS (ECC_NIST_P256, ECDSA with SHA-256), signed by that key; PEM (RFC 2986)."""
    kms: Any = botocore.session.get_session().create_client("kms")
    subject = {"country_name": "CN", "organization_name": organisation[:LONGEST_NAME], "common_name": name[:LONGEST_NAME]}
    signs = x509.Extension(
        {"extn_id": "key_usage", "critical": True, "extn_value": x509.KeyUsage({"digital_signature", "non_repudiation"})}
    )
    usage = csr.CRIAttribute({"type": "extension_request", "values": [x509.Extensions([signs])]})
    asked = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build(subject),
            "subject_pk_info": keys.PublicKeyInfo.load(kms.get_public_key(KeyId=key_id)["PublicKey"]),
            "attributes": csr.CRIAttributes([usage]),
        }
    )
    signature = kms.sign(KeyId=key_id, Message=asked.dump(), MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    request = csr.CertificationRequest(
        {
            "certification_request_info": asked,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": core.OctetBitString(signature),
        }
    )
    return bytes(pem.armor("CERTIFICATE REQUEST", request.dump()))
