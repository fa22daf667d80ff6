"""Faults as AWS makes them, put between this process and its engine: an end at any write, conflicts, throttling, lost answers,
items and keys that there was no room for."""

from __future__ import annotations

import io
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from chalicelib.storage import engine as engines

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
_NAMESPACE = "com.amazonaws.dynamodb.v20120810#"


def in_a_child(work: Callable[[], object], hook: Callable[[], None] = lambda: None) -> int:
    """Do some work in a forked process with connections of its own, after `hook`; answers its process id at once."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the child never comes back
        try:
            engines.client.cache_clear()
            hook()
            work()
        except BaseException as error:  # noqa: BLE001 - the child must end here
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(3)
        os._exit(0)
    return child


def exit_code(child: int) -> int:
    """How a child ended; waits for it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, work: Callable[[], object], *, after: bool) -> bool:
    """Work in a forked process that dies at its write of that number, before or after it; whether it came so far."""
    code = exit_code(in_a_child(work, lambda: _die_at(number, after)))
    assert code in (0, 9)
    return code == 9


def _die_at(number: int, after: bool) -> None:
    writes, lock = 0, Lock()

    def count(model: Any, **_: Any) -> None:
        nonlocal writes
        if model.name in WRITES:
            with lock:
                writes += 1
                if writes == number:
                    os._exit(9)

    engines.client().meta.events.register("after-call.dynamodb" if after else "before-call.dynamodb", count)


class Crash(BaseException):
    """The process ended at a write; nothing of the house catches it."""


@contextmanager
def cut_off(number: int, *, after: bool = False) -> Iterator[list[bool]]:
    """What runs in it ends at its write of that number, before or after it, as a killed process does, but without a process of its
    own; what is given stays empty unless it came so far."""
    left, died, lock = [number], list[bool](), Lock()

    def end(model: Any, **_: Any) -> None:
        if model.name in WRITES:
            with lock:
                left[0] -= 1
            if left[0] <= 0:
                raise Crash

    event, events = f"{'after' if after else 'before'}-call.dynamodb", engines.client().meta.events
    events.register(event, end, unique_id="cut off")
    try:
        yield died
    except Crash:
        died.append(True)
    finally:
        events.unregister(event, unique_id="cut off")


class Faults:
    """Makes some requests of this process fail as AWS does; `seen` counts how often each way."""

    def __init__(self, seed: int) -> None:
        self.seen: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._engine = URLLib3Session()

    def install(self) -> None:
        """From now on, for all requests of this process."""
        for event, handler in self._handlers():
            engines.client().meta.events.register(event, handler)

    def remove(self) -> None:
        """No longer."""
        for event, handler in self._handlers():
            engines.client().meta.events.unregister(event, handler)

    def _handlers(self) -> list[tuple[str, Callable[..., Any]]]:
        return [
            ("before-send.dynamodb", self._answer),
            ("provide-client-params.dynamodb.BatchGetItem", self._leave_out_keys),
            ("provide-client-params.dynamodb.BatchWriteItem", self._leave_out_items),
            ("after-call.dynamodb.BatchGetItem", self._unprocessed),
            ("after-call.dynamodb.BatchWriteItem", self._unprocessed),
        ]

    def _one_in(self, many: int, fault: str) -> bool:
        if self._chance.randrange(many):
            return False
        self.seen[fault] += 1
        return True

    def _answer(self, request: Any, **_: Any) -> AWSResponse | None:
        """An answer in the engine's place, or none."""
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        if operation == "TransactWriteItems":
            if self._one_in(8, "conflict"):
                reasons = [{"Code": "TransactionConflict", "Message": "ongoing"}] + [{"Code": "None"}] * 3
                return _error(request, 400, "TransactionCanceledException", CancellationReasons=reasons)
            if self._one_in(30, "answer lost"):
                self._engine.send(request)
                return _error(request, 500, "InternalServerError")
        if self._one_in(60, "throttled"):
            return _error(request, 400, self._chance.choice(["ThrottlingException", "ProvisionedThroughputExceededException"]))
        return None

    def _leave_out_keys(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The last keys of a batch do not reach the engine, as when the answer grows too large; at times none but one does."""
        ((table, asked),) = params["RequestItems"].items()
        if len(asked["Keys"]) < 2 or not self._one_in(5, "keys unprocessed"):
            return params
        kept = self._chance.randrange(1, len(asked["Keys"]))
        context["unprocessed"] = {"UnprocessedKeys": {table: {**asked, "Keys": asked["Keys"][kept:]}}}
        return {**params, "RequestItems": {table: {**asked, "Keys": asked["Keys"][:kept]}}}

    def _leave_out_items(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The last requests of a batch do not reach the engine."""
        ((table, asked),) = params["RequestItems"].items()
        if len(asked) < 2 or not self._one_in(2, "items unprocessed"):
            return params
        kept = self._chance.randrange(1, len(asked))
        context["unprocessed"] = {"UnprocessedItems": {table: asked[kept:]}}
        return {**params, "RequestItems": {table: asked[:kept]}}

    def _unprocessed(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if "Error" not in parsed:
            parsed.update(context.get("unprocessed", {}))


def _error(request: Any, status: int, code: str, **more: Any) -> AWSResponse:
    body = json.dumps({"__type": _NAMESPACE + code, "message": "injected", "Message": "injected", **more}).encode()
    return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.0"}, _Raw(body))


class _Raw(io.BytesIO):
    """The raw body of an answer, as the HTTP library hands it on."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()
