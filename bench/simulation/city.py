"""The state of a simulated city: its chance, its clock, and what should be so by what its people did."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.services.faults import Faults

FIRST_DAY = date(2026, 11, 23)
ORGANISATIONS = 12


@dataclass
class Duty:
    """Something that somebody must do by a last day: announced before it as `<stem> due`, after it as `<stem> overdue`."""

    about: str
    who: str
    stem: str
    due: date
    since: date
    until: date | None = None


@dataclass
class Matter:
    """An objection or a repair as its people know it: about which record, and where it stands."""

    number: str
    kind: str
    record: str
    subject_id: str
    state: str
    next_act: date
    requests: tuple[str, ...] = ()


@dataclass
class City:
    """One run. `ends` has the last day of everything that was entered, by what it is called where it is shown; `gone` what a procedure
    took away before that; `amended` what was corrected; `records` their ids."""

    seed: int
    folder: Path
    chance: random.Random = field(init=False)
    faults: Faults = field(init=False)
    day: date = FIRST_DAY
    down_until: date = FIRST_DAY
    ends: dict[str, date] = field(default_factory=dict)
    gone: dict[str, date] = field(default_factory=dict)
    amended: set[str] = field(default_factory=set)
    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    expected: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    hints: list[str] = field(default_factory=list)
    handed: Counter[str] = field(default_factory=Counter)
    crashed: set[str] = field(default_factory=set)
    told: dict[tuple[str, str, str], date] = field(default_factory=dict)
    reminded: list[date] = field(default_factory=list)
    score: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance, self.faults = random.Random(self.seed), Faults(self.seed)

    def now(self, time_of_day: str) -> None:
        """Put the clock."""
        os.environ["MINGXIN_NOW"] = f"{self.day}T{time_of_day}+08:00"
        os.environ["MINGXIN_NOW_SINCE"] = repr(time.time())

    def fails(self, what: str) -> None:
        """Note something that must not be."""
        self.failures.append(f"{self.day}: {what}")

    def counts(self, what: str, day: date) -> bool:
        """Whether something that was entered may be shown on a day."""
        return self.ends[what] >= day and self.gone.get(what, date.max) > day

    def begins(self, about: str, who: str, stem: str, due: date | None) -> None:
        """Somebody must do something from today on."""
        if due is not None:
            self.duties.append(Duty(about, who, stem, due, self.day))

    def ends_duty(self, about: str) -> None:
        """What had to be done about something is done, or is not needed any more."""
        for duty in self.duties:
            if duty.about == about and duty.until is None:
                duty.until = self.day

    def open_duty(self, about: str, stem: str) -> bool:
        """Whether something still has to be done about something."""
        return any(duty.about == about and duty.stem == stem and duty.until is None for duty in self.duties)

    def expects(self, kind: str, to: str, about: str) -> None:
        """Somebody is to be told of something once."""
        self.expected[kind, to, about] += 1


@contextmanager
def of_one_seed(city: City) -> Iterator[None]:
    """While it lasts, this process takes ids and waits from the seed, waits only a moment, works in one thread where order matters,
    and hands its messages and hints to the city."""
    from bench.simulation.carriers import Carrier
    from chalicelib import channels
    from chalicelib.services.delivery import deliver, remind
    from chalicelib.services.submission import lanes
    from chalicelib.storage import engine, queues

    genuine = SimpleNamespace(token_hex=lambda size: os.urandom(size).hex())  # an engine knows its requests by these, from run to run
    ids, sleep = random.Random(city.seed + 1), time.sleep
    carrier = Carrier(city)
    os.environ.update(MINGXIN_FILES=str(city.folder / "files"), MINGXIN_SITE="https://credit.example")
    with ExitStack() as changed:
        for owner, name, value in (
            (random, "_urandom", lambda size: ids.randbytes(size)),
            (time, "sleep", lambda seconds: sleep(seconds / 100)),
            (engine, "secrets", genuine),
            (lanes, "LANES", 1),
            (remind, "WORKERS", 1),
            (deliver, "WORKERS", 1),
            (channels, "channel", lambda _: carrier),
            (queues, "send", lambda _, body: city.hints.append(body)),
        ):
            changed.enter_context(patch.object(owner, name, value))
        yield


def one_of(city: City, found: list[Any]) -> Any:
    """One of several by chance; None of none."""
    return city.chance.choice(found) if found else None
