"""Runs one function of an unpacked zip, alone with Python's own library: events in, answers and calls out, as JSON lines.

Started as `python -I -S runner.py FOLDER HANDLER`, so that no installed package can be found.
"""

import importlib
import io
import json
import sys
from typing import Any

NAMED = ("TableName", "IndexName", "KeyId", "QueueUrl")


class Context:
    """What Lambda tells a function about its call."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "a-function"
    memory_limit_in_mb = 1024

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


def watch_calls(calls: list[dict[str, Any]]) -> None:
    """Note every call to AWS: service, operation, and what it is about, never its content."""
    from botocore.client import BaseClient

    genuine = BaseClient._make_api_call

    def noted(self: Any, operation: str, given: dict[str, Any]) -> Any:
        about: dict[str, Any] = {name: given[name] for name in NAMED if name in given}
        if "RequestItems" in given:
            about["tables"] = list(given["RequestItems"])
        if "TransactItems" in given:
            about["writes"] = sorted({(kind, write["TableName"]) for item in given["TransactItems"] for kind, write in item.items()})
        calls.append({"service": self.meta.service_model.service_name, "operation": operation, **about})
        return genuine(self, operation, given)

    BaseClient._make_api_call = noted


def main() -> None:
    folder, handler = sys.argv[1:]
    sys.path.insert(0, folder)
    results, calls = sys.stdout, list[dict[str, Any]]()
    watch_calls(calls)
    module, _, name = handler.partition(".")
    function = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        calls.clear()
        sys.stdout = said = io.StringIO()
        try:
            answer = {"answer": function(json.loads(line), Context())}
        except Exception as error:  # noqa: BLE001 - Lambda reports it likewise
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout = results
        answer |= {
            "calls": calls,
            "said": said.getvalue().splitlines(),
            "modules": sorted({name.partition(".")[0] for name in sys.modules}),
        }
        results.write(json.dumps(answer) + "\n")
        results.flush()


main()
