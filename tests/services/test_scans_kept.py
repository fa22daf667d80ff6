"""Scans of papers lie sealed, and are deleted on the day after their time of keeping; what was decided on them stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from chalicelib import cities, clock, settings
from chalicelib.records.people import Delegation, PaperMandate
from chalicelib.services.common import scans
from chalicelib.services.consent import ending_consents, written_consents
from chalicelib.services.own import private_files
from chalicelib.services.scheduled import forget
from chalicelib.storage import archive as archives
from chalicelib.storage import files, paper_mandates
from tests.services.conftest import Send
from tests.services.consenting import COMPANY, PERSON, SHEETS, UNTIL, put_in
from tests.services.faults import killed_at
from tests.services.rows import a_subject

KEPT = date(2031, 12, 31)
"""Five years from the last day on which the papers here could count."""
GONE = KEPT + timedelta(days=1)
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.fixture
def folder(send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the private files of an archive with one company lie."""
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    files.files.cache_clear()
    send("subjects", a_subject())
    yield tmp_path / "files"
    files.files.cache_clear()


def a_mandate() -> PaperMandate:
    """A mandate of the company that an officer took in with its scan."""
    giver = next(iter(archives.load_subjects(archives.subjects_of([COMPANY]).values()).values()))
    facts = {"to": PERSON, "to_name": "孙示例", "rights": ("read",), "last_day": UNTIL, "representative": None, "by": "p_officer_1"}
    given = Delegation(id="d_" + "0" * 20, code=COMPANY.number, organisation="示例甲", given="2026-11-21", on_paper=True, **facts)  # type: ignore[arg-type]
    scan = scans.keep("mandates/", giver.subject.id, SHEETS["png"], "png")
    mandate = PaperMandate(given, "p_officer_1", "演经办一", scan)
    paper_mandates.enter(mandate, giver, clock.now(), cities.load(settings.city()).rules)
    return mandate


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def linked(file: str) -> bytes | None:
    found = private_files.linked(files.link_here(file, "scan.png", clock.now()).removeprefix(files.LINKS))
    return found[1] if found else None


@pytest.mark.clause("HY-25c")
def test_no_scan_can_be_read_where_it_lies(folder: Path) -> None:
    papers = [put_in(SHEETS["png"]).scan, a_mandate().scan]
    assert len(kept(folder)) == 2
    assert not any(b"PNG" in path.read_bytes() for path in kept(folder))
    assert [linked(paper or "") for paper in papers] == [SHEETS["png"]] * 2


@pytest.mark.clause("NT-8c")
@pytest.mark.parametrize(("day", "left"), [(KEPT - timedelta(days=1), 2), (KEPT, 2), (GONE, 0)], ids=["before", "its last day", "after"])
def test_a_scan_is_deleted_on_the_day_after_its_time_of_keeping(folder: Path, day: date, left: int) -> None:
    sheet, mandate = put_in(), a_mandate()
    written_consents.confirm("p_officer_2", sheet.id)
    assert ending_consents.end(UNTIL + timedelta(days=1))["done"] == 1
    worked = forget.forget(day)
    assert (worked.done, worked.failed, len(kept(folder))) == (2 - left, 0, left)
    assert written_consents.find(sheet.id).consent.answer == "agreed"
    assert linked(sheet.scan or "") == (SHEETS["pdf"] if left else None)
    found = paper_mandates.load(mandate.delegation.id)
    assert found
    assert bool(found[0].scan) is bool(left)
    assert forget.forget(day).due == 0


def test_a_sheet_that_nobody_decided_on_loses_its_scan_too(folder: Path, at: Callable[[str], None]) -> None:
    put_in()
    at("2026-12-30T09:00:00+08:00")
    forget.forget(date(2026, 12, 30))
    assert forget.forget(GONE).done == 1
    assert kept(folder) == []


def test_a_city_that_rules_how_long_papers_are_kept_is_followed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = copytree(cities.HERE / "nantong", tmp_path / "city")
    rule = (cities.DEFAULT / "parameters/paper_retention.toml").read_text("utf-8").replace("value = 5", "value = 2")
    (city / "parameters/paper_retention.toml").write_text(rule, "utf-8")
    monkeypatch.setenv("MINGXIN_CITY", str(city))
    written_consents.confirm("p_officer_2", put_in().id)
    a_mandate()
    ending_consents.end(UNTIL + timedelta(days=1))
    two_years_on = UNTIL.replace(year=UNTIL.year + 2)
    assert forget.forget(two_years_on).done == 0
    assert forget.forget(two_years_on + timedelta(days=1)).done == 2
    assert kept(folder) == []


@forks
def test_a_run_killed_at_any_write_and_another_delete_all(folder: Path) -> None:
    put_in()
    a_mandate()
    waiting = [written_consents.confirm("p_officer_2", one.consent.id) for one in written_consents.waiting()]
    assert ending_consents.end(UNTIL + timedelta(days=1))["done"] == len(waiting)
    number = 1
    while killed_at(number, lambda: forget.forget(GONE), after=True):
        number += 1
    assert number > len(waiting), "it was killed at least once"
    assert forget.forget(GONE).failed == 0
    assert kept(folder) == []
