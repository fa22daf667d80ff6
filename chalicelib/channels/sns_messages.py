"""What Amazon SNS brings to an address of ours: believed only when its signature (version 2) fits the service's own certificate."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

import urllib3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from chalicelib.channels import aws

NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
_SIGNED: Mapping[str, tuple[str, ...]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""What is signed of each type, in this order (Amazon SNS, "Verifying the signatures of messages")."""


def is_genuine(message: Mapping[str, str], topic: str) -> bool:
    """Whether a message comes from our topic and was signed by the service."""
    fields = _SIGNED.get(message.get("Type", ""))
    address = message.get("SigningCertURL", "")
    if not topic or not fields or message.get("TopicArn") != topic or message.get("SignatureVersion") != "2" or not _is_theirs(address):
        return False
    said = "".join(f"{name}\n{message[name]}\n" for name in fields if name in message)
    try:
        _key(address).verify(base64.b64decode(message.get("Signature", "")), said.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def confirm(message: Mapping[str, str]) -> bool:
    """Agree to be told by a topic; only at the service's own address."""
    address = message.get("SubscribeURL", "")
    return _is_theirs(address) and _fetch(address).status == 200


def _is_theirs(address: str) -> bool:
    ours, theirs = urlsplit(aws.endpoint("sns")), urlsplit(address)
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


@cache
def _key(address: str) -> RSAPublicKey:
    key = load_pem_x509_certificate(_fetch(address).data).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the certificate holds no RSA key")
    return key


def _fetch(address: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", address, retries=False, redirect=False, timeout=urllib3.Timeout(connect=3, read=5))
