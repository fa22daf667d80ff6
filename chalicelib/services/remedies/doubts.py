"""A user's own doubt about a record that it was given: it starts verification as an objection does (HY-27d)."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.access import ApiKey
from chalicelib.records.remedies import Case
from chalicelib.services.querying import asked
from chalicelib.services.querying.asked import Asked
from chalicelib.services.remedies import objections, receivers
from chalicelib.services.remedies.casework import By
from chalicelib.services.remedies.objections import Stated
from chalicelib.storage import allowances

MOST_A_DAY = 50
"""Doubts of one key on one day."""


def raise_doubt(key: ApiKey, who: Asked, record: str, text: str) -> Case:
    """Doubt a record of a subject that was given to this key; `Refused` when it was not: nobody learns more by asking."""
    if not allowances.take("doubt", key.id, clock.today(), clock.now(), MOST_A_DAY):
        raise Refused("这把密钥今天提出的疑义已满{most}件：请明天再提出，或者联系信用中心", most=MOST_A_DAY)
    (found,) = asked.find([who])
    if found.loaded is None or key.id not in receivers.of_record(found.loaded.subject.id, record):
        raise Refused("没有向这把密钥提供过这条记录：请核对查询对象和记录编号", "HY-27d")
    stated = Stated((record,), ("wrong",), text, "user", by_name=key.name)
    return objections.receive(found.loaded.subject.id, stated, By(key.id, "officer"))
