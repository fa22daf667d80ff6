"""Officers see what each scheduled job did: when, for which day, how many, how long, and what failed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from chalice import Chalice

from chalicelib import jobs
from chalicelib.services.scheduled import job_runs
from chalicelib.storage import job_runs as stored
from tests.people.browser import said
from tests.people.desk import at_desk
from tests.services.conftest import Send
from tests.services.rows import a_penalty

HERE = "/desk/jobs"


def test_an_officer_and_a_supervisor_see_the_runs_and_until_which_day_each_job_has_come(
    members: Chalice, send: Send, at: Callable[[str], None]
) -> None:
    officer = at_desk(members, "officer-yi")
    assert "还没有执行过" in said(officer.get(HERE))
    send("penalties", a_penalty(公示截止期="2026/11/19"), a_penalty(行政处罚决定书文号="示罚〔2026〕2号", 公示截止期="2026/11/24"))
    at("2026-11-25T09:05:00+08:00")
    jobs.expire()
    page = " ".join(said(at_desk(members, "supervisor").get(HERE)).split())
    began, counts = "到期 开始 2026年11月25日 09:05 按哪一天 2026年11月25日", "应办 2 办成 2 未办成 0 最久的晚了几天 5"
    run = re.search(rf"{began} {counts} 用时（秒） ([0-9.]+) 完成", page)
    assert run
    assert float(run[1]) > 0


def test_a_run_that_failed_one_that_was_cut_off_and_one_that_goes_on_are_told_apart(
    archive: None, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime(2026, 11, 21, 1, tzinfo=UTC)
    stored.begin("expire", began.date(), began)
    at("2026-11-21T09:14:00+08:00")
    found = job_runs.overview()
    assert [found.state_of(run) for run in found.runs] == ["running"]
    at("2026-11-21T09:16:00+08:00")

    def breaks(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("chalicelib.services.scheduled.expire.work_off", breaks)
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what is kept
        jobs.expire()
    found = job_runs.overview()
    runs = [run for run in found.runs if run.job == "expire"]
    assert [(found.state_of(run), run.error) for run in runs] == [("error", "OSError"), ("cut_off", "")]
    assert "expire" not in found.finished
