"""E-mail by Amazon SES (API version 2)."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Unsent


class Ses:
    """E-mail as plain text."""

    def __init__(self) -> None:
        self._ses: Any = botocore.session.get_session().create_client("sesv2")

    def send(self, to: str, title: str, text: str, sender: str) -> None:
        """Hand an e-mail over to SES; `Unsent` when it was not taken."""
        content = {"Subject": {"Data": title, "Charset": "UTF-8"}, "Body": {"Text": {"Data": text, "Charset": "UTF-8"}}}
        try:
            self._ses.send_email(FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content={"Simple": content})
        except (BotoCoreError, ClientError) as error:
            raise Unsent(type(error).__name__) from error
