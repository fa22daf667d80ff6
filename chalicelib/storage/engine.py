"""The connection to DynamoDB. Endpoint, region and credentials are those of the AWS SDK's environment; nothing is set here."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

CONFIG = Config(connect_timeout=2, read_timeout=10, max_pool_connections=16, retries={"mode": "standard", "total_max_attempts": 6})


@cache
def client() -> Any:
    """The DynamoDB client of this process; thread-safe."""
    return botocore.session.get_session().create_client("dynamodb", config=CONFIG)
