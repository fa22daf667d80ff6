"""Scans of consents and mandates on paper, and files that came with cases, whose time of keeping is over: the file is deleted; a paper
says that it has none, a case since when it has none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from botocore.exceptions import ClientError

from chalicelib import cities, clock, settings
from chalicelib.storage import cases, consents, files, paper_mandates
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.due import Due

_log = logging.getLogger("mingxin")


def drop(items: Sequence[Due]) -> int:
    """Delete the files that are due; of how many papers and cases. What fails stays due."""
    return sum(_dropped(item) for item in items)


def _dropped(item: Due) -> bool:
    try:
        if item.pk.startswith("CONSENT#"):
            _of_consent(item.pk.removeprefix("CONSENT#"))
        elif item.sk.startswith("CASE#"):
            _of_case(item.sk.removeprefix("CASE#"))
        else:
            _of_mandate(item.sk.removeprefix("PAPER#"))
    except (Conflict, ValueError, KeyError, ClientError) as error:  # one that fails never keeps the others from their end
        _log.error("the scan of %s could not be deleted: %s", item.pk, type(error).__name__)
        return False
    return True


def _of_consent(consent_id: str) -> None:
    consent = consents.load(consent_id)
    if consent is None or consent.scan is None:  # another run was first
        return
    files.files().delete(consent.scan)
    changes = Changes()
    after = replace(consent, scan=None, version=consent.version + 1)
    consents.change(changes, after, "consent.scan_dropped", "schedule", clock.now(), cities.load(settings.city()).rules)
    changes.commit()


def _of_mandate(mandate_id: str) -> None:
    found = paper_mandates.load(mandate_id)
    if found is None or found[0].scan is None:
        return
    mandate, giver = found
    files.files().delete(mandate.scan or "")
    after = replace(mandate, scan=None, version=mandate.version + 1)
    paper_mandates.drop_scan(after, giver, clock.now(), cities.load(settings.city()).rules)


def _of_case(number: str) -> None:
    case = cases.load(number)
    if case is None or case.waits_for:  # it was taken up again: the files are looked at anew when it is closed
        return
    for file in cases.files_of(case):
        files.files().delete(file)
    cases.files_gone(case, clock.today(), clock.now())
