"""What officers see and do about notices: what failed, what nobody knows, whom nobody reached, letters to print, and what each says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chalicelib import cities, clock, settings
from chalicelib.channels import Kind, Outgoing
from chalicelib.law import telling
from chalicelib.law.decisions import Refused
from chalicelib.law.desk import bodies_of
from chalicelib.law.identifiers import check_uscc
from chalicelib.records.messages import Contact, Contacts, Message
from chalicelib.records.people import Session
from chalicelib.services.delivery import contacts as reaching_people
from chalicelib.services.delivery import deliver
from chalicelib.services.identity import people_sessions
from chalicelib.services.telling import my_notices, notices, reaching, sending
from chalicelib.services.telling.my_notices import Told
from chalicelib.storage import archive, contacts, outbox
from chalicelib.storage import notices as kept

SHOWN = 200
"""Of each kind, how many a page shows."""
MOST_READ = 1000
"""Of each kind, how many of a shard are looked through when somebody looks for some."""
UNADDRESSED = "u_"
"""How the recipient of a message begins that carried a code or a link: nobody here can send it once more."""
PARTS: tuple[outbox.Part, ...] = ("uncertain", "failed", "letters", "printed", "returned")


@dataclass(frozen=True)
class Overview:
    """What waits for an officer: messages by part of the desk, and the notices that reached nobody (to whom, and where they stand)."""

    parts: Mapping[outbox.Part, tuple[Message, ...]]
    untold: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among what waits; what is empty narrows nothing.

    `part` is one of `PARTS` or `untold`, `kind` a kind of notice, `channel` the way of a message, `number` a part of a message's id or of
    the address of a notice.
    """

    part: str = ""
    kind: str = ""
    channel: str = ""
    number: str = ""


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Preview:
    """What a kind of notice says by a channel in a language; `parts` are how many text messages that is."""

    channel: str
    language: str
    title: str
    text: str
    parts: int = 0


def overview(wanted: Wanted = EVERYTHING) -> Overview:
    """What waits for an officer, as far as it is looked for, the longest waiting first."""
    most = SHOWN if wanted == EVERYTHING else MOST_READ
    parts = {part: outbox.load(outbox.waiting(part, "9", most)).values() if wanted.part in ("", part) else () for part in PARTS}
    found = {part: tuple(one for one in messages if _fits(one, wanted))[:SHOWN] for part, messages in parts.items()}
    untold = kept.untold(most) if wanted.part in ("", "untold") and not wanted.channel else []
    return Overview(found, tuple(one for one in untold if _is_meant(*one, wanted))[:SHOWN])


def _fits(message: Message, wanted: Wanted) -> bool:
    kinds = {kind for kind, _ in message.covers} | {message.kind}
    return (
        (not wanted.kind or wanted.kind in kinds)
        and (not wanted.channel or wanted.channel == message.channel)
        and wanted.number.lower() in message.id.lower()
    )


def _is_meant(to: str, place: str, wanted: Wanted) -> bool:
    """Whether a notice that reached nobody is looked for; its kind stands second in its place."""
    return (not wanted.kind or place.split("#")[1] == wanted.kind) and wanted.number.lower() in f"{to} {place}".lower()


def to_roles(session: Session, before: str | None = None) -> tuple[list[Told], str | None]:
    """What somebody who works here was told, as the centre's officer or supervisor, or as a clerk of a body: the latest day first, and
    where the next page begins."""
    addressees = [f"provider:{code}" for code in bodies_of(session.person.roles)]
    addressees += [to for role, to in (("officer", "officers"), ("supervisor", "supervisors")) if role in session.person.roles]
    return my_notices.of_addressees(addressees, before)


def preview(kind: str, to: str = "s:") -> list[Preview]:
    """A kind of notice by every channel, in both languages; KeyError for a kind that the table does not have."""
    found, signature = [], cities.identity(settings.city()).sms_signature
    for language in ("zh", "en"):
        for channel in ("email", "phone", "letter"):
            words = deliver.worded(channel, [kind], language, to=to)
            text = signature + words.text if channel == "phone" else words.text  # who carries it adds the signature, and counts it
            parts = telling.parts(text) if channel == "phone" else 0
            found.append(Preview(channel, language, words.title, text, parts))
    return found


def to_be_sent(to: str, kind: str) -> list[Preview]:
    """What somebody will be sent of a kind of notice, in their language, by each way by which they are reached; nothing for who is not:
    the desk is told of them."""
    reach = reaching.of([to]).get(to)
    known = reach.contacts if reach else Contacts()
    ways = {"email": known.email, "phone": known.phone}
    return [one for one in preview(kind, to) if one.language == known.language and ways.get(one.channel)]


@dataclass(frozen=True)
class Letter:
    """A letter to print: the id of its message, the address, what it is called, and what it says."""

    id: str
    address: str
    title: str
    text: str


def letters(session: Session) -> list[Letter]:
    """The letters to print, for officers alone. They tell nothing of any record: a window shows them to the postman."""
    if "officer" not in session.person.roles:
        raise people_sessions.NotAllowed("officer")
    words = deliver.worded("letter", [], "zh")
    waiting = outbox.load(outbox.waiting("letters", "9", SHOWN)).values()
    return [Letter(one.id, address, words.title, words.text) for one in waiting if (address := notices.stated(one))]


def act(session: Session, what: str, which: str) -> None:
    """One step at the desk, by an officer alone; `Refused` when it cannot be made."""
    if "officer" not in session.person.roles:
        raise people_sessions.NotAllowed("officer")
    steps: Mapping[str, Callable[[Session, str], None]] = {
        "again": _again,
        "done": _done,
        "served": _served,
        "printed": _printed,
        "posted": _posted,
        "returned": _returned,
    }
    if what not in steps:
        raise Refused("请用页面上的按钮办理")
    steps[what](session, which)


def reach_office(session: Session, to: str, phone: str, email: str) -> None:
    """How a body or the centre's own people are told, from now on: empty means not by this way."""
    if "officer" not in session.person.roles:
        raise people_sessions.NotAllowed("officer")
    if to not in ("officers", "supervisors"):
        to = f"provider:{check_uscc(to).number}"
    number = reaching.office(to)
    given: dict[Kind, str] = {"phone": phone, "email": email}
    found = {kind: Contact(reaching_people.checked(kind, value), clock.today()) if value else None for kind, value in given.items()}
    while True:
        before = contacts.of(number)
        try:
            after = replace(before, phone=found["phone"], email=found["email"])
            contacts.keep(number, after, "contact.office", session.person.id, clock.now())
        except archive.Conflict:
            continue
        return


def office_contacts() -> Mapping[str, Contacts]:
    """How the centre's own people are reached."""
    found = reaching.of(["officers", "supervisors"])
    return {to: found[to].contacts if to in found else Contacts() for to in ("officers", "supervisors")}


def _again(session: Session, which: str) -> None:
    """Send anew what surely did not go. What may have gone is never sent a second time by the same way."""
    message = _message(which)
    if message.to.startswith(UNADDRESSED):
        raise Refused("这条消息不能重发：请用别的途径告知后点“已另行告知”")
    if message.state not in ("failed", "bounced", "suppressed"):
        raise Refused("这条消息可能已经送出，不能重发：请用别的途径告知后点“已另行告知”")
    now = clock.now()
    fresh = replace(message, day=clock.today(), about=f"{message.about}.{message.attempt}", state="due", attempt=0, times={})
    fresh = replace(fresh, id=outbox.message_id(fresh.to, fresh.kind, fresh.about, fresh.day, fresh.channel))
    if not outbox.put(fresh, now, "messages", now.isoformat(timespec="microseconds")):
        raise Refused("这条消息已经安排重发：请刷新页面")
    outbox.off_the_desk(message.id, session.person.id, now)


def _done(session: Session, which: str) -> None:
    outbox.off_the_desk(_message(which).id, session.person.id, clock.now())


def _served(session: Session, which: str) -> None:
    to, _, place = which.partition("|")
    if not kept.served(to, place):
        raise Refused("这条告知已经处理过：请刷新页面")


def _printed(session: Session, which: str) -> None:
    """The whole batch that was shown for printing."""
    shown = {letter.id: letter for letter in letters(session)}
    for one in which.split(","):
        if outbox.note(_message(one).id, "printed", clock.now(), part="printed") and one in shown:
            sending.keep_locally("letter", Outgoing(shown[one].address, shown[one].title, shown[one].text, ""))


def _posted(session: Session, which: str) -> None:
    if not outbox.note(_message(which).id, "posted", clock.now(), part="returned"):
        raise Refused("这封信还没有打印，或者已经登记过：请刷新页面")


def _returned(session: Session, which: str) -> None:
    if not outbox.note(_message(which).id, "returned", clock.now(), part="uncertain"):
        raise Refused("这封信还没有寄出，或者已经登记过：请刷新页面")


def _message(which: str) -> Message:
    found = outbox.load([which]).get(which)
    if found is None:
        raise Refused("没有这条消息：请刷新页面")
    return found
