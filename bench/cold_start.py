"""How long a function takes from nothing to its first answer, against bare Chalice with a boto3 client from the same zip (`make bench`).

Fresh processes of the package's Python, with nothing but the unpacked zip, taken in turns on one DynamoDB Local in memory and a
stand-in for KMS. What counts is the time of the processor: how long the clock ran depends on what else the machine does, so it is
only shown. Both are counted from the first line of the function, for the interpreter's own start is Lambda's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3

from bench.engines import OFFICE, in_memory
from bench.intake import penalties_of_one
from tests.infra.functions import PYTHON, ROOT, asked

ROUNDS = 9
MOST = 1.3
"""How many times bare Chalice's time a face may take."""
AIMED = ("public JSON", "public HTML", "members JSON")
"""The answers that this is asked of; a call with a key is shown beside them."""

OURS = """
import sys, time
began, worked = time.perf_counter(), time.process_time()
sys.path.insert(0, sys.argv[1])
import json
import app
answer = app.app(json.loads(sys.argv[2]), None)
took = [time.process_time() - worked, time.perf_counter() - began]
assert answer["statusCode"] == int(sys.argv[3]), answer
print(*took)
"""
BARE = """
import sys, time
began, worked = time.perf_counter(), time.process_time()
sys.path.insert(0, sys.argv[1])
import json
import boto3
from chalice.app import Chalice
app = Chalice("bare", configure_logs=False)
client = boto3.client("dynamodb")
@app.route("/subjects/{code}", methods=["GET"])
def subject(code):
    client.get_item(TableName="mingxin-publication", Key={"pk": {"S": "ORG#" + code}, "sk": {"S": "DOC"}})
    return {"code": code}
answer = app(json.loads(sys.argv[2]), None)
took = [time.process_time() - worked, time.perf_counter() - began]
assert answer["statusCode"] == 200, answer
print(*took)
"""


def main() -> None:
    """Measure each face and print the table; ends with 1 when one is above the limit."""
    with in_memory(aws=True) as folder:
        os.environ["MINGXIN_KEYS"] = "kms:" + boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        slow = _measure(folder, penalties_of_one(folder))
    raise SystemExit(slow)


def _measure(folder: Path, code: str) -> bool:
    from app import create_app
    from chalicelib.services.identity import api_keys

    key = api_keys.create("示例系统", (f"submit:{OFFICE[1]}",))[1]
    for face in ("public", "members"):
        with zipfile.ZipFile(ROOT / "dist" / f"{face}.zip") as zipped:
            zipped.extractall(folder / face)
    public, members = create_app("public").routes, create_app("members").routes
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    cases: list[tuple[str, str, dict[str, Any], int]] = [
        ("public JSON", "public", asked(public, f"/api/v1/subjects/{code}"), 200),
        ("public HTML", "public", asked(public, f"/subjects/{code}"), 200),
        ("members JSON", "members", asked(members, "/members/healthz"), 200),
        ("members, a key", "members", asked(members, "/api/v1/records", "", "POST", bearer, b"{}"), 422),
    ]
    print(f"{'':<16}{'processor':^26}{'clock':^26}")
    print(f"{'first answer':<16}" + f"{'ms':>8}{'bare ms':>10}{'ratio':>8}" * 2)
    slow = False
    for name, face, event, status in cases:
        ours, bare = [], []
        for _ in range(ROUNDS):
            bare.append(_fresh(BARE, folder / face, asked(public, f"/subjects/{code}"), 200, face))
            ours.append(_fresh(OURS, folder / face, event, status, face))
        pairs = [(_median(mine), _median(its)) for mine, its in zip(zip(*ours, strict=True), zip(*bare, strict=True), strict=True)]
        slow = slow or (name in AIMED and pairs[0][0] > MOST * pairs[0][1])
        print(f"{name:<16}" + "".join(f"{mine:>8.0f}{its:>10.0f}{mine / its:>8.2f}" for mine, its in pairs), flush=True)
    return slow


def _median(seconds: Iterable[float]) -> float:
    """Milliseconds."""
    return statistics.median(seconds) * 1000


def _fresh(script: str, folder: Path, event: dict[str, Any], status: int, face: str) -> tuple[float, float]:
    """Seconds of the processor and of the clock from the first line to the answer, in a process of its own."""
    command = [str(PYTHON), "-I", "-S", "-c", script, str(folder), json.dumps(event), str(status)]
    environment = {**os.environ, "MINGXIN_FACE": face, "AWS_LAMBDA_FUNCTION_NAME": face}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    worked, took = done.stdout.splitlines()[-1].split()
    return float(worked), float(took)


if __name__ == "__main__":
    main()
