"""Runs one function of an unpacked zip, alone with Python's own library: events in, answers and calls out, as JSON lines.

Started as `python -I -S runner.py HANDLER FOLDER LAYER...`, so that no installed package can be found.
"""

import importlib
import io
import json
import sys
from typing import Any

NAMED = ("TableName", "IndexName", "KeyId", "QueueUrl", "QueueName")
NAMED_OF_S3 = ("Bucket", "Key")


class Context:
    """What Lambda tells a function about its call."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "a-function"
    memory_limit_in_mb = 1024

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


def watch_calls(calls: list[dict[str, Any]]) -> None:
    """Note every call to AWS: service, operation, and what it is about, never its content."""
    from botocore import signers
    from botocore.client import BaseClient

    genuine, genuine_link = BaseClient._make_api_call, signers.generate_presigned_url

    def noted(self: Any, operation: str, given: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        about: dict[str, Any] = {name: given[name] for name in (NAMED_OF_S3 if service == "s3" else NAMED) if name in given}
        if "RequestItems" in given:
            about["tables"] = list(given["RequestItems"])
        if "TransactItems" in given:
            about["writes"] = sorted({(kind, write["TableName"]) for item in given["TransactItems"] for kind, write in item.items()})
        calls.append({"service": service, "operation": operation, **about})
        return genuine(self, operation, given)

    def noted_link(self: Any, ClientMethod: str, Params: dict[str, Any], **given: Any) -> Any:  # noqa: N803 (botocore's names)
        about = {name: Params[name] for name in NAMED_OF_S3}
        calls.append({"service": "s3", "operation": self.meta.method_to_api_mapping[ClientMethod], **about})
        return genuine_link(self, ClientMethod, Params, **given)

    BaseClient._make_api_call, signers.generate_presigned_url = noted, noted_link


def main() -> None:
    handler, folder, *layers = sys.argv[1:]
    sys.path[:0] = [folder, *(f"{layer}/python" for layer in layers)]
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
