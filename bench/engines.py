"""An engine in memory for one run of measurements, warm when it is handed over."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import demo, engine, resources

TOGETHER, WORKERS = 25, 8
WARM_ITEMS = 30_000
"""Items written before anything is measured: the engine is a Java program, and slow while it is new."""
OFFICE = ("示例市演示市场监督管理局", demo.a_code("11", 7))


@contextmanager
def in_memory(*, aws: bool = False) -> Iterator[Path]:
    """DynamoDB Local with empty tables, and a folder for files; both are gone afterwards. `aws`: the stand-in for KMS besides."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = engine.start_all(None, folder, key=engine.access_key(), say=print, moto=aws, lasting=True)
        os.environ.update(running.environment)
        os.environ.update({"MINGXIN_TABLES": "mingxin-", "MINGXIN_KEYS": str(folder / "keys.json"), "MINGXIN_CITY": "nantong"})
        try:
            running.wait()
            resources.create("mingxin-", queues=False)
            write_bare(WARM_ITEMS, 800)
            yield folder
        finally:
            running.stop()


def write_bare(items: int, size: int) -> None:
    """Write items of about that many bytes in transactions of 25, eight at a time, and nothing else."""
    from chalicelib import settings
    from chalicelib.storage import engine as storage

    table, filler = settings.table("outbox"), secrets.token_hex(max(size - 150, 20))[: max(size - 150, 20)]

    def write(_: int) -> None:
        puts: list[dict[str, Any]] = [
            {"Put": {"TableName": table, "Item": {"pk": {"S": secrets.token_hex(8)}, "sk": {"S": "-"}, "body": {"S": filler}}}}
            for _ in range(TOGETHER)
        ]
        storage.client().transact_write_items(TransactItems=puts)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(write, range(items // TOGETHER + 1)))
