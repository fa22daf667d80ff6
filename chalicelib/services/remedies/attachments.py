"""Files that people bring as evidence: few, of known types told by their bytes, private, sealed under the subject's data key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.services.common import scans
from chalicelib.services.common.scans import LARGEST_SCAN, checked_scan
from chalicelib.storage import files

FOLDER = "attachments/"
MOST = 5
"""Files that come with one case."""
LARGEST = LARGEST_SCAN
"""Bytes of one file; together they fit in one form, which has 6 MB."""

Attachment = Mapping[str, Any]
"""`id`, `file` (where it is kept), `name` (as it is given out), `by` (who brought it, a role); `of` (of which file it is a redacted
copy, by its id)."""


def checked(contents: Sequence[bytes], there: int = 0) -> list[tuple[bytes, str]]:
    """Each file with how its name ends, told by its bytes; `Refused` when they are too many with those that are `there`, or one is no
    PDF, PNG or JPEG of at most 4 MB."""
    if there + len(contents) > MOST:
        raise Refused("最多可以上传{most}个文件", most=MOST)
    return [(content, checked_scan(content)[0]) for content in contents]


def keep(subject_id: str, found: Sequence[tuple[bytes, str]], by: str, there: int = 0) -> list[dict[str, str]]:
    """Keep checked files, sealed; what cases say of them."""
    return [
        {"id": f"a{number}", "file": scans.keep(FOLDER, subject_id, content, ending), "name": f"{number}.{ending}", "by": by}
        for number, (content, ending) in enumerate(found, there + 1)
    ]


def keep_copy(subject_id: str, original: Attachment, content: bytes) -> dict[str, str]:
    """Keep a redacted copy of a file, sealed as that is; what cases say of it beside its id. `Refused` as `checked` does."""
    ending = checked_scan(content)[0]
    name = f"{original['name'].partition('.')[0]}-redacted.{ending}"
    return {"of": original["id"], "file": scans.keep(FOLDER, subject_id, content, ending), "name": name, "by": "officer"}


def content(attachment: Attachment) -> bytes | None:
    """A file as it was brought; None when its subject's data key is erased."""
    return scans.opened(attachment["file"], files.files().get(attachment["file"]))


def link(attachment: Attachment) -> str:
    """A new link to a file that works for five minutes."""
    return files.link_here(attachment["file"], attachment["name"], clock.now())
