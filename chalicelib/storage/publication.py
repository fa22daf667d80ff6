"""What is public, as readers get it: one document an organisation, and names. Feeds are read in `feeds`.

Keys: `ORG#<code>` / `DOC` and `DOC#<part>`; `NAME#<first two characters>` / `<the rest>\\x01<code>`.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.packing import upcast

LOG = logging.getLogger("mingxin")


@dataclass(frozen=True)
class Document:
    """One part of an organisation's public document. `text` is JSON as it is given out: the head, which later parts have not,
    and `records`; `more` says that another part follows.

    `good_through` is the last day on which nothing in this part has ended: until then it can be shown as it is, unread.
    """

    version: int
    text: str
    more: bool
    good_through: str

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the text says."""
        return cast(dict[str, Any], json.loads(self.text))

    @property
    def head(self) -> dict[str, Any]:
        """Everything but the records."""
        return {name: value for name, value in self.facts.items() if name != "records"}

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of this part, latest first."""
        return cast(list[dict[str, Any]], self.facts["records"])


def read_document(code: str, part: int = 0) -> Document | None:
    """One part of the document of an organisation, by one GetItem; None when nothing is published under that code."""
    found = _get("ORG#" + code, part_key(part))
    return None if found is None else document_of(found)


def document_of(item: engine.Item) -> Document:
    """The part of a document that an item holds."""
    text = zlib.decompress(item["body"]["B"]).decode()
    return Document(int(item["version"]["N"]), text, item["more"]["BOOL"], item["good_through"]["S"])


def read_documents(codes: Iterable[str]) -> dict[str, Document]:
    """The first parts of several organisations' documents, by code, read consistently; for those who add to them.

    A damaged one is left out: then it is made anew.
    """
    items = engine.batch_get(settings.table("publication"), [("ORG#" + code, part_key(0)) for code in codes])
    documents = {}
    for item in items:
        try:
            documents[item["pk"]["S"].removeprefix("ORG#")] = document_of(upcast(item))
        except (KeyError, ValueError, zlib.error):
            LOG.error("damaged item %s", item["pk"]["S"])
    return documents


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
