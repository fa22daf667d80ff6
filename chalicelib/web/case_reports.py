"""Case reports at the desk (`/desk/case-reports`): what is due, the file, and that a person has sent it (AK-5, NT-28b)."""

from __future__ import annotations

from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.services.desk import case_reports as service
from chalicelib.services.remedies.casework import Overtaken, Unknown
from chalicelib.web import access, problems, tables
from chalicelib.web.desk import desk_page
from chalicelib.web.language import address
from chalicelib.web.routes import Routes

HERE = "/desk/case-reports"

case_reports = Routes(__name__)


@case_reports.reads(HERE)
def listed(request: Request) -> Response:
    """The reports that are due, and those that were sent."""
    session = access.signed_in(request)
    reports, rule = service.listed()
    return desk_page(session, "desk_case_reports.html", HERE, reports=reports, rule=rule)


@case_reports.reads(HERE + "/{period}")
def file(request: Request, period: str) -> Response:
    """A report as the file that is sent."""
    access.signed_in(request)
    try:
        text = service.as_csv(unquote(period))
    except Unknown as error:
        raise _missing() from error
    kept = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="case-report.csv"'}
    return Response(text, {"Content-Type": tables.CSV, **kept})


@case_reports.takes(HERE + "/{period}")
def send(request: Request, period: str) -> Response:
    """Note that a report was sent."""
    session = access.signed_in(request)
    try:
        service.send(session, unquote(period))
    except Unknown as error:
        raise _missing() from error
    except Overtaken as error:
        raise problems.Declined(problems.OVERTAKEN, "这份案例报告已经报送过：请打开页面，看看是谁在什么时候报送的") from error
    raise problems.Elsewhere(address(HERE))


def _missing() -> problems.Missing:
    return problems.Missing("没有这份案例报告", "请从列表中选择。")
