"""10,000 notices through `deliver` with 8 workers, against a bare loop with 8 workers that calls the same local SES."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from bench.engines import in_memory
from local.demo import a_code

COUNT, WORKERS, TURNS = 10_000, 8, 10
LEAST = 0.4
DAY = date(2026, 11, 21)


def prepare(count: int) -> None:
    """Everybody has an e-mail address and one notice, and `remind` has made the messages."""
    from chalicelib import clock
    from chalicelib.records.identifiers import Identifier
    from chalicelib.records.messages import Contact, Contacts
    from chalicelib.services.delivery import remind
    from chalicelib.services.telling import notices
    from chalicelib.storage import archive, contacts
    from chalicelib.storage.keys import keyring

    keyring()  # made once, before eight workers ask for it

    def one(number: int) -> None:
        identifier = Identifier("uscc", a_code("91", number + 1))
        loaded = archive.fresh(archive.new_subject("organisation", f"演示企业{number}"))
        loaded.subject = replace(loaded.subject, identifiers=(identifier,), version=1, published=1)
        changes = archive.Changes()
        archive.put_subject(changes, loaded, clock.now())
        changes.commit()
        reached = Contacts(email=Contact(f"office{number}@example.com", DAY))
        contacts.keep(identifier, reached, "contact.verified", "p_1", clock.now())
        notices.announce("objection decided", f"s:{loaded.subject.id}", about=f"c_{number}", day=DAY)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(one, range(count)))
    began = time.perf_counter()
    counts = remind.remind(DAY)
    print(f"remind: {counts}, {count / (time.perf_counter() - began):.0f} notices/s")


def bare(count: int) -> float:
    """Seconds of nothing but the calls."""
    from chalicelib import channels
    from chalicelib.channels import Outgoing

    ses = channels.channel("ses")
    message = Outgoing("office@example.com", "异议已处理", "演示" * 100, "noreply@xinyong.nantong.example", "m_1", "<p>演示</p>" * 50)
    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(lambda _: ses.send(message), range(count)))
    return time.perf_counter() - began


def delivered(count: int) -> float:
    """Seconds of `deliver` for so many messages."""
    from chalicelib.services.delivery import deliver

    began = time.perf_counter()
    counts = deliver.deliver(count)
    assert (counts.due, counts.done, counts.failed) == (count, count, 0), counts
    return time.perf_counter() - began


def main() -> None:
    """Prints both rates and their ratio, taken in turns so that both meet the same load; fails under the least one."""
    count = int(os.environ.get("BENCH_NOTICES", COUNT))
    os.environ.update(MINGXIN_FACE="members", MINGXIN_SITE="https://credit.example", MINGXIN_NOW=f"{DAY.isoformat()}T09:00:00+08:00")
    with in_memory(aws=True):
        from local import resources

        resources.create("mingxin-")
        resources.allow_sender("noreply@xinyong.nantong.example")
        prepare(count)
        bare(WORKERS)
        turns = [(bare(count // TURNS), delivered(count // TURNS)) for _ in range(TURNS)]
    plain, ours = (sum(seconds) for seconds in zip(*turns, strict=True))
    print(f"bare loop: {count / plain:.0f} messages/s; deliver: {count / ours:.0f} messages/s; ratio {plain / ours:.2f} (at least {LEAST})")
    assert plain >= LEAST * ours


if __name__ == "__main__":
    main()
