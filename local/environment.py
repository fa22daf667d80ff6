"""How the command line finds the running engine: one small file for each running system, written by `run`, read by `command`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local.children import answers

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".run"
MEMORY = "memory"


@dataclass(frozen=True)
class RunFile:
    """One running system. `data` is the absolute folder of its durable data, or `memory`; `started` is in seconds since 1970."""

    pid: int
    port: int
    data: str
    city: str
    started: float
    environment: dict[str, str]

    def path(self, folder: Path = FOLDER) -> Path:
        """Where the file is: one for each data folder, one for each process in memory."""
        what = f"{MEMORY}:{self.pid}" if self.data == MEMORY else self.data
        return folder / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.json"

    def write(self, folder: Path = FOLDER) -> Path:
        """Writes the file (mode 600: it holds the access key of the engine)."""
        folder.mkdir(mode=0o700, exist_ok=True)
        path = self.path(folder)
        fresh = path.with_suffix(f".{self.pid}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=1)
        fresh.replace(path)
        return path

    def alive(self) -> bool:
        """Whether its process is there and its engine answers."""
        port = urlsplit(self.environment.get("AWS_ENDPOINT_URL_DYNAMODB", "")).port
        return _exists(self.pid) and port is not None and answers(port)


def running(data: str | None, city: str | None, folder: Path = FOLDER) -> RunFile | None:
    """The running system of a data folder (`memory` too), else of a city, else the one started last; None if there is none."""
    found = [run for run in _all(folder) if _is_of(run, data, city)]
    return next((run for run in sorted(found, key=lambda run: -run.started) if run.alive()), None)


def how_to_start(data: str | None, city: str | None) -> str:
    """What to type when nothing runs."""
    settings = [f"{name}={value}" for name, value in (("MINGXIN_DATA", data), ("MINGXIN_CITY", city)) if value]
    return f"系统没有运行：请先在另一个终端执行 {' '.join([*settings, 'make run'])}，看到 Mingxin is ready 后再试。"


def _is_of(run: RunFile, data: str | None, city: str | None) -> bool:
    right_data = not data or run.data == (MEMORY if data == MEMORY else str(Path(data).expanduser().resolve()))
    own_folder = run.environment.get("MINGXIN_CITY", run.city)
    return right_data and (not city or city in (run.city, own_folder) or Path(city).expanduser().resolve() == Path(own_folder).resolve())


def _all(folder: Path) -> list[RunFile]:
    found = []
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, TypeError):
            run = RunFile(**json.loads(path.read_text("utf-8")))
            if _exists(run.pid):
                found.append(run)
            else:
                path.unlink()  # left behind by a system that was killed
    return found


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
