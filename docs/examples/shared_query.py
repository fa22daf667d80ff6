"""Asks for a person, a review and a comparison, with nothing but Python's own library; MINGXIN_URL and MINGXIN_KEY lead to the window."""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

PURPOSE, MATTER = "行政审批", "演示事项2026-12"


def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the window answers. urllib.error.HTTPError where it refuses: its body is a problem that says what to do."""
    headers = {
        "Authorization": f"Bearer {os.environ['MINGXIN_KEY']}",
        "Content-Type": "application/json",
        "X-Purpose": quote(PURPOSE),
        "X-Matter": quote(MATTER),
    }
    request = Request(os.environ["MINGXIN_URL"] + path, json.dumps(body).encode(), headers)  # noqa: S310 - our own address
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    code, name, number = sys.argv[1:]
    person = {"name": name, "id_type": "resident_id", "id_number": number}
    asked = {
        "person": ask("/api/v1/shared/subjects", person),
        "review": ask("/api/v1/reviews", {"subjects": [{"code": code}, person]}),
        "compare": ask("/api/v1/compare", {"code": code, "name": "示例甲食品有限公司"}),
    }
    print(json.dumps(asked, ensure_ascii=False))
