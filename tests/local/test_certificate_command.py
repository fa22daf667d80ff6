"""`./mingxin certificate-request`: what an authority reads, signed by the key that signs reports."""

from __future__ import annotations

import boto3
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtensionOID, NameOID
from moto import mock_aws

from local.command import main


def test_the_request_names_the_operator_and_is_signed_by_the_key_in_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    with mock_aws():
        key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        done = CliRunner().invoke(main, ["certificate-request", key], env={"MINGXIN_CITY": "nantong"})
        assert done.exit_code == 0, done.output
        request = x509.load_pem_x509_csr(done.output.encode())
        public = boto3.client("kms").get_public_key(KeyId=key)["PublicKey"]
    assert request.is_signature_valid
    assert request.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo) == public
    named = {attribute.oid: attribute.value for attribute in request.subject}
    assert named[NameOID.ORGANIZATION_NAME].startswith("南通")
    usage = request.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE).value
    assert isinstance(usage, x509.KeyUsage)
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
