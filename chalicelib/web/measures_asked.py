"""What implementing bodies ask and answer with a key: the measures that wait for them (`GET /api/v1/measures`), what they did (KLM-17)."""

from __future__ import annotations

from chalice.app import Request, Response

from chalicelib.law.decisions import Refused
from chalicelib.services.common import json_body
from chalicelib.services.remedies import measures as service
from chalicelib.web import access, bodies, parameters, problems, queries
from chalicelib.web.answers import data
from chalicelib.web.routes import Routes

LARGEST = 64 << 10
"""Bytes."""

measures_asked = Routes(__name__)


@measures_asked.reads("/api/v1/measures", parameters.SUBJECT)
def waiting(request: Request) -> Response:
    """The measures that wait for the key's bodies: to be applied, or to stop."""
    key = access.caller(request)
    return data(service.pushed_to(key, queries.cursor(request)))


@measures_asked.takes("/api/v1/measures/{number}/feedback", parameters.PLAIN)
def answer(request: Request, number: str) -> Response:
    """What a body did about a measure."""
    key = access.caller(request)
    said = json_body.read(bodies.json_body(request, LARGEST))
    if not isinstance(said, dict) or not said.keys() <= {"done", "text"} or not all(isinstance(value, str) for value in said.values()):
        raise Refused('请求正文应为 {"done": "applied", "text": "说明"}')
    try:
        return data(service.feed_back(key, number, done=said.get("done", ""), text=said.get("text", "")))
    except service.Unknown as error:
        raise problems.Missing("没有这项措施", "请用 GET /api/v1/measures 取得编号。") from error
