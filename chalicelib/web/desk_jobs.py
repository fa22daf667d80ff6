"""The page of scheduled jobs (`/desk/jobs`): when each ran, how many it did, how long it took, what failed, how far behind it is."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.services.scheduled import job_runs
from chalicelib.web import access
from chalicelib.web.desk import desk_page
from chalicelib.web.routes import Routes

HERE = "/desk/jobs"

desk_jobs = Routes(__name__)


@desk_jobs.reads(HERE)
def listed(request: Request) -> Response:
    """Each job with the last day that it has finished, and the latest runs."""
    session = access.signed_in(request)
    found = job_runs.overview()
    return desk_page(session, "desk_jobs.html", HERE, jobs=found.finished, runs=[(run, found.state_of(run)) for run in found.runs])
