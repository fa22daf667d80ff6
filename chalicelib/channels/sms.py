"""Text messages by Amazon SNS."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Unsent


class Sns:
    """Text messages with the signature in front; they have no title."""

    def __init__(self) -> None:
        self._sns: Any = botocore.session.get_session().create_client("sns")

    def send(self, to: str, title: str, text: str, sender: str) -> None:
        """Hand a text message over to SNS; `Unsent` when it was not taken."""
        urgent = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        try:
            self._sns.publish(PhoneNumber=to, Message=f"{sender}{text}", MessageAttributes=urgent)
        except (BotoCoreError, ClientError) as error:
            raise Unsent(type(error).__name__) from error
