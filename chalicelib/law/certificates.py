"""What a certificate of correction, repair or expiry says: that a record no longer counts or was put right, never what it told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.showing import counts, counts_on
from chalicelib.records.entries import Record
from chalicelib.records.kinds import EndedHow

CORRECTED = "corrected"
"""The flag of a record that was corrected."""
TITLES: Mapping[EndedHow, str] = {
    "repaired": phrase("信用修复证明"),
    "withdrawn": phrase("信用记录撤回证明"),
    "corrected": phrase("信用记录更正证明"),
    "purged": phrase("信用记录更正证明"),
    "exited": phrase("退出名单证明"),
    "expired_early": phrase("信用记录到期证明"),
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_SAID: Mapping[EndedHow, tuple[str, str]] = {
    "repaired": ("该记录的信用修复已于 {day} 生效。", "The repair of this record took effect on {day}."),
    "withdrawn": ("该记录有误，提供单位已于 {day} 撤回。", "This record was wrong; its provider withdrew it on {day}."),
    "corrected": ("该记录有误，已于 {day} 更正。", "This record was wrong; it was corrected on {day}."),
    "purged": ("该记录有误，已于 {day} 更正。", "This record was wrong; it was corrected on {day}."),
    "exited": ("该主体已于 {day} 退出名单。", "The subject left the list on {day}."),
    "expired_early": ("该记录已于 {day} 到期。", "This record ended on {day}."),
}
"""What became of a record, in Chinese and in English: the certificate goes to people who read either."""
_SINCE_THEN = (
    "自该日起不再公示、不再提供给任何人、不作为任何处理的依据。",
    " Since that day it is not public, is given to nobody and is no ground for any decision.",
)
_ENDED = (
    "该记录的有效期至 {day}。次日起不再公示、不再提供给任何人、不作为任何处理的依据。",
    "This record was valid until {day}. Since the next day it is not public, is given to nobody and is no ground for any decision.",
)
_PUT_RIGHT = (
    "该记录的内容曾经有误，已经更正，以更正后的记录为准。",
    "What this record said was wrong and has been corrected; the corrected record counts.",
)


@dataclass(frozen=True)
class Certificate:
    """What is certified of a record: the title, the statement, and the statement in English."""

    title: str
    statement: str
    english: str


def certified(record: Record, day: date) -> Certificate:
    """What can be certified about a record on a day; `Refused` while there is nothing."""
    if record.ended is not None:
        how, on = record.ended.how, record.ended.on
        return _stated(how, [said + then for said, then in zip(_SAID[how], _SINCE_THEN, strict=True)], on)
    if record.valid_until is not None and not counts_on(record.valid_until, day):
        return _stated("expired_early", _ENDED, record.valid_until)
    if counts(record, day) and CORRECTED in record.flags:
        return _stated("corrected", _PUT_RIGHT, day)
    raise Refused("这条记录仍然有效，也没有更正过：没有可以证明的内容", "NT-36")


def _stated(how: EndedHow, words: Sequence[str], day: date) -> Certificate:
    chinese, english = words
    return Certificate(TITLES[how], chinese.format(day=f"{day.year}年{day.month}月{day.day}日"), english.format(day=in_english(day)))


def in_english(day: date) -> str:
    """A day as English writes it: 22 November 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
