"""How often one network address may call: reads `limits.toml`, and says which of its rows a path falls under."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FREE = ("/static/", "/healthz", "/members/healthz")


@dataclass(frozen=True)
class Limit:
    """At most `requests` in `seconds` from one address, for paths that begin or end so."""

    name: str
    about: str
    requests: int
    seconds: int
    begins: str | None = None
    endings: tuple[str, ...] = ()

    def fits(self, path: str) -> bool:
        """Whether a path falls under this row, looked at by itself."""
        return (self.begins is not None and path.startswith(self.begins)) or path.endswith(self.endings)


def limit_of(path: str) -> Limit | None:
    """The limit of a path; None for what may be fetched freely."""
    return None if path.startswith(_FREE) else next(limit for limit in LIMITS if limit.fits(path))


def _read() -> tuple[Limit, ...]:
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["limits"]
    return tuple(Limit(**{**row, "endings": tuple(row.get("endings", ()))}) for row in rows)


LIMITS = _read()
