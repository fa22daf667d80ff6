"""What an officer opens at the counter: held by the officer's own session, so that it ends with it, and written in the trail."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.records.access import Act, Query
from chalicelib.records.people import CounterSession, Session
from chalicelib.storage import archive, people_sessions
from chalicelib.storage.archive import Loaded
from chalicelib.storage.queries import Traces


def open_session(session: Session, counter: CounterSession, about: Loaded, query: Query, at: datetime, day: date) -> bool:
    """Hold a subject's archive open, with its trace for the subject and its entry in the trail, all or nothing; False when that
    cannot be written now, or the officer has signed out. `day` is that of `at` in China."""
    traces = Traces(day)
    traces.add(query, about)
    facts = [counter.document, counter.reason, counter.until.isoformat()]
    act = Act("counter.opened", counter.subject_id, counter.id, facts)
    traces.also(act, [people_sessions.opened_at_counter(session, counter)])
    return traces.commit(actor=session.person.id, call=counter.id, at=at)


def close_session(session: Session, counter: CounterSession, at: datetime) -> None:
    """Let go of it, with an entry in the trail; `Conflict` when the officer has signed out."""
    changes = archive.Changes()
    changes.publish([people_sessions.closed_at_counter(session)], 0)
    act = Act("counter.closed", counter.subject_id, counter.id, [])
    archive.put_trail(changes, [act], actor=session.person.id, reason=counter.id, at=at)
    changes.commit()
