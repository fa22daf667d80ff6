"""Who may call each route. A route that is not in this table must not exist: a test keeps it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Access = Literal["anyone"]
"""`anyone`: nothing has to be proved. Roles of signed-in people and scopes of keys join when their routes do."""

ACCESS: Mapping[str, Access] = {
    "/": "anyone",
    "/search": "anyone",
    "/subjects/{code}": "anyone",
    "/publicity": "anyone",
    "/publicity/{kind}": "anyone",
    "/about": "anyone",
    "/static/{name}": "anyone",
    "/healthz": "anyone",
    "/api/v1/subjects": "anyone",
    "/api/v1/subjects/{code}": "anyone",
    "/api/v1/publicity/{kind}": "anyone",
    "/members/healthz": "anyone",
}
