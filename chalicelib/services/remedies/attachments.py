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
"""`id`, `file` (where it is kept), `name` (as it is given out), `by` (who brought it, a role)."""


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


def link(attachment: Attachment) -> str:
    """A new link to a file that works for five minutes."""
    return files.link_here(attachment["file"], attachment["name"], clock.now())
