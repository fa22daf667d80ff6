"""Codes by which consent is given are few and end soon; of fifty who come at once each act counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.law.decisions import Refused
from chalicelib.services.consent import asking_consent
from chalicelib.services.identity import codes
from chalicelib.services.querying import queries
from chalicelib.storage import archive as archives
from chalicelib.storage import codes as stored_codes
from chalicelib.storage import raw_items
from tests.services.consenting import ASKER, NOW, PERSON, Sent, agreed, at_once, items, reachable, request, use
from tests.services.consenting import here as here
from tests.services.consenting import sent as sent
from tests.services.faults import Faults


def test_codes_end_after_ten_minutes_five_tries_and_three_of_them(here: list[str], sent: Sent, at: Callable[[str], None]) -> None:
    code = codes.make("a", "s")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(codes.TRIES - 1):
        with pytest.raises(Refused):
            codes.take("a", wrong)
    codes.take("a", code)
    with pytest.raises(Refused):
        codes.take("a", code)
    late = codes.make("a", "s")
    at("2026-11-21T09:11:00+08:00")
    with pytest.raises(Refused):
        codes.take("a", late)
    tried = codes.make("a", "s")
    for _ in range(codes.TRIES):
        with pytest.raises(Refused):
            codes.take("a", "000000" if tried != "000000" else "000001")
    with pytest.raises(Refused):
        codes.take("a", tried)
    with pytest.raises(Refused, match="3次"):
        codes.make("a", "s")


def test_a_subject_gets_ten_codes_a_day_and_more_on_the_next(here: list[str], at: Callable[[str], None]) -> None:
    for number in range(codes.MOST_A_DAY):
        codes.make(f"place {number}", "s")
    with pytest.raises(Refused, match="明天"):
        codes.make("one more", "s")
    codes.make("of another", "t")
    at("2026-11-22T00:00:00+08:00")
    codes.make("one more", "s")


def test_of_fifty_guesses_at_once_five_are_compared(here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Counter[str]()
    genuine = stored_codes.hmac.compare_digest

    def count(one: str, other: str) -> bool:
        compared["tries"] += 1
        return genuine(one, other)

    codes.make("a", "s")
    monkeypatch.setattr(stored_codes.hmac, "compare_digest", count)
    assert not any(at_once(lambda number: str(stored_codes.take_code("a", f"x{number}", codes.TRIES, NOW) or "")))
    assert compared["tries"] == codes.TRIES


def test_of_fifty_who_know_the_code_one_gets_through(here: list[str]) -> None:
    code = codes.make("a", "s")
    outcomes = at_once(lambda _: "yes" if stored_codes.take_code("a", code, codes.TRIES, NOW) else "no")
    assert outcomes.count("yes") == 1


@pytest.mark.clause("NT-26", "HY-27b", "NT-36")
def test_of_fifty_uses_at_once_under_conflicts_each_is_counted_once_and_every_report_has_its_trail(here: list[str], sent: Sent) -> None:
    reachable()
    consent = agreed(sent, request(uses=3))
    faults = Faults(5)

    def call(_: int) -> str:
        for _ in range(8):
            try:
                return use(consent)
            except asking_consent.Busy:
                continue
            except Refused:
                return ""
            except Exception as error:
                if type(error).__name__ not in ("ClientError", "InternalServerError", "TimeoutError"):
                    raise
        return ""

    faults.install()
    try:
        given = [number for number in at_once(call) if number]
    finally:
        faults.remove()
    while asking_consent.find_asked(ASKER.code, consent.id).state == "in force":
        given.append(use(consent))
    with pytest.raises(Refused, match="已用完"):
        use(consent)
    found = asking_consent.find_asked(ASKER.code, consent.id).consent
    kept = {item["pk"]["S"].removeprefix("REPORT#") for item in items("archive") if item["type"]["S"] == "report_number"}
    acts = [act for entry in items("trail") for act in raw_items.acts_of(entry)]
    told = Counter(act[0] for act in acts)
    assert faults.seen["conflict"] > 0
    assert set(given) <= kept
    assert len(given) == len(set(given))
    assert set(found.reports) == kept == {act[2] for act in acts if act[0] == "report.asked"}
    assert found.used == len(kept) == told["consent.used"] == told["report.answered"] == 3
    assert len(queries.of_subject(archives.subjects_of([PERSON])[PERSON]).items) == found.used
