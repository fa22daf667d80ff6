"""The public app on a fixed morning, with look-ups that answer from the examples of the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest
from chalice import Chalice

from app import create_app
from chalicelib.services.publication import look_up, publicity, search
from chalicelib.services.publication.publicity import Overview
from chalicelib.storage import roots

from .examples import CODE, announcement, found, organisation

MORNING = "2026-11-21T09:00:00+08:00"
DAY = date(2026, 11, 21)


@dataclass
class LookUps:
    """The look-ups of the services with their true signatures: a test may change what they answer, or ask how they were called."""

    organisation: Mock
    search: Mock
    ready: Mock
    announced: Mock
    newest: Mock
    of_month: Mock
    overview: Mock
    up_to_date: Mock

    def calls(self) -> int:
        """How many look-ups were made."""
        return sum(look.call_count for look in (self.organisation, self.search, self.announced, self.newest, self.of_month))


@pytest.fixture(autouse=True)
def morning(at: Callable[[str], None]) -> None:
    at(MORNING)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> LookUps:
    answers: dict[str, Any] = {
        "organisation": lambda code, **_: organisation() if code == CODE else None,
        "ready": lambda: True,
        "up_to_date": lambda now: (None, None),
    }
    searches: dict[str, Any] = {
        "search": lambda query, **_: {"items": [found()] if query in ("瑞广", CODE) else [], "next": None, "as_of": DAY.isoformat()},
    }
    announcements: dict[str, Any] = {
        "newest": lambda kind, **_: {"items": [announcement(kind)], "next": None, "as_of": DAY.isoformat()},
        "announced": lambda kind, **_: {"items": [announcement(kind)], "next": None, "as_of": DAY.isoformat()},
        "of_month": lambda kind, month, **_: {"items": [announcement(kind)], "next": None, "as_of": DAY.isoformat()},
        "overview": lambda **_: Overview({}, None),
    }
    mocks: dict[str, Mock] = {}
    for service, gives in ((look_up, answers), (search, searches), (publicity, announcements)):
        for name, give in gives.items():
            mocks[name] = create_autospec(getattr(service, name), side_effect=give)
            monkeypatch.setattr(service, name, mocks[name])
    monkeypatch.setattr(look_up, "organisation_as_json", _as_json)
    monkeypatch.setattr(roots, "latest", create_autospec(roots.latest, return_value=[]))
    return LookUps(**mocks)


def _as_json(code: str, **more: Any) -> str | None:
    found_now = look_up.organisation(code, **more)
    return None if found_now is None else json.dumps(found_now, ensure_ascii=False)


@pytest.fixture
def public(looked: LookUps) -> Chalice:
    return create_app("public")
