"""The names of new organisations, sent apart from their documents: most items of a registration, at half the price of a transaction.

The transaction that enters organisations leaves a note of them here (`NAMES` / `<instant>#<token>`). Then their names go out in batches, it
is looked whether somebody has changed one meanwhile, and the note is taken away. A note that stays tells whose names must be compared
with the archive; it stays to the end of the day, for whoever left it may only have been slow.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib import settings
from chalicelib.storage import engine
from chalicelib.storage.archive import Changes
from chalicelib.storage.models import NamesItem

PLACE = "NAMES"
MOST_LEFT = 100
"""Notes that are looked at in one go."""
LOG = logging.getLogger("mingxin")


@dataclass(frozen=True)
class Names:
    """The names of a subject as it is entered in a version."""

    version: int
    items: Sequence[engine.Item]


@dataclass(frozen=True)
class Note:
    """Subjects whose names are on their way since a day (YYYY-MM-DD), and where that stands."""

    sk: str
    subjects: tuple[str, ...]

    @property
    def since(self) -> str:
        """The day on which they were sent."""
        return self.sk[:10]


def announce(changes: Changes, subject_ids: Collection[str], at: datetime) -> Note:
    """Note with what enters subjects that their names will be sent."""
    note = Note(f"{at.isoformat(timespec='microseconds')}#{secrets.token_hex(8)}", tuple(subject_ids))
    changes.put(NamesItem(PLACE, note.sk, subjects=list(subject_ids)))
    return note


def send(names: Mapping[str, Names]) -> set[str]:
    """Put the names of subjects that were just entered; answers the ids of those that must be compared: others have changed them
    meanwhile, or the engine had no room."""
    puts = [{"PutRequest": {"Item": item}} for one in names.values() for item in one.items]
    try:
        engine.batch_write(settings.table("publication"), puts)
    except (ClientError, TimeoutError) as error:
        LOG.error("names of %d subjects were not written: %s", len(names), type(error).__name__)
        return set(names)
    heads = engine.batch_get(settings.table("archive"), [("S#" + subject_id, "HEAD") for subject_id in names], "pk, version")
    found = {head["pk"]["S"].removeprefix("S#"): int(head["version"]["N"]) for head in heads}
    return {subject_id for subject_id, one in names.items() if found.get(subject_id) != one.version}


def left() -> list[Note]:
    """What submissions have left, also those that still run; the oldest first, at most `MOST_LEFT`."""
    answer = engine.client().query(
        TableName=settings.table("archive"),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": PLACE}},
        ConsistentRead=True,
        Limit=MOST_LEFT,
    )
    return [Note(item["sk"]["S"], tuple(one["S"] for one in item["subjects"]["L"])) for item in answer["Items"]]


def settle(note: Note) -> None:
    """The names of these subjects are there; nobody will put older ones over them."""
    engine.client().delete_item(TableName=settings.table("archive"), Key={"pk": {"S": PLACE}, "sk": {"S": note.sk}})
