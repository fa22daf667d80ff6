"""The invented people of the local issuers, so that pages of one machine can say as whom to sign in; deployments have none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib import settings


def people() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """The people of each issuer (`citizens`, `staff`); empty where there is no local issuer."""
    path = settings.people()
    return _read(path) if path else {}


@cache
def _read(path: Path) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    found = tomllib.loads(path.read_text("utf-8"))
    return {kind: tuple(found.get(kind, ())) for kind in ("citizens", "staff")}
