"""Text messages by Amazon SNS."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Outgoing, aws


class Sns:
    """Text messages with the signature in front; they have no title."""

    def __init__(self) -> None:
        self._sns: Any = aws.client("sns")

    def send(self, message: Outgoing) -> str:
        """Hand a text message over to SNS."""
        urgent = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        try:
            answer = self._sns.publish(PhoneNumber=message.to, Message=f"{message.sender}{message.text}", MessageAttributes=urgent)
        except (BotoCoreError, ClientError) as error:
            raise aws.refusal(error) from error
        return str(answer["MessageId"])
