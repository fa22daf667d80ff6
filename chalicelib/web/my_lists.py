"""The lists on which somebody stands, how to leave them, and the measures that hang on them (`/me/lists`)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.law import joint_measures, procedures
from chalicelib.law import lists as law
from chalicelib.services.consent.written_consents import LARGEST_SCAN
from chalicelib.services.identity.people_sessions import Session
from chalicelib.services.remedies import lists as service
from chalicelib.web import access, forms, steps, uploads
from chalicelib.web.members import by_right, member_page
from chalicelib.web.routes import Routes

HERE = "/me/lists"
NOT_THEIRS = "您的授权不包括申请信用修复：请由法定代表人增加委托权限"

my_lists = Routes(__name__)


@my_lists.reads(HERE)
def listed(request: Request) -> Response:
    """One's entries and measures."""
    return _page(access.signed_in(request), {})


@my_lists.takes(HERE)
def apply(request: Request) -> Response:
    """Apply to leave a list, with proof."""
    session = access.signed_in(request)
    form = {name: values[0] for name, values in forms.fields(request).items()}

    def step() -> None:
        with by_right(NOT_THEIRS), steps.known(service.Unknown, "没有这条名单信息"):
            service.apply(session, form.get("entry", ""), form.get("reason", ""), uploads.file(request, "proof"))

    return steps.taken(step, HERE, lambda error: _page(session, form, error))


@my_lists.takes(HERE + "/{case}")
def give_up(request: Request, case: str) -> Response:
    """Withdraw an application."""
    session = access.signed_in(request)

    def step() -> None:
        with by_right(NOT_THEIRS), steps.known(service.Unknown, "没有这件申请"):
            service.give_up(session, case)

    return steps.taken(step, HERE, lambda error: _page(session, {}, error))


def _page(session: Session, form: dict[str, str], error: str | None = None) -> Response:
    with by_right("您的授权不包括查看这个单位的信用档案：请由法定代表人增加委托权限"):
        entries, tied = service.of_session(session), service.measures_of(session)
    states = {state.name: state.label for state in law.EXIT.states}
    facts = {"entries": entries, "tied": tied, "states": states, "standings": joint_measures.STANDINGS, "megabytes": LARGEST_SCAN >> 20}
    return member_page(session, "my_lists.html", form=form, error=error, waits=procedures.ROLES, **facts)
