"""Groups of rows stored side by side: the engine answers several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from zlib import crc32

from chalicelib.cities import City
from chalicelib.records.submissions import Batch
from chalicelib.services.submission.store import store
from chalicelib.services.submission.stored import Line, Stored

LANES = 4
GROUP = 30 * LANES
"""Rows looked up together, 30 a lane; a lane's are written in as few transactions as their items allow."""


class Lanes:
    """Stores rows in several lanes at once; all rows about one subject go in one lane, in the order in which they came."""

    def __init__(self, batch: Batch, city: City, today: date, at: datetime) -> None:
        self._store = partial(store, batch=batch, city=city, today=today, at=at)
        self._lanes = [ThreadPoolExecutor(1) for _ in range(LANES)]

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.shutdown(cancel_futures=True)

    def begin(self, lines: Sequence[Line]) -> Callable[[], Stored]:
        """Begin to store rows; what is given back waits until all of them are decided."""
        lanes: list[list[Line]] = [[] for _ in range(LANES)]
        for line in lines:
            lanes[crc32(line.row.party.identifiers[0].number.encode()) % LANES].append(line)
        begun = [worker.submit(self._store, lane) for worker, lane in zip(self._lanes, lanes, strict=True) if lane]

        def finish() -> Stored:
            together = Stored()
            for stored in (future.result() for future in begun):
                together.results += stored.results
                together.behind |= stored.behind
            return together

        return finish
