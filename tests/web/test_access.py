"""From which address a request came: the front is believed only when it shows its secret."""

from __future__ import annotations

import pytest
from chalice.app import Request

from chalicelib.web import access

SECRET = "the-secret-of-the-front"


def a_request(**headers: str) -> Request:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "requestContext": {"httpMethod": "POST", "resourcePath": "/api/v1/records", "identity": {"sourceIp": "198.51.100.7"}},
            "headers": given,
            "multiValueHeaders": {name: [value] for name, value in given.items()},
            "pathParameters": None,
            "stageVariables": None,
            "multiValueQueryStringParameters": None,
            "body": None,
            "isBase64Encoded": False,
        }
    )


@pytest.mark.parametrize(
    ("held", "shown", "address"),
    [
        (SECRET, SECRET, "203.0.113.9"),
        (SECRET, "another", "198.51.100.7"),
        (SECRET, "口令", "198.51.100.7"),
        ("", "", "198.51.100.7"),
        ("", SECRET, "198.51.100.7"),
    ],
)
def test_the_visitors_address_is_the_fronts_only_with_its_secret(
    monkeypatch: pytest.MonkeyPatch, held: str, shown: str, address: str
) -> None:
    monkeypatch.setenv("MINGXIN_ORIGIN_SECRET", held)
    request = a_request(X_Mingxin_Origin=shown, X_Forwarded_For="192.0.2.1, 203.0.113.9, 198.51.100.7")
    assert access.address_of(request) == address


def test_without_the_secret_shown_the_gateway_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_ORIGIN_SECRET", SECRET)
    assert access.address_of(a_request(X_Forwarded_For="203.0.113.9, 198.51.100.7")) == "198.51.100.7"
