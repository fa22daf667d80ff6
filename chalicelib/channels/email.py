"""E-mail by Amazon SES (API version 2)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import settings
from chalicelib.channels import Outgoing, aws


class Ses:
    """E-mail as plain text and HTML; events name our reference by a tag."""

    def __init__(self) -> None:
        self._ses: Any = aws.client("sesv2")
        events = settings.email_events()
        self._more = {"ConfigurationSetName": events} if events else {}

    def send(self, message: Outgoing) -> str:
        """Hand an e-mail over to SES."""
        body = {"Text": {"Data": message.text, "Charset": "UTF-8"}}
        if message.html:
            body["Html"] = {"Data": message.html, "Charset": "UTF-8"}
        content: dict[str, Any] = {"Subject": {"Data": message.title, "Charset": "UTF-8"}, "Body": body}
        if message.headers:
            content["Headers"] = [{"Name": name, "Value": value} for name, value in message.headers.items()]
        tags = {"EmailTags": [{"Name": "reference", "Value": message.reference}]} if message.reference else {}
        try:
            answer = self._ses.send_email(
                FromEmailAddress=message.sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Simple": content},
                **tags,
                **self._more,
            )
        except (BotoCoreError, ClientError) as error:
            raise aws.refusal(error) from error
        return str(answer["MessageId"])
