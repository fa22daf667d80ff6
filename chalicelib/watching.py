"""What a deployed function tells of its work: one line of JSON for each request and job, with ids and counts only.

CloudWatch makes the metrics from these lines (embedded metric format), so that no call and no right is needed for them.
On one machine nothing is said.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Request, Response

from chalicelib import settings

NAMESPACE = "Mingxin"
UNITS = {"Milliseconds": "Milliseconds"}
"""Metrics that are no counts."""


def requests(face: str) -> Callable[[Request, Callable[[Request], Response]], Response]:
    """The middleware that tells of every request: its route (never its address), its status and its milliseconds."""

    def watched(request: Request, get_response: Callable[[Request], Response]) -> Response:
        began = time.perf_counter()
        response = get_response(request)
        facts = {
            "route": request.path,
            "method": request.method,
            "status": response.status_code,
            "request": request.context.get("requestId"),
        }
        metrics = {"Requests": 1, "Errors": int(response.status_code >= 500), "Milliseconds": _since(began)}
        tell("request", facts, metrics, Face=face)
        return response

    return watched


def rows(batch: str, accepted: int, duplicate: int, refused: int) -> None:
    """Tells what became of a submission: how many rows came in, were there already, and were refused."""
    tell("rows", {"batch": batch}, {"RowsIn": accepted, "RowsDuplicate": duplicate, "RowsRefused": refused})


def job(name: str, work: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Does a job and tells its counts (due, done, failed) and milliseconds; a job that ends by an error counts as failed."""
    began = time.perf_counter()
    counts = {"failed": 1}
    try:
        counts = work()
    finally:
        tell("job", {}, {**{name.capitalize(): count for name, count in counts.items()}, "Milliseconds": _since(began)}, Job=name)
    return counts


def tell(event: str, facts: Mapping[str, Any], metrics: Mapping[str, float], **dimensions: str) -> None:
    """One line. `metrics` are counts unless `UNITS` says otherwise; they are kept for the window and each of the dimensions."""
    if not settings.deployed():
        return
    named = {"Window": settings.tables(), **dimensions}
    declared = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(named)],
        "Metrics": [{"Name": name, "Unit": UNITS.get(name, "Count")} for name in metrics],
    }
    line = {
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [declared]},
        "event": event,
        **named,
        **metrics,
        **facts,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
