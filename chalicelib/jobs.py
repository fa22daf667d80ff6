"""What schedules do: each job calls one service and gives back its counts. The day is the clock's.

Services are imported by job: a function that has one job pays nothing for the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import watching


def publish() -> dict[str, int]:
    """Bring publication up for the subjects that an interrupted submission left behind: counts of due, done and failed."""
    from chalicelib.services import publish as publishing

    return watching.job("publish", publishing.pending)


def count() -> dict[str, int]:
    """Count anew what publicity holds, for its overview: counts of months and entries."""
    from chalicelib.services import counts

    return watching.job("count", counts.refresh)


def reports(numbers: Iterable[str]) -> dict[str, int]:
    """Make the PDFs of reports: counts of due, done and failed. Whatever fails is raised, so that its message comes again."""
    from chalicelib.services import reports as making

    def make() -> dict[str, int]:
        made = [making.render(number) for number in numbers]
        return {"due": len(made), "done": sum(made), "failed": 0}

    return watching.job("reports", make)


def notices(bodies: Iterable[str]) -> dict[str, int]:
    """Tell people what the queue says is due: counts of due, done and failed. Whatever fails is raised, so that it comes again."""
    from chalicelib.services import notice_queue

    return watching.job("notices", lambda: notice_queue.work_off(bodies))


def untold() -> dict[str, int]:
    """Tell subjects of requests of which no message came: counts of due, done and failed."""
    from chalicelib.services import consents

    return watching.job("untold", consents.untold)


def overdue() -> dict[str, int]:
    """Make the PDFs of reports of which no message came: counts of due, done and failed."""
    from chalicelib.services import reports as making

    return watching.job("overdue", making.pending)


def canary() -> dict[str, int]:
    """Look up the city's example organisation as a visitor does: failed is 1 when that did not work, stale when it is not up to date."""
    from chalicelib.services import canary

    return watching.job("canary", canary.look)
