"""An OpenID Connect issuer of this machine, with invented people: `python -m local.issuer KIND PORT FILE`, one for each kind."""

from __future__ import annotations

import os
import secrets
import sys
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import waitress

PEOPLE = Path(__file__).resolve().parent / "people.toml"
KINDS = ("citizens", "staff")
"""Citizens and staff have issuers of their own, as in the cloud: no citizen's issuer can give a role."""
CLIENT = "mingxin"
_OURS = ("sub", "about")


def people(file: Path) -> Mapping[str, list[dict[str, Any]]]:
    """The people of each kind in a file. ValueError with what the file lacks."""
    found = tomllib.loads(file.read_text("utf-8"))
    for kind in KINDS:
        for person in found.get(kind, ()):
            if not {"sub", "name", *_OURS} <= set(person):
                raise ValueError(f"a person in [[{kind}]] lacks sub, name or about")
    return {kind: list(found.get(kind, ())) for kind in KINDS}


def environment(ports: Mapping[str, int], file: Path) -> dict[str, str]:
    """What the system must know of its local issuers."""
    return {
        "MINGXIN_PEOPLE": str(file),
        **{f"MINGXIN_{kind.upper()}_ISSUER": f"http://127.0.0.1:{port}" for kind, port in ports.items()},
        **{f"MINGXIN_{kind.upper()}_CLIENT": CLIENT for kind in ports},
        **{f"MINGXIN_{kind.upper()}_SECRET": secrets.token_urlsafe() for kind in ports},  # it wants one, and takes any
    }


def main(kind: str, port: int, file: Path) -> None:
    """Serves until it is ended."""
    os.environ.update(AUTHLIB_INSECURE_TRANSPORT="1")  # http, on this machine
    warnings.simplefilter("ignore")
    import oidc_provider_mock

    users = [
        oidc_provider_mock.User(sub=person["sub"], claims={name: value for name, value in person.items() if name not in _OURS})
        for person in people(file)[kind]
    ]
    waitress.serve(oidc_provider_mock.app(require_nonce=True, user_claims=users), host="127.0.0.1", port=port, threads=4)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
