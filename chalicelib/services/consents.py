"""Consents: asked for without learning who is here, answered by whoever may, used once for each report, revocable at once (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chalicelib import cities, clock, settings
from chalicelib.law import consent as law
from chalicelib.law.catalogue import Item
from chalicelib.law.consent import State
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import may_see
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.masking import holds_person_number
from chalicelib.law.names import same_name
from chalicelib.law.reporting import ReportContent
from chalicelib.records import ApiKey, Consent, Given, Identifier, Query, Session
from chalicelib.records import Office as Office
from chalicelib.records import Report as Report
from chalicelib.services import codes, consent_notices, messages, notices, people_sessions, reports
from chalicelib.services import consent_parties as parties
from chalicelib.services import contacts as reaching
from chalicelib.services.asked import Asked
from chalicelib.services.reports import ALPHABET, NUMBER_LENGTH
from chalicelib.storage import allowances, archive, consents, queries
from chalicelib.storage import codes as links
from chalicelib.storage.archive import Changes, Conflict, Loaded
from chalicelib.storage.keys import keyring

MOST_ASKED_A_DAY, MOST_ASKED_OF_ONE_A_DAY, MOST_GIVEN_A_DAY = 500, 5, 20
"""How often an organisation may ask in all and one subject, and a subject may give unasked: each request may send a message, and
each stands in somebody's list."""
LONGEST_PURPOSE = 100
LONGEST_NAME = 100


class Unknown(Exception):
    """There is no such consent here: none at all, or one of others."""


class Busy(Exception):
    """Others use the same consent or subject at this moment: nothing was counted, ask again."""


@dataclass(frozen=True)
class Listed:
    """A consent and its state today."""

    consent: Consent
    state: State


def open_items(subject: Identifier) -> dict[str, Item]:
    """The catalogue items that consent can open of a kind of subject."""
    return law.askable(cities.load(settings.city()).catalogue, subject)


def offered() -> dict[str, Item]:
    """The items that consent can open of anyone."""
    items = cities.load(settings.city()).catalogue.items()
    return {code: item for code, item in items if may_see(item, "authorised")}


def item_names() -> dict[str, str]:
    """The name of every catalogue item, by its code."""
    return {code: item.name for code, item in cities.load(settings.city()).catalogue.items()}


def asker_of(session: Session) -> Office:
    """The organisation for which a session asks; `NotAllowed` for oneself and without the right to ask for reports."""
    mandate = people_sessions.mandate_of(session)
    if mandate is None:
        raise people_sessions.NotAllowed("report")
    people_sessions.needed(session, "report")
    return Office(mandate.code, mandate.name)


def asker_of_key(key: ApiKey) -> Office:
    """The organisation in whose name a key asks, by the name that the archive knows, else by the key's."""
    code = key.holder or ""
    found = parties.holder(Identifier("uscc", code))
    return Office(code, found.subject.profile.name if found else key.name)


def ask(asker: Office, asked_by: str, who: Asked, *, purpose: str, items: Iterable[str], uses: int, last_day: date) -> Consent:
    """Ask a subject for its consent. Whether it is here is not looked at: the same is written and answered either way (NT-22).

    A queue function tells the subject's verified contact, where there is one; else the request waits where the subject signs in.
    """
    now = clock.now()
    if who.identifier == Identifier("uscc", asker.code):
        raise Refused("查询的是本单位：不需要授权，可以直接申请本单位的报告")
    consent = Consent(
        id=new_number(),
        way="asked",
        subject=who.identifier,
        subject_name=who.name,
        asker=asker,
        purpose=checked_purpose(purpose),
        items=law.checked_terms(items, uses, last_day, open_items=open_items(who.identifier), today=clock.today()),
        uses=uses,
        last_day=last_day,
        asked=now.isoformat(timespec="microseconds"),
        asked_by=asked_by,
        answer_until=clock.today() + timedelta(days=law.DAYS_TO_ANSWER),
    )
    _take_turn(f"asked {asker.code}", MOST_ASKED_A_DAY)
    _take_turn(f"asked {asker.code} {who.identifier.type} {who.identifier.number}", MOST_ASKED_OF_ONE_A_DAY)
    consents.add(consent, asked_by, now)
    consent_notices.hint(consent.id)
    return consent


def _take_turn(whose: str, most: int) -> None:
    """Count by what was typed, whether or not somebody is there; `Refused` when the day's turns are used up."""
    if not allowances.take("consent", whose, clock.today(), clock.now(), most):
        raise Refused("今天的申请次数已满（{most}次），请明天再申请", most=most)


def give(session: Session, asker_code: str, asker_name: str, *, purpose: str, items: Iterable[str], uses: int, last_day: date) -> Consent:
    """Write down a consent that its subject gives unasked; it counts once the subject has agreed to it by a code like to any other."""
    people_sessions.needed(session, "consent")
    subject, now = people_sessions.subject_of(session), clock.now()
    asker = named_office(asker_code, asker_name)
    if subject == Identifier("uscc", asker.code):
        raise Refused("不用授权给自己：可以直接申请自己的报告")
    mandate = people_sessions.mandate_of(session)
    consent = Consent(
        id=new_number(),
        way="in advance",
        subject=subject,
        subject_name=mandate.name if mandate else session.person.name,
        asker=asker,
        purpose=checked_purpose(purpose),
        items=law.checked_terms(items, uses, last_day, open_items=open_items(subject), today=clock.today()),
        uses=uses,
        last_day=last_day,
        asked=now.isoformat(timespec="microseconds"),
        asked_by=session.person.id,
        answer_until=clock.today() + timedelta(days=law.DAYS_TO_ANSWER),
    )
    _take_turn(f"given {subject.type} {subject.number}", MOST_GIVEN_A_DAY)
    consents.add(consent, session.person.id, now, "consent.offered")
    return consent


def of_session(session: Session) -> list[Listed]:
    """Every consent and request about whom a session acts for, the latest first."""
    people_sessions.needed(session, "consent")
    numbers, names = _own(session)
    return [_listed(one) for one in consents.of_subject(numbers) if _is_theirs(one, numbers, names)]


def find(session: Session, number: str) -> Listed:
    """One of them by its request number, as typed; `Unknown` when it is none of theirs, or none at all."""
    people_sessions.needed(session, "consent")
    found = consents.load(number.strip().upper())
    if found is None or not _is_theirs(found, *_own(session)):
        raise Unknown
    return _listed(found)


def of_asker(code: str) -> list[Listed]:
    """What an organisation has asked for and was given, the latest first; nothing that its subject has not decided to give."""
    return [_listed(one) for one in consents.of_asker(code) if one.way == "asked" or one.answer == "agreed"]


def find_asked(code: str, number: str) -> Listed:
    """One of them; `Unknown` when it is none of this organisation's."""
    found = consents.load(number.strip().upper())
    if found is None or found.asker.code != code or (found.way != "asked" and found.answer != "agreed"):
        raise Unknown
    return _listed(found)


def behind(token: str) -> str | None:
    """The request number behind a link; None when the link is wrong or its 72 hours are over. Opening it changes nothing."""
    return links.link_to(token, clock.now())


def of_number(number: str) -> Listed | None:
    """A request that somebody was led to by its link; None when there is none."""
    found = consents.load(number)
    return _listed(found) if found else None


def reachable(session: Session) -> str | None:
    """Where a code would go, covered; None while the subject has verified no contact."""
    to = reaching.usable(parties.reached(_own(session)[0])[1])
    return reaching.covered(*to) if to else None


def code_waits(consent: Consent) -> bool:
    """Whether a code for a consent was sent and can still be typed in."""
    return codes.waiting(_place(consent))


def send_code(session: Session, number: str) -> None:
    """Send a code to the contact that the subject verified itself, because the subject presses the button now (NT-22)."""
    consent = find(session, number).consent
    _refuse_by_code(consent)
    owner, kept = parties.reached(_own(session)[0])
    to = reaching.usable(kept)
    if to is None:
        raise Refused("还没有经过验证的联系方式：请先登记手机或电子邮箱", "NT-22")
    code = codes.make(_place(consent), keyring().public_id("u_", "codes of", owner.type, owner.number))
    minutes = codes.LIFE.seconds // 60
    if not messages.send("consent code", consent.id, owner, *to, language=kept.language, code=code, minutes=minutes):
        raise Refused("验证码没有发出去：请过一会儿再试")


def agree(session: Session, number: str, *, items: Sequence[str], uses: int, last_day: date, code: str) -> Consent:
    """Agree to a request, or to less of it, with the code that was sent; `Refused` with what is wrong."""
    consent = find(session, number).consent
    _refuse_by_code(consent)
    by, at = session.person.id, clock.now().isoformat(timespec="seconds")
    after = law.agreed(consent, items, uses, last_day, by=by, at=at, today=clock.today())
    codes.take(_place(consent), code)
    return commit(after, "consent.agreed", by)


def refuse(session: Session, number: str) -> Consent:
    """Turn a request down."""
    by, at = session.person.id, clock.now().isoformat(timespec="seconds")
    return commit(law.refused(find(session, number).consent, by=by, at=at, today=clock.today()), "consent.refused", by)


def revoke(session: Session, number: str) -> Consent:
    """Take a consent back: from this moment nothing is given by it."""
    while True:
        after = law.revoked(find(session, number).consent, at=clock.now().isoformat(timespec="seconds"))
        try:
            return _committed(after, "consent.revoked", session.person.id)
        except Conflict:  # it is being used at this moment: it is revoked all the same, after that use
            continue


def use(number: str, asker: Office, actor: str, *, subject: Identifier, purpose: str, items: Sequence[str] | None = None) -> Report:
    """A report by a consent: the use, the report, the trace for its subject and the trail are written together or not at all (NT-26).

    `Unknown` when the asker has no such consent, `Refused` when it does not entitle to this, `Busy` when others are in the way.
    """
    found = find_asked(asker.code, number).consent
    law.used(found, subject, purpose, items, clock.today())
    loaded = parties.holder(found.subject)
    # A sheet of paper was compared by people; the archive has the last word on whose number it names (NT-22).
    if loaded is None or (found.way == "written" and not _named_so(loaded, found.subject_name)):
        raise Refused("没有这个主体的档案：没有可以出具的报告，授权的次数没有减少")

    def beside(changes: Changes, report: Report, content: ReportContent) -> None:
        current = find_asked(asker.code, number).consent
        at = clock.now()
        after = law.used(current, subject, purpose, items, clock.today())
        consents.change(changes, replace(after, reports=(*after.reports, report.number)), "consent.used", actor, at)
        query = _query(current, report, content, actor)
        archive.put_trail(changes, [queries.put(changes, query, loaded)], actor=actor, reason=current.id, at=at)
        consent_notices.used(changes, current, report.number, loaded.subject.id)

    scope = tuple(items) if items is not None else found.items
    try:
        return reports.ask_for(
            loaded.subject.id,
            asked_by=keyring().public_id("o_", "organisation", asker.code),
            purpose=found.purpose,
            reader="authorised",
            recipient=found.asker.name,
            scope=scope,
            basis=found.id,
            beside=beside,
        )
    except Conflict as error:
        raise Busy from error


def report_of(asker: Office, number: str) -> Report:
    """A report that an organisation was given, while the consent behind it is not revoked; `Unknown` when it is none of its."""
    wanted = number.strip().upper()
    behind_it = next((one for one in consents.of_asker(asker.code) if wanted in one.reports), None)
    found = reports.by_number(wanted) if behind_it else None
    if behind_it is None or found is None:
        raise Unknown
    if behind_it.revoked:
        raise Refused(law.REASONS["revoked"], "NT-22")
    content = reports.content(found.subject_id, found.number)
    if content is None:
        raise Unknown
    if content.true_through and content.true_through < clock.today():
        raise Refused("这份报告中已有记录到期，不再提供：仍有需要的，请按授权重新申请一份", "NT-30")
    return found


def checked_purpose(text: str) -> str:
    """A purpose in the words that the subject will read, or `Refused`."""
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > LONGEST_PURPOSE or not tidy.isprintable():
        raise Refused("请写明查询的用途，最多{most}个字，例如“签订供货合同”", most=LONGEST_PURPOSE)
    if holds_person_number(tidy):
        raise Refused("用途中不要写个人证件号码：请写办理的事项")
    return tidy


def named_office(code: str, name: str) -> Office:
    """An organisation by its code, under the name that the archive knows, else as given; `Refused` when the two differ."""
    number = check_uscc(code)
    found, given = parties.holder(number), " ".join(name.split())
    if found is None:
        if not 2 <= len(given) <= LONGEST_NAME or not given.isprintable():
            raise Refused("请填写单位的名称（2至{most}个字）", most=LONGEST_NAME)
        return Office(number.number, given)
    known = (found.subject.profile.name, *found.subject.former_names)
    if given and not any(same_name(given, one) for one in known):
        raise Refused("单位名称与统一社会信用代码不符：请核对后重新填写")
    return Office(number.number, found.subject.profile.name)


def _own(session: Session) -> tuple[tuple[Identifier, ...], tuple[str, ...]]:
    """Every number of whom a session acts for, and every name."""
    number = people_sessions.subject_of(session)
    mandate, loaded = people_sessions.mandate_of(session), parties.holder(number)
    names = (mandate.name if mandate else session.person.name, *(parties.names(loaded) if loaded else ()))
    return tuple(dict.fromkeys((number, *(loaded.subject.identifiers if loaded else ())))), names


def _is_theirs(consent: Consent, numbers: Sequence[Identifier], names: Sequence[str]) -> bool:
    """A person's name must be right too: a request under another name is for nobody."""
    if consent.subject not in numbers:
        return False
    named = consent.subject_name
    return consent.subject.type == "uscc" or named is None or any(same_name(named, name) for name in names)


def _named_so(loaded: Loaded, name: str | None) -> bool:
    return name is None or any(same_name(name, one) for one in parties.names(loaded))


def _query(consent: Consent, report: Report, content: ReportContent, actor: str) -> Query:
    codes_of = {item.name: code for code, item in cities.load(settings.city()).catalogue.items()}
    entries = [entry for section in content.sections for entry in section.entries]
    given = tuple(Given(entry.id, codes_of.get(entry.catalogue, entry.catalogue), entry.title, entry.document_no) for entry in entries)
    instant = clock.now().isoformat(timespec="microseconds")
    asker, matter = consent.asker.name, f"{consent.id} {report.number}"
    return Query("q_" + secrets.token_hex(10), instant, "report", actor, asker, None, consent.purpose, matter, "consent", given)


def _listed(consent: Consent) -> Listed:
    return Listed(consent, law.state_of(consent, clock.today()))


def _refuse_by_code(consent: Consent) -> None:
    law.refuse_unanswerable(consent, clock.today())
    if consent.way == "written":
        raise Refused("这是在窗口书面提交的授权，正在由工作人员核对：不用再填写验证码")


def commit(after: Consent, action: str, actor: str) -> Consent:
    """Keep the next version of a consent; `Refused` when somebody else changed it first."""
    try:
        return _committed(after, action, actor)
    except Conflict as error:
        raise Refused("这个申请刚刚有了变化：请刷新页面后再办理") from error


def _committed(after: Consent, action: str, actor: str) -> Consent:
    changes = Changes()
    consents.change(changes, after, action, actor, clock.now())
    told = consent_notices.given(changes, after)
    changes.commit()
    for to in told:
        notices.hint(to)
    return after


def _place(consent: Consent) -> str:
    return f"consent|{consent.id}"


def new_number() -> str:
    """A request number: its day, and 40 random bits."""
    day = clock.now().astimezone(clock.SHANGHAI)
    return f"Q-{day:%Y%m%d}-" + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))
