"""What is looked at in a city, each day and at its end: what is shown, who was reminded when, what was told once, and the trail."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from bench.engines import OFFICE
from bench.simulation.city import ORGANISATIONS, City, Duty
from bench.simulation.clockwork import AT_NIGHT, IN_THE_MORNING, LATER, quietly
from bench.simulation.people import code

READERS = ("officers", "supervisors", f"provider:{OFFICE[1]}")
"""Who has duties."""
WORKING_DAYS_BEFORE = {"decision": 2, "correction": 1, "verification": 2, "opinion": 2}
ENDS = ("sent", "delivered", "failed", "bounced", "suppressed", "uncertain")


def look(city: City) -> None:
    """What visitors see at the first second of a day: nothing that has ended, and everything that has not."""
    from chalicelib.services.publication import look_up

    city.now("00:00:00")
    shown: set[str] = set()
    for organisation in range(ORGANISATIONS):
        found = look_up.organisation(code(organisation), day=city.day)
        if found:
            shown |= {record["document_no"] for record in found["records"]} | {entry["reason"] for entry in found["lists"]}
    city.score["views"] += ORGANISATIONS
    counting = {what for what in city.ends if city.counts(what, city.day)}
    for what in sorted(shown - counting):
        city.fails(f"{what} is shown although it has ended")
    for what in sorted(counting - shown):
        city.fails(f"{what} is not shown although it counts")


def look_at_reminders(city: City) -> None:
    """Note on which day those who have duties were first told of each."""
    from chalicelib.storage import notices

    for to in READERS:
        for one in notices.of(to, 60)[0]:
            if one.state != "due":
                city.told.setdefault((to, one.kind, one.about), city.day)


def look_at_duties(city: City) -> None:
    """Nobody missed a last day without having been told before it, and again after it; days without jobs are no day for telling."""
    from chalicelib.law.deadlines import is_working_day

    for duty in city.duties:
        first = duty.due
        for _ in range(WORKING_DAYS_BEFORE[duty.stem]):
            first -= timedelta(days=1)
            while not is_working_day(first):
                first -= timedelta(days=1)
        until = duty.until or city.day
        _told_between(city, duty, "due", max(first, duty.since + timedelta(days=1)), duty.due, until)
        _told_between(city, duty, "overdue", duty.due + timedelta(days=1), date.max, until)


def _told_between(city: City, duty: Duty, how: str, first: date, last: date, until: date) -> None:
    days = [day for day in city.reminded if first <= day <= min(last, until)]
    if not days:
        return
    kind = f"{duty.stem} {how}"
    city.score["deadlines to tell of"] += 1
    told = city.told.get((duty.who, kind, duty.about))
    if told is None:
        city.fails(f"{kind} about {duty.about} (by {duty.due}, settled {duty.until}) was never told to {duty.who}")
    elif told > days[0]:
        city.fails(f"{kind} about {duty.about} (by {duty.due}) was told to {duty.who} only on {told}, not on {days[0]}")


def settle(city: City) -> None:
    """All is well again, and the jobs of some days run: now nothing may be left, lost or double."""
    for _ in range(4):
        city.day += timedelta(days=1)
        for at, job in (*AT_NIGHT, *IN_THE_MORNING, *LATER):
            city.now(at)
            quietly(city, job)
        look_at_reminders(city)


def look_at_the_end(city: City) -> None:
    """Everything is where it belongs, and everybody was told once."""
    from chalicelib.services.upkeep import trail_check
    from chalicelib.storage import whole_tables

    records = [item for page in whole_tables.pages("archive") for item in page.items if item["sk"]["S"].startswith("REC#")]
    outbox = [item for page in whole_tables.pages("outbox") for item in page.items]
    _look_at_records(city, records)
    _look_at_notices(city, [item for item in outbox if item.get("type", {}).get("S") == "notice"])
    _look_at_messages(city, [item for item in outbox if item.get("type", {}).get("S") == "message"])
    look_at_duties(city)
    counts = trail_check.check()
    if counts["failed"]:
        city.fails(f"the trail does not agree with its roots: {counts}")
    city.score.update({"trail entries": counts["entries"], "roots": counts["roots"]})


def _look_at_records(city: City, items: list[dict[str, Any]]) -> None:
    ended = {item["sk"]["S"].removeprefix("REC#"): item for item in items if _has_ended(item, city.day)}
    archived = {item["sk"]["S"].removeprefix("REC#") for item in items if "archived_on" in item}
    if archived != ended.keys():
        city.fails(f"{len(ended.keys() ^ archived)} records are archived and have not ended, or the other way round")
    by_id = {record: (what, subject) for what, (subject, record) in city.records.items()}
    for record, item in ended.items():
        what, subject = by_id[record]
        if "ended" not in item:
            city.expects("left list" if what.startswith("演示事由") else "record ended", f"s:{subject}", record)
    city.score.update({"records": len(items), "records that ended": len(ended)})


def _has_ended(item: dict[str, Any], day: date) -> bool:
    return item["valid_until"]["S"] < day.isoformat() or "ended" in item


def _look_at_notices(city: City, items: list[dict[str, Any]]) -> None:
    announced = Counter((item["kind"]["S"], item["pk"]["S"].removeprefix("TO#"), item["about"]["S"]) for item in items)
    for notice, times in sorted(city.expected.items()):
        if announced[notice] != times:
            city.fails(f"{notice[0]} about {notice[2]} was announced {announced[notice]} times, not {times}")
    waiting = [item["sk"]["S"] for item in items if item["state"]["S"] == "due" and item["day"]["S"] < city.day.isoformat()]
    for place in waiting:
        city.fails(f"the notice {place} was lost: it still waits")
    city.score.update({"notices": len(items), "notices expected": city.expected.total()})


def _look_at_messages(city: City, items: list[dict[str, Any]]) -> None:
    for item in items:
        reference, state = item["pk"]["S"].removeprefix("MESSAGE#"), item["state"]["S"]
        city.score[f"messages {state}"] += 1
        if state not in ENDS:
            city.fails(f"message {reference} was lost: it is still {state}")
        if state == "uncertain" and reference not in city.crashed:
            city.fails(f"message {reference} is uncertain, and no crash explains it")
        if state in ("sent", "delivered") and city.handed[reference] != 1:
            city.fails(f"message {reference} is {state}, and was handed over {city.handed[reference]} times")
