"""The pages that explain: what the window is and is not, how to object, privacy, accessibility, what each problem means."""

from __future__ import annotations

from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib import clock
from chalicelib.services.publication import look_up
from chalicelib.services.remedies import objection_periods
from chalicelib.web import cards, problems, queries
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.routes import Routes

guide = Routes(__name__)


@guide.reads("/about")
def about(request: Request) -> Response:
    """What the window does, how to object, what programs get, on which documents it rests."""
    return page("about.html", section="/about", problems=problems.KNOWN)


@guide.reads("/help/objection")
def objection(request: Request) -> Response:
    """How to object; with `subject` (a USCC) and `entry` also to what exactly, as it stands today."""
    today = clock.today()
    found = _entry(request)
    facts = {"section": "/help/objection", "periods": objection_periods.in_force_on(today), "found": found}
    return page("objection.html", NOT_INDEXED if found else None, **facts)


@guide.reads("/limits")
def limits(request: Request) -> Response:
    """What is deliberately not done here, each with its reason."""
    return page("prose.html", section="/about", title="这里不做什么", name="limits")


@guide.reads("/privacy")
def privacy(request: Request) -> Response:
    """How personal data are treated."""
    return page("prose.html", section="/about", title="隐私说明", name="privacy")


@guide.reads("/accessibility")
def accessibility(request: Request) -> Response:
    """For whom the pages work, and what to do where they do not."""
    return page("prose.html", section="/about", title="无障碍说明", name="accessibility")


@guide.reads("/problems/{name}")
def problem(request: Request, name: str) -> Response:
    """What a kind of error means and what to do: the page behind the `type` of a problem."""
    known = problems.KNOWN.get(unquote(name))
    if known is None:
        raise problems.Missing("没有这种错误", "请核对地址；全部种类列在使用说明里。")
    return page("problem.html", section="/about", problem=known)


def _entry(request: Request) -> tuple[str, str, cards.Card] | None:
    """Name and code of the organisation and the entry that an objection is about; None where none is named or shown today."""
    code, entry = queries.given(request, "subject"), queries.given(request, "entry")
    if code is None or entry is None:
        return None
    organisation = look_up.organisation(queries.code_in(code), day=clock.today())
    shown = (card for section in cards.sections(organisation or {"name": ""}) for card in section.cards)
    card = next((card for card in shown if card.id == entry), None)
    return (organisation["name"], organisation["code"], card) if organisation and card else None
