"""Does this name belong to this number: yes or no, and nothing else of whoever it is (NT-24)."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.law.names import same_name
from chalicelib.services.querying import queries
from chalicelib.services.querying.asked import Asked, find
from chalicelib.services.querying.queries import Asking


def compare(asked: Asked, asker: Asking) -> dict[str, Any]:
    """Whether the name is the present one of whoever has the number; a former name is none. The trace is written before.

    "No" is the same whether somebody has the number or nobody, and as much is written.
    """
    (found,) = find([asked])
    same = found.loaded is not None and same_name(asked.name or "", found.loaded.subject.profile.name)
    about = found.loaded if found.loaded is not None and same else asked.identifier
    traced = queries.leave_trace(asker, "compare", about, ())
    return {"match": same, "as_of": clock.today().isoformat(), "query": traced}
