"""Consents as both sides know them: what can be opened, how a request is worded and numbered, what it is today (NT-22)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib import cities, clock, settings
from chalicelib.law import consent as law
from chalicelib.law.catalogue import Item
from chalicelib.law.consent import State
from chalicelib.law.decisions import Refused
from chalicelib.law.disclosure import may_see
from chalicelib.law.identifiers import check_uscc
from chalicelib.law.masking import holds_person_number
from chalicelib.law.names import same_name
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Consent
from chalicelib.records.subjects import Office as Office
from chalicelib.services.common.cursors import cursor_at, position_of
from chalicelib.services.consent import consent_notices
from chalicelib.services.reporting.reports import ALPHABET, NUMBER_LENGTH
from chalicelib.services.telling import notices
from chalicelib.storage import allowances, archive, consents
from chalicelib.storage.archive import Changes, Conflict, Loaded

LONGEST_PURPOSE = 100
LONGEST_NAME = 100
A_PAGE = 50
MOST_ROUNDS = 10
"""Rounds of reading for one page: whoever files requests under a wrong name by the hundred makes nobody's page slow."""


class Unknown(Exception):
    """There is no such consent here: none at all, or one of others."""


@dataclass(frozen=True)
class Listed:
    """A consent and its state today."""

    consent: Consent
    state: State


@dataclass(frozen=True)
class Page:
    """Consents, the latest first, and the cursor to earlier ones; None where there are none."""

    items: tuple[Listed, ...]
    next: str | None


def page(read: Callable[[str | None], list[tuple[str, Consent]]], shown: Callable[[Consent], bool], cursor: str | None) -> Page:
    """A page of those that are `shown`, from what `read` gives before a place. A page may hold few and still go on: it looks at a
    few hundred at most."""
    found, before = list[tuple[str, Consent]](), _place(cursor)
    for _ in range(MOST_ROUNDS):
        round_ = read(before)
        found += [one for one in round_ if shown(one[1])]
        if len(found) > A_PAGE:
            return Page(tuple(listed(one) for _, one in found[:A_PAGE]), cursor_at([found[A_PAGE - 1][0]]))
        if len(round_) < consents.A_ROUND:
            return Page(tuple(listed(one) for _, one in found), None)
        before = round_[-1][0]
    return Page(tuple(listed(one) for _, one in found), cursor_at([before]))


def _place(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    place: str = position_of(cursor, (str,))[0]
    if not consents.is_place(place):
        raise Refused("翻页参数 cursor 无效：请从第一页重新开始")
    return place


def open_items(subject: Identifier) -> dict[str, Item]:
    """The catalogue items that consent can open of a kind of subject."""
    return law.askable(cities.load(settings.city()).catalogue, subject)


def checked_terms(items: Iterable[str], uses: int, last_day: date, subject: Identifier) -> tuple[str, ...]:
    """The items of a request in the catalogue's order, when these, the uses and the last day can be; else `Refused`."""
    catalogue = cities.load(settings.city()).catalogue
    return law.checked_terms(items, uses, last_day, catalogue=catalogue, subject=subject, today=clock.today())


def offered() -> dict[str, Item]:
    """The items that consent can open of anyone."""
    items = cities.load(settings.city()).catalogue.items()
    return {code: item for code, item in items if may_see(item, "authorised")}


def only_about() -> dict[str, str]:
    """Of the offered items those that one kind of subject alone can have, each with the word for it."""
    return {code: word for code, item in offered().items() if (word := law.only_about(item))}


def item_names() -> dict[str, str]:
    """The name of every catalogue item, by its code."""
    return {code: item.name for code, item in cities.load(settings.city()).catalogue.items()}


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
    found, given = holder(number), " ".join(name.split())
    if found is None:
        if not 2 <= len(given) <= LONGEST_NAME or not given.isprintable():
            raise Refused("请填写单位的名称（2至{most}个字）", most=LONGEST_NAME)
        return Office(number.number, given)
    known = (found.subject.profile.name, *found.subject.former_names)
    if given and not any(same_name(given, one) for one in known):
        raise Refused("单位名称与统一社会信用代码不符：请核对后重新填写")
    return Office(number.number, found.subject.profile.name)


def new_number() -> str:
    """A request number: its day, and 40 random bits."""
    day = clock.now().astimezone(clock.SHANGHAI)
    return f"Q-{day:%Y%m%d}-" + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def take_turn(whose: str, most: int) -> None:
    """Count by what was typed, whether or not somebody is there; `Refused` when the day's turns are used up."""
    if not allowances.take("consent", whose, clock.today(), clock.now(), most):
        raise Refused("今天的申请次数已满（{most}次），请明天再申请", most=most)


def listed(consent: Consent) -> Listed:
    """A consent with its state today."""
    return Listed(consent, law.state_of(consent, clock.today()))


def holder(number: Identifier) -> Loaded | None:
    """The archive that a number leads to, or the one that has taken its place."""
    subject_id: str | None = archive.id_of(number)
    loaded = None
    while subject_id:
        loaded = archive.load_subjects([subject_id]).get(subject_id)
        subject_id = loaded.subject.merged_into if loaded else None
    return loaded


def names_of(loaded: Loaded) -> tuple[str, ...]:
    """The names of a subject, the present one first."""
    return loaded.subject.profile.name, *loaded.subject.former_names


def commit(after: Consent, action: str, actor: str, beside: Callable[[Changes], None] | None = None) -> Consent:
    """Keep the next version of a consent, with what `beside` adds or not at all; `Refused` when somebody else changed it first."""
    try:
        return committed(after, action, actor, beside)
    except Conflict as error:
        raise Refused("这个申请刚刚有了变化：请刷新页面后再办理") from error


def committed(after: Consent, action: str, actor: str, beside: Callable[[Changes], None] | None = None) -> Consent:
    """The same; `Conflict` when somebody else changed it first."""
    changes = Changes()
    consents.change(changes, after, action, actor, clock.now(), cities.load(settings.city()).rules)
    told = consent_notices.given(changes, after, holder(after.subject))
    if beside:
        beside(changes)
    changes.commit()
    for to in told:
        notices.hint(to)
    return after
