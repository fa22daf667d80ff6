"""What a deployment sets from outside: the face, the city, the tables, the keys. Endpoints and regions are the AWS SDK's own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `app.py`, `templates/` and `static/`."""


def face() -> str:
    """Which face of the window this process serves: `public` or `members`."""
    return os.environ.get("MINGXIN_FACE", "public")


def city() -> str:
    """The city: a name in `chalicelib/cities`, or a folder of one's own."""
    return os.environ.get("MINGXIN_CITY") or "nantong"


def slug() -> str:
    """The city's short name, that of its folder."""
    return Path(city()).name


def tables() -> str:
    """What the name of every table and queue of this window begins with."""
    return os.environ.get("MINGXIN_TABLES", "mingxin-")


def table(name: str) -> str:
    """The full name of one of the five tables."""
    return tables() + name


def keys() -> str:
    """Where the master key is: the path of a key file, or `kms:` and a KMS key id."""
    return os.environ["MINGXIN_KEYS"]


def demo() -> bool:
    """Whether the invented demo data are loaded, so that every page must say so."""
    return os.environ.get("MINGXIN_DEMO") == "1"


def origin_secret() -> str:
    """What the front shows to prove that a request came through it; empty where no front stands before the gateway."""
    return os.environ.get("MINGXIN_ORIGIN_SECRET", "")


def site() -> str:
    """The address of the window as visitors see it, without a slash at its end; for the canary and for coming back from an issuer."""
    return os.environ["MINGXIN_SITE"]


def deployed() -> bool:
    """Whether this process is a Lambda function."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def shards() -> int:
    """Into how many partitions a publicity feed of one month and a day of the trail are spread (1 to 16)."""
    return int(os.environ.get("MINGXIN_SHARDS", "1"))


@dataclass(frozen=True)
class Issuer:
    """An OpenID Connect issuer as this window is registered there. `claims` says which of its claims means what we call otherwise."""

    address: str
    client: str
    secret: str
    scope: str
    claims: Mapping[str, str]


def issuer(kind: str) -> Issuer | None:
    """The issuer of `citizens` or `staff`; None where none is set.

    `MINGXIN_CITIZENS_ISSUER`, `..._CLIENT`, `..._SECRET`, `..._SCOPE`, and `..._CLAIMS`, which is JSON: our name of a claim
    and the issuer's (`{"id_number": "cert_no"}`).
    """
    prefix = f"MINGXIN_{kind.upper()}_"
    address = os.environ.get(prefix + "ISSUER", "")
    if not address:
        return None
    claims = json.loads(os.environ.get(prefix + "CLAIMS") or "{}")
    scope = os.environ.get(prefix + "SCOPE") or "openid profile email phone"
    return Issuer(address, os.environ[prefix + "CLIENT"], os.environ.get(prefix + "SECRET", ""), scope, claims)


def people() -> Path | None:
    """The file with the people of the local issuers, whom local pages name; never on Lambda."""
    named = os.environ.get("MINGXIN_PEOPLE")
    return Path(named) if named and not deployed() else None


def files() -> str:
    """Where private files are: `s3:` and a bucket's name, or a folder; by default one beside the key file."""
    return os.environ.get("MINGXIN_FILES") or str(Path(keys()).with_name("files"))


def local_messages() -> Path | None:
    """The folder in which one machine keeps messages as their readers would see them; never on Lambda."""
    named = os.environ.get("MINGXIN_MESSAGES")
    return Path(named) if named and not deployed() else None


def signing() -> str:
    """What signs reports: `kms:` and the id of a signing key, or the path of a key file; by default one beside the key file."""
    return os.environ.get("MINGXIN_SIGNING") or str(Path(keys()).with_name("report-signing.pem"))


def roots() -> str:
    """Where signed roots of the trail are kept: `s3:` and the name of a bucket with Object Lock, or a folder; by default one beside
    the key file."""
    return os.environ.get("MINGXIN_ROOTS") or str(Path(keys()).with_name("roots"))


def fonts() -> Path:
    """The folder that holds the fonts of reports: of the layer in the cloud, else as npm installed it."""
    given = os.environ.get("MINGXIN_FONTS")
    if given:
        return Path(given)
    return Path("/opt/fonts") if deployed() else ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"


def senders(kind: str) -> tuple[str, ...]:
    """The channels for a kind of contact, the preferred one first: `MINGXIN_EMAIL_CHANNELS` and `MINGXIN_PHONE_CHANNELS`, by commas."""
    named = os.environ.get(f"MINGXIN_{kind.upper()}_CHANNELS") or {"email": "ses", "phone": "sns"}[kind]
    return tuple(name.strip() for name in named.split(","))


def a_second(channel: str) -> int:
    """How many messages a second a channel takes of us, at most; 0 when nobody set a limit (`MINGXIN_SES_A_SECOND` and so on)."""
    return int(os.environ.get(f"MINGXIN_{channel.upper()}_A_SECOND") or 0)


def trial() -> frozenset[str] | None:
    """In a stage on trial, the only addresses that receive anything (`MINGXIN_TRIAL`, by commas); None where everybody does."""
    if os.environ.get("MINGXIN_STAGE") != "dev":
        return None
    return frozenset(filter(None, (one.strip() for one in os.environ.get("MINGXIN_TRIAL", "").split(","))))


def email_events() -> str:
    """The configuration set by which SES tells what became of an e-mail; empty where it does not."""
    return os.environ.get("MINGXIN_EMAIL_EVENTS", "")


def email_topic() -> str:
    """The ARN of the SNS topic that brings those events; empty where none does."""
    return os.environ.get("MINGXIN_EMAIL_TOPIC", "")


@dataclass(frozen=True)
class MailServer:
    """A server for SMTP. `secure`: with STARTTLS."""

    host: str
    port: int
    user: str
    password: str
    secure: bool


def smtp() -> MailServer:
    """The mail server of `MINGXIN_SMTP`: `smtp://user:password@host:587`; `smtp+plain://` for one in our own network, unencrypted."""
    found = urlsplit(os.environ["MINGXIN_SMTP"])
    secret = unquote(found.password or "")
    return MailServer(found.hostname or "", found.port or 587, unquote(found.username or ""), secret, found.scheme == "smtp")


@dataclass(frozen=True)
class SmsGateway:
    """An HTTP gateway for text messages, and the key that it and the window share."""

    address: str
    key: str
    secret: str


def sms_gateway() -> SmsGateway:
    """The gateway of `MINGXIN_SMS_GATEWAY`, `..._KEY` and `..._SECRET`; all empty where there is none."""
    named = (os.environ.get("MINGXIN_SMS_GATEWAY" + part, "") for part in ("", "_KEY", "_SECRET"))
    return SmsGateway(*named)
