"""Looks up the city's example organisation from outside, through everything that stands between a visitor and the data."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from chalicelib import cities, settings

PATIENCE = 15
"""Seconds."""


def look() -> dict[str, int]:
    """`failed` is 1 when the organisation is not found or the window does not say that it is ready, `stale` when it says that
    what it shows is not up to date."""
    code = cities.identity(settings.city()).example.code
    try:
        organisation = _get(f"/api/v1/subjects/{code}")
        health = _get("/healthz")
    except (OSError, ValueError, http.client.HTTPException):
        return {"failed": 1, "stale": 0}
    return {"failed": int(organisation.get("code") != code or not health.get("ready")), "stale": int(health.get("fresh") is False)}


def _get(path: str) -> dict[str, Any]:
    """The JSON object at a path of the site; nothing for an answer that is none."""
    site = urlsplit(settings.site())
    connect = http.client.HTTPSConnection if site.scheme == "https" else http.client.HTTPConnection
    connection = connect(site.netloc, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": "mingxin-canary"})
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}
