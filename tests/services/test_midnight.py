"""At midnight what has ended is gone from every answer, and nobody may still hold what was answered before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app import create_app
from tests.services.conftest import Send
from tests.services.rows import a_code, a_penalty, a_subject
from tests.web.gateway import ask

TITLE = "示例违法行为"
ADDRESSES = [
    f"/subjects/{a_code()}",
    f"/subjects/{a_code()}?lang=en",
    f"/api/v1/subjects/{a_code()}",
    "/publicity/penalties",
    "/publicity/penalties.csv",
    "/publicity/penalties.atom",
    "/api/v1/publicity/penalties",
]


@pytest.mark.clause("NT-30", "NT-21")
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_kept_half_a_minute_before_midnight_shows_nothing_that_ends_with_the_day(
    send: Send, at: Callable[[str], None], address: str
) -> None:
    send("subjects", a_subject())
    assert send("penalties", a_penalty(违法行为类型=TITLE, 处罚决定日期="2025/11/21", 公示截止期="2026/11/21")).accepted == 1
    window = create_app("public")
    at("2026-11-21T23:59:30+08:00")
    kept = ask(window, address)
    assert TITLE in kept.body
    seconds, rest = kept.headers["Cache-Control"].removeprefix("public, max-age=").split(", ", 1)
    assert 0 < int(seconds) <= 30
    assert rest == "must-revalidate, stale-if-error=0"
    at("2026-11-22T00:00:00+08:00")
    asked_again = ask(window, address, headers={"If-None-Match": kept.headers["ETag"]})
    assert asked_again.status == 200
    assert TITLE not in asked_again.body
