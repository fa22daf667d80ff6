"""Private files behind their links of five minutes: each opened by the key under which its folder lies sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib import clock
from chalicelib.services.common import scans
from chalicelib.services.consent import written_consents
from chalicelib.services.identity import paper_mandates
from chalicelib.services.remedies import attachments, lists
from chalicelib.services.reporting import reports as making
from chalicelib.storage import consents, files, reports

Open = Callable[[str, bytes], bytes | None]
OPENED: Mapping[str, Open] = {
    making.FOLDER: reports.opened,
    written_consents.FOLDER: consents.opened_scan,
    **dict.fromkeys((attachments.FOLDER, lists.FOLDER, paper_mandates.FOLDER), scans.opened),
}
"""How the files of each folder are opened."""


def linked(token: str) -> tuple[str, bytes] | None:
    """Name and content of the file behind a link of ours; None when the link is wrong or over, or the file can be read no more."""
    key, name = files.named(token, clock.now()) or ("", "")
    if not key:
        return None
    try:
        content = files.files().get(key)
    except FileNotFoundError:  # its time of keeping is over
        return None
    opened = OPENED[key.partition("/")[0] + "/"](key, content)
    return (name, opened) if opened else None
