"""Items as they lie in the tables: a schema number on each, nothing personal in the clear, trail entries put once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.storage import archive as storage
from chalicelib.storage import engine as engines
from chalicelib.storage import packing, raw_items
from chalicelib.storage.archive import Changes, Conflict
from chalicelib.storage.models import TrailItem
from local import engine as local_engine
from tests.services.conftest import Send
from tests.services.conftest import archive as archive
from tests.services.conftest import send as send
from tests.services.rows import a_licence, a_penalty, a_person, a_person_number, a_subject

ROOT = Path(__file__).resolve().parent.parent.parent


def _items(table: str) -> list[dict[str, Any]]:
    return engines.client().scan(TableName=settings.table(table))["Items"]


def _send_a_little_of_everything(send: Send) -> None:
    send("subjects", a_subject())
    send("subjects", a_subject(主体名称="示例新名食品有限公司"))
    send("licences", a_licence(), a_licence(行政许可决定文书号=""))
    send("penalties", a_penalty(**a_person()))


def test_every_item_carries_its_schema_number(send: Send) -> None:
    _send_a_little_of_everything(send)
    for table in ("archive", "publication", "trail"):
        items = _items(table)
        assert items
        assert {item["schema"]["N"] for item in items} == {str(packing.SCHEMA)}


def test_a_reader_brings_an_older_item_to_todays_schema(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    send("subjects", a_subject())
    (key,) = [item for item in _items("archive") if item["sk"]["S"] == "HEAD" and item["pk"]["S"].startswith("S#")]
    older = {**{name: value for name, value in key.items() if name != "status"}, "schema": {"N": "0"}}
    engines.client().put_item(TableName=settings.table("archive"), Item=older)
    monkeypatch.setitem(packing.UPCASTS, 0, lambda item: {**item, "schema": {"N": "1"}, "status": {"S": "active"}})
    found = storage.collection(key["pk"]["S"].removeprefix("S#"))
    assert found is not None
    assert found[0].profile.name == "示例甲食品有限公司"


def test_a_newer_schema_is_an_error_and_never_guessed_at() -> None:
    with pytest.raises(ValueError, match="deploy the newer code"):
        packing.upcast({"schema": {"N": str(packing.SCHEMA + 1)}})


@pytest.mark.clause("NT-36", "NT-8c")
def test_the_trail_holds_ids_and_digests_and_nothing_of_what_it_tells(send: Send) -> None:
    _send_a_little_of_everything(send)
    entries = _items("trail")
    assert sorted(action for entry in entries for action, _, _ in raw_items.acts_of(entry)) == [
        "record.entered", "record.entered", "subject.changed", "subject.entered", "subject.entered",
    ]  # fmt: skip
    assert {tuple(sorted(entry)) for entry in entries} == {("actor", "acts", "at", "pk", "reason", "schema", "sk")}
    text = json.dumps(entries, ensure_ascii=False)
    for word in ("示例", "食品", "虚假", a_person_number(), a_person_number("19900615")):
        assert word not in text


@pytest.mark.clause("NT-36")
def test_a_trail_entry_is_put_once(send: Send) -> None:
    send("subjects", a_subject())
    (entry,) = _items("trail")
    changes = Changes()
    again = TrailItem(entry["pk"]["S"], entry["sk"]["S"], acts="[]", actor="x", reason="x", at="x")
    changes.put(again)
    with pytest.raises(Conflict):
        changes.commit()
    assert _items("trail") == [entry]


def test_no_personal_number_lies_on_the_disk_in_the_clear(tmp_path: Path) -> None:
    """Import known numbers into a durable engine, stop it, and look for them in every file of the data folder."""
    data = tmp_path / "data"
    data.mkdir()
    engine = local_engine.start_all(data, tmp_path, key=local_engine.access_key(), say=print, moto=False)
    engine.wait()
    try:
        environment = {**os.environ, **engine.environment, "MINGXIN_KEYS": str(tmp_path / "keys.json"), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", IMPORT, str(tmp_path)], env=environment, check=True, cwd=ROOT)
    finally:
        engine.stop()
    content = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert len(content) > 10_000
    assert b"mingxin-archive" in content
    for secret in SECRETS:
        for spelling in (secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode()):
            assert spelling not in content, secret


PERSON, REPRESENTATIVE, MINOR, PHONE = a_person_number("19900615"), a_person_number("19800229"), a_person_number("20150101"), "13800001234"
SECRETS = (PERSON, REPRESENTATIVE, MINOR, PHONE, "孙示例", "someone@example.com")
IMPORT = f"""
import csv, sys
from pathlib import Path
from local import resources
from tests.services.rows import OFFICE, a_penalty, a_person, a_subject
resources.create("mingxin-", queues=False)
from chalicelib.services.submission import intake
text = "孙示例（{PERSON}，电话{PHONE}，邮箱someone@example.com）发布虚假广告。"
for kind, rows in (("subjects", [a_subject()]), ("penalties", [
    a_penalty(),
    a_penalty(**a_person(), 违法事实=text),
    a_penalty(**a_person(证件号码="{MINOR}"), 违法事实=text, 行政处罚决定书文号="示罚〔2026〕2号"),
])):
    path = Path(sys.argv[1]) / "sent.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    outcome = intake.import_file(kind, path, provider=OFFICE)
    assert len(outcome.refused) == (kind == "penalties"), outcome
"""
