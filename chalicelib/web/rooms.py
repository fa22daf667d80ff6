"""Which module of `web` serves which addresses: a room is what a function loads when one of its addresses is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from chalice.app import Blueprint

Rooms = Mapping[str, tuple[str, ...]]

ROOMS: Mapping[str, Rooms] = {
    "public": {
        "api": ("/api/v1/subjects", "/healthz"),
        "catalogue": ("/catalogue", "/catalogue.json"),
        "described": ("/api", "/api/v1/openapi.json"),
        "guide": ("/about", "/accessibility", "/help", "/limits", "/privacy", "/problems"),
        "measures": ("/measures", "/measures.json"),
        "trail": ("/trail", "/trail.json"),
        "public": ("/", "/search", "/static", "/subjects"),
        "publicity": ("/publicity", "/api/v1/publicity"),
        "typical_cases": ("/cases", "/cases.json"),
        "verify": ("/verify", "/api/v1/verify"),
    },
    "members": {
        "members": ("/members",),
        "files": ("/members/files",),
        "local_outbox": ("/local",),
        "receipts": ("/receipts",),
        "records": ("/api/v1/records",),
        "shared": ("/api/v1/compare", "/api/v1/reviews", "/api/v1/shared"),
        "authorised": ("/api/v1/consents", "/api/v1/reports"),
        "measures_asked": ("/api/v1/measures",),
        "verifications": ("/api/v1/doubts", "/api/v1/verifications", "/desk/verifications"),
        "sign_in": ("/login", "/logout"),
        "me": ("/me",),
        "my_lists": ("/me/lists",),
        "my_reports": ("/me/reports",),
        "green_channel": ("/me/green-channel",),
        "my_queries": ("/me/queries", "/me/queries.json"),
        "my_repairs": ("/me/repairs",),
        "notices": ("/me/notices", "/unsubscribe"),
        "delegations": ("/me/delegations",),
        "contacts": ("/me/contacts",),
        "consents": ("/me/consents", "/authorise"),
        "objections": ("/me/objections",),
        "business": ("/business",),
        "desk": ("/desk",),
        "desk_cases": ("/desk/cases",),
        "counter": ("/desk/counter",),
        "counter_contacts": ("/desk/counter/{counter}/contacts",),
        "counter_consents": ("/desk/counter/{counter}/consents",),
        "mandates": ("/desk/mandates",),
        "written_consents": ("/desk/written-consents",),
        "special_needs": ("/desk/special-needs",),
        "desk_jobs": ("/desk/jobs",),
        "desk_dead_letters": ("/desk/jobs/failed",),
        "desk_notices": ("/desk/notices",),
        "desk_objections": ("/desk/objections", "/desk/appeals"),
        "desk_complaints": ("/desk/complaints",),
        "desk_repairs": ("/desk/repairs",),
        "desk_records": ("/desk/records",),
        "tips": ("/tips",),
        "desk_tips": ("/desk/tips",),
        "promises": ("/desk/promises",),
        "case_reports": ("/desk/case-reports",),
        "desk_typical_cases": ("/desk/typical-cases",),
        "desk_merges": ("/desk/merges",),
        "lists": ("/desk/lists",),
        "measures_decided": ("/desk/measures",),
        "submissions": ("/desk/submissions",),
        "batches": ("/desk/batches",),
        "declared": ("/desk/declared",),
        "bulletin": ("/desk/bulletin",),
    },
}
"""The rooms of each face and the folders they serve; of two that fit, the longer one counts."""


def room_of(face: str, route: str) -> str | None:
    """The room that serves a route (`/me/lists/{case}`); None where there is none."""
    folders = {folder: room for room, served in ROOMS[face].items() for folder in served}
    fitting = [folder for folder in folders if route == folder or route.startswith(folder + "/")]
    return folders[max(fitting, key=len)] if fitting else None


def blueprint(room: str) -> Blueprint:
    """The routes of a room, new for one app: the module and its routes bear the room's name."""
    made: Blueprint = getattr(import_module(f"chalicelib.web.{room}"), room).blueprint()
    return made
