"""What a certificate of correction, repair or expiry says: that a record no longer counts or was put right, never what it told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.law.decisions import Refused
from chalicelib.law.showing import counts, counts_on
from chalicelib.records import EndedHow, Record

CORRECTED = "corrected"
"""The flag of a record that was corrected."""
TITLES: Mapping[EndedHow, str] = {
    "repaired": "信用修复证明",
    "withdrawn": "信用记录撤回证明",
    "corrected": "信用记录更正证明",
    "purged": "信用记录更正证明",
    "exited": "退出名单证明",
    "expired_early": "信用记录到期证明",
}
_SAID: Mapping[EndedHow, str] = {
    "repaired": "该记录的信用修复已于 {day} 生效。",
    "withdrawn": "该记录有误，提供单位已于 {day} 撤回。",
    "corrected": "该记录有误，已于 {day} 更正。",
    "purged": "该记录有误，已于 {day} 更正。",
    "exited": "该主体已于 {day} 退出名单。",
    "expired_early": "该记录已于 {day} 到期。",
}
_AFTERWARDS = "次日起不再公示、不再提供给任何人、不作为任何处理的依据。"
_SINCE_THEN = "自该日起不再公示、不再提供给任何人、不作为任何处理的依据。"


def certified(record: Record, day: date) -> tuple[str, str]:
    """The title of a certificate about a record on a day, and its statement; `Refused` while there is nothing to certify."""
    if record.ended is not None:
        how = record.ended.how
        return TITLES[how], _SAID[how].format(day=_written(record.ended.on)) + _SINCE_THEN
    if record.valid_until is not None and not counts_on(record.valid_until, day):
        return TITLES["expired_early"], f"该记录的有效期至 {_written(record.valid_until)}。" + _AFTERWARDS
    if counts(record, day) and CORRECTED in record.flags:
        return TITLES["corrected"], "该记录的内容曾经有误，已经更正，以更正后的记录为准。"
    raise Refused("这条记录仍然有效，也没有更正过：没有可以证明的内容", "NT-36")


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
