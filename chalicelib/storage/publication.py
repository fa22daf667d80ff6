"""What is public, as readers get it: one document an organisation, and names. Feeds are read in `feeds`.

Keys: `ORG#<code>` / `DOC` and `DOC#<part>`; `NAME#<first two characters>` / `<the rest>\\x01<code>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import unpack, upcast


@dataclass(frozen=True)
class Document:
    """One part of an organisation's public document. `head` is empty in later parts; `more` says that another part follows.

    `good_through` is the last day on which nothing in this part has ended: until then it can be shown as it is.
    """

    version: int
    head: dict[str, Any]
    records: list[dict[str, Any]]
    more: bool
    good_through: str


def read_document(code: str, part: int = 0) -> Document | None:
    """One part of the document of an organisation, by one GetItem; None when nothing is published under that code."""
    found = _get("ORG#" + code, part_key(part))
    return None if found is None else _document(found)


def _document(item: engine.Item) -> Document:
    body = unpack(item["body"]["B"])
    return Document(int(item["version"]["N"]), body["head"], body["records"], body["more"], body["good_through"])


def read_documents(codes: Iterable[str]) -> dict[str, Document]:
    """The first parts of several organisations' documents, by code, read consistently; for those who add to them."""
    items = engine.batch_get(settings.table("publication"), [("ORG#" + code, part_key(0)) for code in codes])
    return {item["pk"]["S"].removeprefix("ORG#"): _document(upcast(item)) for item in items}


def part_key(part: int) -> str:
    """The sort key of a part of a document."""
    return "DOC" if part == 0 else f"DOC#{part:04d}"


def ready() -> bool:
    """Whether the table answers."""
    try:
        _get("ORG#ready", "DOC")
    except (BotoCoreError, ClientError):
        return False
    return True


def _get(pk: str, sk: str) -> dict[str, Any] | None:
    item = engine.client().get_item(TableName=settings.table("publication"), Key={"pk": {"S": pk}, "sk": {"S": sk}}).get("Item")
    return upcast(item) if item else None
