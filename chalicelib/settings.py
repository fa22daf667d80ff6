"""What a deployment sets from outside: the face, the city, the tables, the keys. Endpoints and regions are the AWS SDK's own."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `app.py`, `templates/` and `static/`."""


def face() -> str:
    """Which face of the window this process serves: `public` or `members`."""
    return os.environ.get("MINGXIN_FACE", "public")


def city() -> str:
    """The city: a name in `chalicelib/cities`, or a folder of one's own."""
    return os.environ.get("MINGXIN_CITY") or "nantong"


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
    """The address of the window as visitors see it, without a slash at its end; for the canary."""
    return os.environ["MINGXIN_SITE"]


def deployed() -> bool:
    """Whether this process is a Lambda function."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def shards() -> int:
    """Into how many partitions a publicity feed of one month and a day of the trail are spread (1 to 16)."""
    return int(os.environ.get("MINGXIN_SHARDS", "1"))


def files() -> str:
    """Where private files are: `s3:` and a bucket's name, or a folder; by default one beside the key file."""
    return os.environ.get("MINGXIN_FILES") or str(Path(keys()).with_name("files"))


def signing() -> str:
    """What signs reports: `kms:` and the id of a signing key, or the path of a key file; by default one beside the key file."""
    return os.environ.get("MINGXIN_SIGNING") or str(Path(keys()).with_name("report-signing.pem"))


def fonts() -> Path:
    """The folder that holds the fonts of reports: of the layer in the cloud, else as npm installed it."""
    given = os.environ.get("MINGXIN_FONTS")
    if given:
        return Path(given)
    return Path("/opt/fonts") if deployed() else ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
