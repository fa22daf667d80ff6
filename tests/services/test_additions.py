"""What a submission adds to a published document is the same as making the document anew from the archive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.services.publication.rebuild import rebuild
from chalicelib.storage import due, publishing
from chalicelib.storage import engine as engines
from tests.services.conftest import Send
from tests.services.rows import CODE, PARTY, a_black_entry, a_code, a_commitment, a_licence, a_penalty, a_person, a_red_entry, a_subject


def _public_items() -> dict[tuple[str, str], Any]:
    items = engines.client().scan(TableName=settings.table("publication"))["Items"]
    unpacked = {(item["pk"]["S"], item["sk"]["S"]): publishing.unpack(item["body"]["B"]) for item in items if "body" in item}
    return {key: json.dumps(body, ensure_ascii=False, sort_keys=False) for key, body in unpacked.items()}


def _made_anew() -> dict[tuple[str, str], Any]:
    for item in engines.client().scan(TableName=settings.table("publication"))["Items"]:
        engines.client().delete_item(TableName=settings.table("publication"), Key={"pk": item["pk"], "sk": item["sk"]})
    assert rebuild()["failed"] == 0
    return _public_items()


SUBMISSIONS: dict[str, list[tuple[str, list[dict[str, str]]]]] = {
    "records to a registered organisation": [("subjects", [a_subject()]), ("licences", [a_licence()]), ("penalties", [a_penalty()])],
    "several rows of one file": [("penalties", [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(40)])],
    "more than one part": [
        ("licences", [a_licence(行政许可决定文书号=f"示许〔2026〕{number}号") for number in range(99)]),
        ("penalties", [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(5)]),
        ("licences", [a_licence(行政许可决定文书号=f"示许〔2027〕{number}号") for number in range(5)]),
    ],
    "lists and commitments": [
        ("blacklist", [a_black_entry()]), ("redlist", [a_red_entry()]), ("commitments", [a_commitment()]), ("licences", [a_licence()]),
        ("redlist", [a_red_entry(列入日期="2026/04/24", 有效期至="2028/04/24")]),
    ],
    "a rename between records": [
        ("penalties", [a_penalty()]), ("subjects", [a_subject(主体名称="示例新名食品有限公司")]),
        ("licences", [a_licence(**{PARTY: "示例新名食品有限公司"})]), ("penalties", [a_penalty(行政处罚决定书文号="示罚〔2026〕2号")]),
    ],
    "a new code and the old one": [
        ("subjects", [a_subject()]), ("penalties", [a_penalty()]), ("licences", [a_licence(**{CODE: a_code(1, county="320698")})]),
        ("penalties", [a_penalty(行政处罚决定书文号="示罚〔2026〕2号")]),
    ],
    "a changed state": [("licences", [a_licence(), a_licence(当前状态="2")]), ("penalties", [a_penalty()])],
    "an organisation and the people responsible": [
        ("penalties", [a_penalty(备注="失信程度：严重", 责任人员="李示例/护照:E12345678/主要负责人"), a_penalty(**a_person())]),
        ("licences", [a_licence()]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_adding_equals_making_anew(send: Send, name: str) -> None:
    for kind, rows in SUBMISSIONS[name]:
        assert send(kind, *rows).refused == ()
    added = _public_items()
    assert list(due.awaiting_publication(10)) == []
    assert _made_anew() == added
