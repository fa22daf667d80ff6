"""Consent on paper: one officer puts the sheet in, another confirms it; the sheet stays private."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.services.consent import answering_consent, asking_consent, consents, written_consents
from chalicelib.services.own import private_files
from chalicelib.storage import files
from tests.services.consenting import ASKER, PERSON, SHEETS, Sent, me, put_in, use
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent


@pytest.mark.clause("NT-22")
def test_a_signed_sheet_entitles_once_a_second_officer_has_confirmed_it(here: list[str], sent: Sent) -> None:
    sheet = put_in()
    assert [one.consent.id for one in written_consents.waiting()] == [sheet.id]
    assert asking_consent.of_asker(ASKER.code).items == ()
    with pytest.raises(Refused, match="录入的人不能"):
        written_consents.confirm("p_officer_1", sheet.id)
    written_consents.confirm("p_officer_2", sheet.id)
    assert written_consents.waiting() == []
    assert use(sheet)
    assert [one.state for one in answering_consent.about(me()).items] == ["used up"]


def test_a_sheet_that_the_second_officer_turns_down_or_the_subject_refuses_entitles_to_nothing(here: list[str], sent: Sent) -> None:
    one, other = put_in(), put_in()
    written_consents.turn_down("p_officer_2", one.id)
    answering_consent.refuse(me(), other.id)
    with pytest.raises(Refused):
        written_consents.confirm("p_officer_2", other.id)
    assert written_consents.waiting() == []
    for sheet in (one, other):
        with pytest.raises(consents.Unknown):
            use(sheet)


@pytest.mark.parametrize("ending", list(SHEETS))
def test_a_sheet_is_kept_privately_and_given_by_a_link_of_five_minutes(here: list[str], ending: str, at: Callable[[str], None]) -> None:
    sheet = put_in(SHEETS[ending])
    link = written_consents.scan_link(sheet.id)
    assert private_files.linked(link.removeprefix(files.LINKS)) == (f"{sheet.id}.{ending}", SHEETS[ending])
    at("2026-11-21T09:06:00+08:00")
    assert private_files.linked(link.removeprefix(files.LINKS)) is None


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"scan": b"<html>%PDF-</html>"}, "PDF、PNG 或 JPEG"),
        ({"scan": SHEETS["pdf"][:20]}, "PDF、PNG 或 JPEG"),
        ({"scan": b"%PDF-" + bytes(written_consents.LARGEST_SCAN) + b"%%EOF"}, "4 MB"),
        ({"signed_on": date(2026, 11, 22)}, "签署日期"),
        ({"items": []}, "至少选择"),
        ({"purpose": f"给{PERSON.number}贷款"}, "证件号码"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(here: list[str], other: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        put_in(**other)  # type: ignore[arg-type]
    assert written_consents.waiting() == []
