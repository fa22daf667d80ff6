"""`make run`: starts the whole system on one machine, loads the demo city once, serves, and ends everything that it started."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import waitress

from chalicelib import cities, clock
from chalicelib.law.decisions import Refused
from local import issuer, resources, schedules, sms_gateway, worker
from local.children import Child, Failed, answers, die_with_parent, free_port, start, stop, wait_for
from local.engine import Engine, access_key, start_all
from local.environment import MEMORY, ROOT, RunFile
from local.front import Front

THREADS = 8
GATEWAY_KEY = "mingxin"
_LARGEST_UPLOAD = 64 * 1024 * 1024
"""Bytes after which waitress ends a request unread; from 6 MB on the front says so in a page of its own."""


@dataclass(frozen=True)
class Settings:
    """What the person who starts the system may choose. `data` is None for a throw-away engine in memory."""

    port: int
    data: Path | None
    city: str
    slug: str
    demo: bool
    now: str
    people: Path = issuer.PEOPLE


def read_settings(given: Mapping[str, str]) -> Settings:
    """The settings in an environment; Failed with one sentence when one cannot be understood."""
    port = given.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Failed(f"PORT={port} is not a port: give a number from 0 (any free one) to 65535.")
    now = given.get("MINGXIN_NOW") or ""
    try:
        if not 2000 <= clock.parse_now(now or "2000-01-01").year < 2200:
            raise ValueError(now)
    except ValueError as error:
        raise Failed(f"MINGXIN_NOW={now} is not an instant: write it like 2027-01-04T09:00:00+08:00.") from error
    city = given.get("MINGXIN_CITY") or "nantong"
    try:
        slug = cities.load(city).identity.slug
    except Refused as error:
        raise Failed(f"MINGXIN_CITY={city} does not work: {error}") from error
    city = city if city in cities.names() else str(Path(city).expanduser().resolve())
    data = given.get("MINGXIN_DATA") or str(ROOT / "data" / slug)
    folder = None if data == MEMORY else Path(data).expanduser().resolve()
    people = Path(given.get("MINGXIN_PEOPLE") or issuer.PEOPLE).expanduser().resolve()
    try:
        issuer.people(people)
    except (OSError, ValueError) as error:
        raise Failed(f"MINGXIN_PEOPLE={people} does not work: {error}") from error
    return Settings(int(port), folder, city, slug, given.get("MINGXIN_DEMO") != "0", now, people)


def reserve(port: int) -> socket.socket:
    """The listening address, taken before anything is started; Failed when another program has it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        if port:
            _nobody_listens(port)
    except OSError as error:
        listener.close()
        raise Failed(f"Port {port} is taken by another program: choose a free one, as in `make run PORT={port % 65535 + 1}`.") from error
    return listener


def _nobody_listens(port: int) -> None:
    """Some systems let two programs bind one port as long as one does not listen yet."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise OSError("taken")


@dataclass(frozen=True)
class Folder:
    """The folder of one city's durable data, held by one running system at a time."""

    path: Path
    access_key: str
    demo_mark: Path


@contextlib.contextmanager
def hold(settings: Settings) -> Iterator[Folder]:
    """The data folder, locked and checked against its city; in memory a temporary one that is removed at the end."""
    if settings.data is None:
        path = Path(tempfile.mkdtemp(prefix="mingxin-"))
        try:
            yield Folder(path, access_key(), path / "demo-loaded")
        finally:
            shutil.rmtree(path, ignore_errors=True)
        return
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.data.chmod(0o700)
        lock = (settings.data / "lock").open("a")
    except OSError as error:
        raise Failed(f"MINGXIN_DATA={settings.data} cannot be used: {error.strerror}.") from error
    with lock:
        _lock(lock, settings.data)
        yield Folder(settings.data, _remembered_key(settings, settings.data / "engine.json"), settings.data / "demo-loaded")


def _lock(lock: IO[str], data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failed(f"Mingxin is already running on {data}: stop it first, or choose another folder with MINGXIN_DATA=.") from error


def _remembered_key(settings: Settings, file: Path) -> str:
    """The access key that the folder's database was made with; the folder belongs to one city for good."""
    if not file.exists():
        content = {"city": settings.slug, "access_key": access_key()}
        fresh = file.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(content, out)
        fresh.replace(file)
    try:
        known = json.loads(file.read_text("utf-8"))
        city, key = str(known["city"]), str(known["access_key"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(f"{file} is damaged: bring it back from a copy, or start with another folder (MINGXIN_DATA=).") from error
    if city != settings.slug:
        raise Failed(f"{file.parent} holds the data of {city}, not of {settings.slug}: choose another folder with MINGXIN_DATA=.")
    return key


def environment(settings: Settings, folder: Folder, engine: Engine) -> dict[str, str]:
    """What every process of this system gets to know."""
    pretended = {"MINGXIN_NOW": settings.now, "MINGXIN_NOW_SINCE": repr(time.time())} if settings.now else {}
    names = {"MINGXIN_CITY": settings.city, "MINGXIN_TABLES": "mingxin-", "MINGXIN_KEYS": str(folder.path / "keys.json")}
    demo = {"MINGXIN_DEMO": "1" if settings.demo or folder.demo_mark.exists() else "0"}
    names |= {"MINGXIN_MESSAGES": str(folder.path / "messages"), "MINGXIN_CLOCK": str(folder.path / "clock")}
    return {**engine.environment, **names, **demo, **pretended}


def load_demo(settings: Settings, folder: Folder, engine: Engine) -> None:
    """Loads the demo city, once for each durable folder: the mark is made only after success."""
    if not settings.demo or (engine.durable and folder.demo_mark.exists()):
        return
    from local import demo

    try:
        demo.load(settings.city, say)
    except (Refused, RuntimeError, OSError) as error:
        raise Failed(f"The demo city could not be loaded (MINGXIN_DEMO=0 starts without it): {error}") from error
    if engine.durable:
        folder.demo_mark.touch()


def follow_schedules() -> None:
    """Runs each job now, for what was due while nothing ran, and then as `app.py` says."""
    import app
    from chalicelib import jobs

    jobs.count()  # before the first visitor
    found = schedules.of_app(app.app.event_sources)
    schedules.start(found, {schedule.job: getattr(jobs, schedule.job) for schedule in found})


def start_issuers(settings: Settings, logs: Path) -> list[Child]:
    """Starts the issuers at which people sign in, one for citizens and one for staff."""
    started = []
    for kind in issuer.KINDS:
        port = free_port()
        command = [sys.executable, "-m", "local.issuer", kind, str(port), str(settings.people)]
        started.append(start(f"The issuer of {kind}", command, port=port, log=logs / f"issuer-{kind}.log", folder=ROOT))
    return started


def start_sms_gateway(site: str) -> dict[str, str]:
    """Starts the stand-in for a gateway of text messages, which tells the window what became of each; how it is reached."""
    secret = secrets.token_hex(16)
    stand = sms_gateway.start(0, GATEWAY_KEY, secret, receipts=site + "/receipts/sms")
    reached = {"": stand.address, "_KEY": GATEWAY_KEY, "_SECRET": secret}
    return {"MINGXIN_PHONE_CHANNELS": "gateway,sns", **{"MINGXIN_SMS_GATEWAY" + part: value for part, value in reached.items()}}


def build_front() -> Front:
    """Both faces behind one WSGI app. Imported late: storage reads its settings from the environment that `run` has made.

    The face that `app` made for itself is used as it is: Chalice forgets the methods of a blueprint's routes when it registers it again.
    """
    import app
    from chalicelib import settings
    from chalicelib.web import limits, problems
    from chalicelib.web.paths import face_of, let_through
    from local.limiter import Limiter

    limiter = Limiter(limits.limit_of)

    def turned_down(path: str, address: str, language: str) -> Any:
        exceeded = limiter.exceeded(path, address)
        return problems.too_many(path, *exceeded, language) if exceeded else None

    apps = {face: app.app if face == settings.face() else app.create_app(face) for face in ("public", "members")}
    limited = turned_down if os.environ.get("MINGXIN_LIMITS") != "0" else lambda *_: None
    return Front(apps, face_of, problems.unknown_path, let_through, limited)


def serve(front: Any, listener: socket.socket, engine: Engine) -> None:
    """Serves until a signal comes; says that it is ready once it answers; Failed when the engine ends by itself."""
    port = listener.getsockname()[1]
    server = waitress.create_server(
        front, sockets=[listener], threads=THREADS, ident=None, max_request_body_size=_LARGEST_UPLOAD, clear_untrusted_proxy_headers=True
    )
    ended: list[str] = []
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    threading.Thread(target=_watch, args=(engine, ended), daemon=True).start()
    try:
        server.run()
    finally:
        server.close()
    if ended:
        raise Failed(ended[0])


def _announce(port: int) -> None:
    while not answers(port, "/healthz", patience=30):
        time.sleep(0.02)
    say(f"Mingxin is ready at http://127.0.0.1:{port}")


def _watch(engine: Engine, ended: list[str]) -> None:
    while not ended:
        time.sleep(1)
        ended += [f"{child.name} ended by itself: see {child.log}" for child in engine.children if child.process.poll() is not None]
    os.kill(os.getpid(), signal.SIGTERM)


def say(text: str) -> None:
    """One line to whoever started the system."""
    print(text, flush=True)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def run(settings: Settings) -> None:
    """Starts, serves and ends the system; Failed with one sentence when it cannot."""
    with contextlib.closing(reserve(settings.port)) as listener, hold(settings) as folder:
        logs = folder.path / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        (folder.path / "clock").unlink(missing_ok=True)  # what was moved in an earlier run counts no more
        engine = start_all(folder.path if settings.data else None, logs, key=folder.access_key, say=say)
        issuers: list[Child] = []
        try:
            issuers += start_issuers(settings, logs)
            exported = environment(settings, folder, engine)
            exported |= issuer.environment({kind: child.port for kind, child in zip(issuer.KINDS, issuers, strict=True)}, settings.people)
            exported["MINGXIN_SITE"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
            exported |= start_sms_gateway(exported["MINGXIN_SITE"])
            os.environ.update({**exported, "MINGXIN_FACE": "members"})  # the schedules are those of the members face
            front = build_front()  # while the engine starts
            engine.wait()
            for child in issuers:
                wait_for(child)
            resources.create(exported["MINGXIN_TABLES"])
            resources.allow_sender(cities.identity(settings.city).email_sender)
            load_demo(settings, folder, engine)
            follow_schedules()
            worker.start(exported["MINGXIN_TABLES"])
            data = str(settings.data) if settings.data else MEMORY
            note = RunFile(os.getpid(), listener.getsockname()[1], data, settings.slug, time.time(), exported)
            written = note.write()
            try:
                serve(front, listener, engine)
            finally:
                written.unlink(missing_ok=True)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            stop(issuers)
            engine.stop()


def main() -> int:
    """The exit code: 0 when it was asked to stop, 1 with one sentence when it could not run."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits for a thread is nobody's fault
    if os.environ.get("MAKELEVEL"):  # started by make: without it, nobody would be left to stop the system
        die_with_parent(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    os.umask(0o077)
    try:
        run(read_settings(os.environ))
    except KeyboardInterrupt:
        pass
    except Failed as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
