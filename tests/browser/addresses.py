"""An address for each public route, with whatever stands in its gaps, and the mistakes that people make."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

CODE = "91990000YW001000X5"
NAME = "南通演示澄明食品有限公司"
MISSPELT = CODE[:-1] + "6"
UNKNOWN = "913206990000000274"
BUSINESS = "92990000YW00100722"

PAGES: Mapping[str, tuple[str, ...]] = {
    "/": ("/",),
    "/search": ("/search", f"/search?q={quote('演示澄明')}", f"/search?q={quote('没有这样的单位')}"),
    "/subjects/{code}": (f"/subjects/{CODE}",),
    "/publicity": ("/publicity",),
    "/publicity/{kind}": ("/publicity/penalties", "/publicity/blacklist", "/publicity/commitments", "/publicity/repairs"),
    "/catalogue": ("/catalogue",),
    "/catalogue/draft": ("/catalogue/draft",),
    "/measures": ("/measures",),
    "/cases": ("/cases",),
    "/trail": ("/trail",),
    "/about": ("/about",),
    "/help/objection": ("/help/objection",),
    "/limits": ("/limits",),
    "/privacy": ("/privacy",),
    "/accessibility": ("/accessibility",),
    "/problems/{name}": ("/problems/not-found",),
    "/api": ("/api",),
    "/verify": ("/verify",),
    "/verify/{number}/{code}": ("/verify/NT-20261121-00000000/0000000000000000",),
}
"""Pages for people, by route."""

FILES: Mapping[str, Mapping[str, str]] = {
    "/publicity/{kind}": {
        "/publicity/penalties.json": "application/json",
        "/publicity/penalties.csv": "text/csv; charset=utf-8",
        "/publicity/penalties.atom": "application/atom+xml; charset=utf-8",
    },
    "/catalogue.json": {"/catalogue.json": "application/json"},
    "/measures.json": {"/measures.json": "application/json"},
    "/cases.json": {"/cases.json": "application/json"},
    "/trail.json": {"/trail.json": "application/json"},
    "/static/{name}": {
        "/static/mingxin.css": "text/css; charset=utf-8",
        "/static/brand.css": "text/css; charset=utf-8",
        "/static/icon.svg": "image/svg+xml",
    },
    "/healthz": {"/healthz": "application/json"},
    "/api/v1/openapi.json": {"/api/v1/openapi.json": "application/json"},
    "/api/v1/subjects": {f"/api/v1/subjects?q={quote(NAME)}": "application/json"},
    "/api/v1/subjects/{code}": {f"/api/v1/subjects/{CODE}": "application/json"},
    "/api/v1/publicity/{kind}": {"/api/v1/publicity/penalties": "application/json"},
    "/verify/certificate": {"/verify/certificate": "application/x-pem-file"},
    "/api/v1/verify/{number}/{code}": {"/api/v1/verify/NT-20261121-00000000/0000000000000000": "application/json"},
}
"""What is no page, by route, with its media type."""

MISTAKES: Mapping[str, int] = {
    "/nothing": 404,
    f"/subjects/{UNKNOWN}": 404,
    f"/subjects/{MISSPELT}": 422,
    "/search?q=%E6%98%8E": 422,
    "/publicity/penalties?from=2026-12-01&to=2026-11-01": 422,
}
"""What people get wrong, with the status of the page that tells them."""

SHOWN = tuple(address for addresses in PAGES.values() for address in addresses) + tuple(MISTAKES)
"""Every page that is looked at."""


def in_language(address: str, language: str) -> str:
    """The address of the same page in a language."""
    return address if language == "zh" else f"{address}{'&' if '?' in address else '?'}lang={language}"
