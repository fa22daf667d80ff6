"""The functions as they are deployed: unpacked, started by their handlers, called with events of production's shape."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local.gateway import Routes

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".package" / "python" / "bin" / "python"
RUNNER = Path(__file__).with_name("runner.py")
SECRET = "the-secret-of-the-front"
FACES = ("public", "members")
STAGES = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]
FACE_OF = {name: face for face in FACES for name in (face, *STAGES[f"{face}-prod"]["lambda_functions"])}
"""The face that each deployed function belongs to, by the name of its policy. A new function is known here by its stages."""
WITH_LAYER = {"reports", "overdue"}
"""The functions that have the layer of what makes reports."""
HANDLERS = {name: "app.app" if name == face else f"app.{name}" for name, face in FACE_OF.items()}
"""What Lambda calls of each function."""
API = {"Gateway": {"Type": "Api"}}


@dataclass(frozen=True)
class Called:
    """What came of one call: the answer, the calls to AWS that it made, and the lines that it told CloudWatch."""

    answer: Any
    calls: list[dict[str, Any]]
    said: list[dict[str, Any]]
    modules: frozenset[str]

    @property
    def status(self) -> int:
        return int(self.answer["statusCode"])

    @property
    def body(self) -> bytes:
        body = self.answer["body"]
        return base64.b64decode(body) if self.answer.get("isBase64Encoded") else body.encode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Function:
    """One started function. Every call that it made to AWS since its start is in `calls`."""

    process: subprocess.Popen[str]
    calls: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, name: str, folders: Sequence[Path], environment: Mapping[str, str], handler: str = "") -> Function:
        """Start the function of a name (see HANDLERS) from the folders of its unpacked zip and of its layers.

        `handler`: another of the same face.
        """
        command = [str(PYTHON), "-I", "-S", "-W", "error", str(RUNNER), handler or HANDLERS[name], *map(str, folders)]
        given = {**environment, "MINGXIN_FACE": FACE_OF[name], "AWS_LAMBDA_FUNCTION_NAME": name}
        process = subprocess.Popen(
            command, cwd=folders[0], env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return cls(process)

    def call(self, event: Mapping[str, Any]) -> Called:
        """One invocation."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the function ended"
        said = json.loads(line)
        assert "error" not in said, said["error"]
        self.calls += said["calls"]
        return Called(said["answer"], said["calls"], [json.loads(told) for told in said["said"]], frozenset(said["modules"]))

    def stop(self) -> None:
        """End the process and close what leads to it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@dataclass(frozen=True)
class Served:
    """A started function in the place of an app, for whoever calls apps: `tests.web.gateway`, `tests.people.browser`."""

    function: Function
    routes: Mapping[str, Any]

    def __call__(self, event: Mapping[str, Any], context: None) -> Any:
        return self.function.call(event).answer


def kinds(template: Mapping[str, Any]) -> dict[str, set[str]]:
    """What calls each function of a face's template, by handler: `Schedule`, `SQS`; `Api` where only the gateway does."""
    found = (one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function")
    return {one["Handler"]: {event["Type"] for event in one.get("Events", API).values()} for one in found}


def asked(
    routes: Mapping[str, Any],
    path: str,
    query: str = "",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    stage: str = "prod",
) -> dict[str, Any]:
    """The event that API Gateway makes of a request that came through CloudFront (REST API, proxy integration, payload 1.0)."""
    match = Routes(routes).find(path)
    assert match, path
    given = {
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "CloudFront-Forwarded-Proto": "https",
        "Host": "abcdefghij.execute-api.cn-north-1.amazonaws.com.cn",
        "User-Agent": "Amazon CloudFront",
        "Via": "2.0 0123456789abcdef.cloudfront.net (CloudFront)",
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
        **(headers or {}),
    }
    several = parse_qs(query, keep_blank_values=True)
    return {
        "resource": match.route,
        "path": path,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {**{name: [value] for name, value in given.items()}, "Via": ["1.1 proxy.example", given["Via"]]},
        "queryStringParameters": {name: values[-1] for name, values in several.items()} or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": given["Host"],
            "domainPrefix": "abcdefghij",
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "sourceIp": "198.51.100.7",
                "userAgent": given["User-Agent"],
            },
            "path": f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTime": "21/Nov/2026:01:00:00 +0000",
            "requestTimeEpoch": 1795222800000,
            "resourceId": "123456",
            "resourcePath": match.route,
            "stage": stage,
        },
        "body": base64.b64encode(body).decode("ascii") if body else None,
        "isBase64Encoded": bool(body),
    }


def scheduled(rule: str) -> dict[str, Any]:
    """The event of an EventBridge schedule."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-21T01:00:00Z",
        "region": "cn-north-1",
        "resources": [f"arn:aws-cn:events:cn-north-1:123456789012:rule/{rule}"],
        "detail": {},
    }


def queued(*bodies: str, queue: str = "mingxin-notices") -> dict[str, Any]:
    """The event of messages that waited in a queue, in one batch."""
    return {
        "Records": [
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-{number:012}",
                "receiptHandle": f"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a{number}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1795222800000",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1795222800012",
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws-cn:sqs:cn-north-1:123456789012:{queue}",
                "awsRegion": "cn-north-1",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }
