"""E-mail by SMTP, where there is no SES (as in the regions of China)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid

from chalicelib import settings
from chalicelib.channels import Doubtful, Outgoing, Unsent

PATIENCE = 10
"""Seconds that the server may take for an answer."""


class Smtp:
    """One connection a message; encrypted unless the server is on this machine. Its Message-ID carries our reference."""

    def send(self, message: Outgoing) -> str:
        """Hand an e-mail over to the server. Until its content is under way, nothing was taken; after that, only an answer tells."""
        server = settings.smtp()
        letter = _letter(message)
        try:
            connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(type(error).__name__, passing=True) from error
        try:
            if server.secure:
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
            _envelope(connection, message)
        except smtplib.SMTPException as error:
            connection.close()
            raise _refused(error) from error
        except OSError as error:
            connection.close()
            raise Unsent(type(error).__name__, passing=True) from error
        return _content(connection, letter)


def _envelope(connection: smtplib.SMTP, message: Outgoing) -> None:
    connection.ehlo_or_helo_if_needed()
    for code, answer in (connection.mail(message.sender), connection.rcpt(message.to)):
        if code >= 300:
            raise smtplib.SMTPResponseException(code, answer)


def _content(connection: smtplib.SMTP, letter: EmailMessage) -> str:
    try:
        code, answer = connection.data(letter.as_bytes())
    except smtplib.SMTPDataError as error:  # the server did not want to begin
        raise _refused(error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Doubtful(type(error).__name__) from error
    finally:
        connection.close()
    if code >= 300:
        raise _refused(smtplib.SMTPResponseException(code, answer))
    return str(letter["Message-ID"])


def _refused(error: smtplib.SMTPException) -> Unsent:
    code = getattr(error, "smtp_code", 400)
    return Unsent(f"{type(error).__name__} {code}", passing=400 <= code < 500)


def _letter(message: Outgoing) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = message.sender, message.to, message.title
    letter["Message-ID"] = make_msgid(message.reference or None, domain=message.sender.rpartition("@")[2])
    for name, value in message.headers.items():
        letter[name] = value
    letter.set_content(message.text)
    if message.html:
        letter.add_alternative(message.html, subtype="html")
    return letter
