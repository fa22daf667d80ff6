"""What the channels by AWS share: clients that never send twice by themselves, and what their errors mean."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError

from chalicelib.channels import Doubtful, Unsent

_ONCE = Config(connect_timeout=3, read_timeout=10, max_pool_connections=16, retries={"mode": "standard", "total_max_attempts": 1})
"""The SDK's own second try after a lost answer could send a message twice."""
_PASSING = ("Throttl", "TooManyRequests", "LimitExceeded", "ServiceUnavailable")


def client(service: str) -> Any:
    """A client of a service that sends."""
    return botocore.session.get_session().create_client(service, config=_ONCE)


def refusal(error: BotoCoreError | ClientError) -> Unsent | Doubtful:
    """What an error says about the message: not taken, for now or for good, or nobody knows."""
    if isinstance(error, ClientError):
        code, status = error.response["Error"]["Code"], error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        if any(word in code for word in _PASSING):
            return Unsent(code, passing=True)
        return Doubtful(code) if status >= 500 else Unsent(code)
    if isinstance(error, (ConnectTimeoutError, EndpointConnectionError)):
        return Unsent(type(error).__name__, passing=True)
    return Doubtful(type(error).__name__) if isinstance(error, HTTPClientError) else Unsent(type(error).__name__)


def endpoint(service: str) -> str:
    """The address at which a service is called from here."""
    return str(client(service).meta.endpoint_url)
