"""Tips from anyone about an organisation's serious breach (`/tips`), and their answers by number and secret (KLM-15, HY-18)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib import cities, clock, settings
from chalicelib.law import tips as law
from chalicelib.law.decisions import Refused
from chalicelib.services.desk import tips as service
from chalicelib.web import access, forms, problems
from chalicelib.web.answers import NOT_INDEXED, page
from chalicelib.web.language import told
from chalicelib.web.routes import Routes

HERE = "/tips"
ANSWER = HERE + "/answer"

tips = Routes(__name__)


@tips.reads(HERE)
def form(request: Request) -> Response:
    """The form, and what is done with it."""
    return _form(forms.Form({"form": [service.new_form()]}))


@tips.takes(HERE)
def take(request: Request) -> Response:
    """Take a tip; the page tells its number and secret, once."""
    sent = _ours(request)
    try:
        parts = (sent.one(name) for name in ("about", "organisation", "code", "matter", "text", "name", "contact"))
        taken = service.take(sent.one("form"), access.address_of(request), law.stated(*parts))
    except Refused as refusal:
        return _form(sent, told(refusal))
    return _page("tip_taken.html", taken=taken)


@tips.reads(ANSWER)
def ask(request: Request) -> Response:
    """Where the number and secret of a tip are typed in."""
    return _page("tip_answer.html", standing=None, error=None)


@tips.takes(ANSWER)
def answer(request: Request) -> Response:
    """What became of a tip. A number that is wrong and a secret that is wrong get the same answer."""
    sent = _ours(request)
    try:
        standing = service.standing(sent.one("number"), sent.one("secret"))
    except Refused as refusal:
        return _refused(_page("tip_answer.html", standing=None, error=told(refusal)))
    if standing is None:
        raise problems.Missing("没有这个编号的举报，或者密码不对", "请核对提交举报时页面上写的编号和密码。")
    return _page("tip_answer.html", standing=standing, error=None)


def _ours(request: Request) -> forms.Form:
    if access.is_foreign(request):
        raise problems.Declined(problems.STALE_FORM, "这张表单不是本站给出的，没有提交任何内容：请打开页面重新填写")
    return forms.sent(request)


def _form(sent: forms.Form, error: str | None = None) -> Response:
    due = law.answer_due(clock.today(), cities.load(settings.city()).rules)
    response = _page("tips.html", form=sent, error=error, matters=law.MATTERS, least=law.SHORTEST, most=law.LONGEST, due=due)
    return _refused(response) if error else response


def _refused(response: Response) -> Response:
    response.status_code = problems.INVALID_INPUT.status
    return response


def _page(template: str, **facts: object) -> Response:
    return page(template, {"Cache-Control": "no-store", **NOT_INDEXED}, **facts)
