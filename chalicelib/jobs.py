"""What schedules do: each job calls one service and gives back its counts. The day is the clock's.

Services are imported by job: a function that has one job pays nothing for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from chalicelib import watching

if TYPE_CHECKING:
    from datetime import date

    from chalicelib.services.common.due_work import Worked
    from chalicelib.services.scheduled.job_runs import Handed

TO_END = 30.0
"""Seconds that a function keeps to finish its batch and to hand on what is left."""


def _kept(name: str, work: Callable[[date], Worked | dict[str, int]], handed: Handed | None = None) -> dict[str, int]:
    """Does a job, keeps the run and tells its counts."""
    from chalicelib.services.scheduled import job_runs

    return watching.job(name, lambda: job_runs.kept(name, work, handed.day if handed else None))


def _sum(*counts: dict[str, int]) -> dict[str, int]:
    return {name: sum(one[name] for one in counts) for name in ("due", "done", "failed")}


def publish() -> dict[str, int]:
    """Bring publication up for the subjects that an interrupted submission left behind: counts of due, done and failed."""
    from chalicelib.services.publication import publish as publishing

    return _kept("publish", lambda day: publishing.pending())


def expire(seconds: float = math.inf, handed: Handed | None = None) -> dict[str, int]:
    """End the records whose last day is over: counts of due, done and failed. After `seconds` the queue `jobs` gets the rest.

    Each hour repairs take effect besides, in a run of their own, whatever becomes of this one.
    """
    from chalicelib.services.scheduled import expire as expiry

    place = handed.place if handed else ""
    with ExitStack() as besides:
        if not handed:
            besides.callback(effect)
        return _kept("expire", lambda day: expiry.expire(day, seconds=seconds - TO_END, place=place), handed)


def effect() -> dict[str, int]:
    """Let repairs take effect whose publicity has ended without an objection, and consents end: counts of due, done and failed."""
    from chalicelib.services.consent import ending_consents
    from chalicelib.services.remedies import repair_effect

    return _kept("effect", lambda day: _sum(repair_effect.take_effect(day), ending_consents.end(day)))


def forget(seconds: float = math.inf, handed: Handed | None = None) -> dict[str, int]:
    """Delete what was kept long enough: counts of due, done and failed. After `seconds` the queue `jobs` gets the rest."""
    from chalicelib.services.scheduled import forget as forgetting

    place = handed.place if handed else ""
    return _kept("forget", lambda day: forgetting.forget(day, seconds=seconds - TO_END, place=place), handed)


def root() -> dict[str, int]:
    """Sign the root of each day of the trail that is not closed yet: counts of days due and of roots made (done)."""
    from chalicelib.services.upkeep import roots

    return _kept("root", roots.sign)


def follow() -> dict[str, int]:
    """Look at what came in for what hangs on it, and end measures whose term is over: counts of due, done and failed."""
    from chalicelib.services.remedies import follow_up, measures

    return _kept("follow", lambda day: _sum(follow_up.due(day), measures.due(day)))


def more(bodies: Iterable[str], seconds: float = math.inf) -> dict[str, int]:
    """Go on with what a run of a job had no time for: its counts."""
    from chalicelib.services.scheduled import job_runs

    going_on = {"expire": expire, "forget": forget, "remind": remind, "deliver": deliver}
    (body,) = bodies
    handed = job_runs.handed(body)
    return going_on[handed.job](seconds, handed)


def count() -> dict[str, int]:
    """Count anew what publicity holds, for its overview: counts of months and entries."""
    from chalicelib.services.publication import counts

    return watching.job("count", counts.refresh)


def reports(numbers: Iterable[str]) -> dict[str, int]:
    """Make the PDFs of reports: counts of due, done and failed. Whatever fails is raised, so that its message comes again."""
    from chalicelib.services.reporting import reports as making

    def make() -> dict[str, int]:
        made = [making.render(number) for number in numbers]
        return {"due": len(made), "done": sum(made), "failed": 0}

    return watching.job("reports", make)


def notices(bodies: Iterable[str]) -> dict[str, int]:
    """Tell people what the queue says is due: counts of due, done and failed. Whatever fails is raised, so that it comes again."""
    from chalicelib.services.scheduled import notice_queue

    return watching.job("notices", lambda: notice_queue.work_off(bodies))


def remind(seconds: float = math.inf, handed: Handed | None = None) -> dict[str, int]:
    """Announce what is due today and still open, for each person in one message: counts of due, done and failed. After `seconds` the
    queue `jobs` gets the rest."""
    from chalicelib.services.delivery import remind as reminding

    return _kept("remind", lambda day: reminding.remind(day, seconds=seconds - TO_END), handed)


def deliver(seconds: float = math.inf, handed: Handed | None = None) -> dict[str, int]:
    """Send what is due and was never queued, or not taken: counts of due, done and failed. After `seconds` the queue `jobs` gets the
    rest."""
    from chalicelib.services.scheduled import notice_queue

    return _kept("deliver", lambda day: notice_queue.sweep(day, seconds=seconds - TO_END), handed)


def recall(seconds: float = math.inf) -> dict[str, int]:
    """Withdraw the records of batches that are taken back: counts of recalls due, done and failed. What is left goes on next time."""
    from chalicelib.services.remedies import recalls

    return _kept("recall", lambda day: recalls.go_on(day, seconds=seconds - TO_END))


def bulletin() -> dict[str, int]:
    """Count the uses of the days since, make the quarterly bulletin once it is due, and note the case report that is: counts of due and
    done, and of days."""
    from chalicelib.services.desk import case_reports
    from chalicelib.services.scheduled import bulletin as making

    def work(day: date) -> dict[str, int]:
        if not making.has_begun():
            return {"due": 0, "done": 0, "failed": 0, "days": 0}
        made, noted = making.due(day), case_reports.due(day)
        return {**made, **{name: made[name] + count for name, count in noted.items()}}

    return _kept("bulletin", work)


def export() -> dict[str, int]:
    """Keep what has changed since the last export, for the systems above and other cities: counts of due, done and failed."""
    from chalicelib.services.exchange import export as exporting

    return _kept("export", exporting.due)


def overdue() -> dict[str, int]:
    """Make the PDFs of reports of which no message came: counts of due, done and failed."""
    from chalicelib.services.reporting import reports as making

    return watching.job("overdue", making.pending)


def canary() -> dict[str, int]:
    """Look up the city's example organisation as a visitor does: failed is 1 when that did not work, stale when it is not up to date."""
    from chalicelib.services.publication import canary

    return watching.job("canary", canary.look)
