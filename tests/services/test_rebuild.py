"""Publication made anew: as the archive says and nothing else, without a gap for readers, whatever was done to it before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import cities, settings
from chalicelib.services.publication import look_up, publicity, rebuild, search
from chalicelib.storage import engine as engines
from chalicelib.storage import packing, publishing, whole_tables
from tests.services.conftest import Send
from tests.services.rows import CODE, PARTY, a_black_entry, a_code, a_commitment, a_licence, a_penalty, a_person, a_subject
from tests.services.test_publication import DAY

Key = tuple[str, str]
Items = dict[Key, dict[str, Any]]


def public_items() -> Items:
    """All items of publication by key."""
    pages = engines.client().get_paginator("scan").paginate(TableName=settings.table("publication"), ConsistentRead=True)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def put(*items: dict[str, Any]) -> None:
    for item in items:
        engines.client().put_item(TableName=settings.table("publication"), Item=item)


def delete(*keys: Key) -> None:
    for pk, sk in keys:
        engines.client().delete_item(TableName=settings.table("publication"), Key={"pk": {"S": pk}, "sk": {"S": sk}})


def an_item(pk: str, sk: str, body: Any, version: int = 1) -> dict[str, Any]:
    fixed = {"schema": {"N": str(packing.SCHEMA)}, "version": {"N": str(version)}}
    return {"pk": {"S": pk}, "sk": {"S": sk}, "body": {"B": packing.pack(body)}, **fixed}


@pytest.fixture
def town(send: Send) -> Items:
    """A few subjects, and publication as a rebuild of nothing makes it."""
    send("subjects", a_subject(), a_subject(统一社会信用代码=a_code(2), 主体名称="示例乙有限公司"))
    send("subjects", a_subject(主体名称="示例新名食品有限公司"))
    send("licences", a_licence(), a_licence(**{CODE: a_code(2), PARTY: "示例乙有限公司", "许可决定日期": "2026/08/02"}))
    send("penalties", a_penalty(), a_penalty(**a_person()))
    send("blacklist", a_black_entry())
    send("commitments", a_commitment())
    delete(*public_items())
    rebuild.rebuild()
    return public_items()


def test_a_rebuild_of_what_is_right_only_reads(town: Items) -> None:
    counts = rebuild.rebuild()
    assert counts.pop("seconds") < 30
    assert counts == {"subjects": 3, "published": 0, "removed": 0, "failed": 0, "dated": 0}
    assert public_items() == town


def test_what_several_submissions_added_to_one_another_is_right(send: Send) -> None:
    send("subjects", a_subject())
    send("licences", a_licence())
    send("penalties", a_penalty())
    before = public_items()
    assert len({item["version"]["N"] for item in before.values() if "version" in item}) > 1  # what stayed keeps its version
    assert rebuild.rebuild()["published"] == 0
    assert public_items() == before


def test_an_emptied_publication_comes_back_as_it_was(town: Items) -> None:
    delete(*town)
    assert look_up.organisation(a_code(), day=DAY) is None
    counts = rebuild.rebuild()
    assert (counts["published"], counts["removed"], counts["failed"]) == (2, 0, 0)  # the person shows nothing
    assert public_items() == town


def test_whatever_was_lost_comes_back(town: Items) -> None:
    for lost in ("ORG#", "NAME#", "FEED#", "FEEDS#"):
        delete(*(key for key in town if key[0].startswith(lost)))
        rebuild.rebuild()
        assert public_items() == town, lost


DAMAGE: tuple[dict[str, Any], ...] = (
    {"body": {"B": b"not compressed"}},
    {"body": {"B": packing.pack({"subject": "nobody"})}},
    {"version": {"N": "99999"}},
    {"version": {"S": "1"}},
    {"version": None},
    {"body": None},
    {"extra": {"S": "somebody's note"}},
    {"schema": {"N": "0"}},
)


@pytest.mark.parametrize("kind", ["ORG#", "NAME#", "FEED#"])
def test_whatever_was_altered_by_hand_is_put_right(town: Items, kind: str) -> None:
    hurt = [item for key, item in town.items() if key[0].startswith(kind)]
    for damage in DAMAGE:
        put(*({name: value for name, value in {**item, **damage}.items() if value is not None} for item in hurt))
        assert rebuild.rebuild()["failed"] == 0
        assert public_items() == town, damage


STRAYS = (
    an_item("ORG#" + a_code(77), "DOC", {"head": {}, "records": [], "more": False, "good_through": "9999-12-31"}),
    an_item("ORG#" + a_code(), "DOC#0001", {"head": {}, "records": [], "more": False, "good_through": "9999-12-31"}),
    an_item("ORG#" + a_code(), "DOC#0007", "nonsense", version=999),
    an_item("NAME#示例", "旧名有限公司" + "\x01" + a_code(), {"code": a_code()}),
    an_item("NAME#示例", "陌生有限公司" + "\x01" + a_code(78), {"code": a_code(78)}),
    an_item("FEED#penalties#2026-02#0", "2026-02-26#r_nobodys", {"subject": {"name": "孙示例", "code": None}}),
    an_item("FEED#penalties#2026-02#0", "2026-02-26#r_else", {"subject": {"name": "示例甲", "code": a_code()}}),
    an_item("FEED#penalties#2031-01#0", "2031-01-01#r_else", {"subject": {"name": "示例丁", "code": a_code(79)}}),
    {"pk": {"S": "FEED#penalties#2026-02#0"}, "sk": {"S": "x"}, "schema": {"N": "1"}},
)


def test_what_belongs_to_no_subject_goes(town: Items) -> None:
    for stray in STRAYS:
        put(stray)
        counts = rebuild.rebuild()
        assert (counts["published"], counts["removed"], counts["failed"]) == (0, 1, 0), stray
        assert public_items() == town


@pytest.mark.clause("NT-4")
def test_a_natural_persons_entry_goes_where_the_city_no_longer_shows_people(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(cities.folder("nantong"), folder)
    rule = 'description = "x"\nunit = "choice"\n[[values]]\nfrom = 2018-06-26\nvalue = ["penalties"]\nsource = "示例文件第一条"\n'
    (folder / "parameters" / "natural_persons_public.toml").write_text(rule, "utf-8")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("MINGXIN_CITY", str(folder))
        send("penalties", a_penalty(**a_person()))
        rebuild.rebuild()
        kept = public_items()
        assert len(publicity.announced("penalties", day=DAY)["items"]) == 1
        _lose_lists()
        assert rebuild.rebuild()["removed"] == 0  # the entry is the person's own
        assert public_items() == kept
    _lose_lists()
    assert rebuild.rebuild()["removed"] == 1
    assert {key[0] for key in public_items()} == {"FEEDS#penalties"}


def _lose_lists() -> None:
    """The archive no longer knows what was written for anybody."""
    for item in [item for page in whole_tables.pages("archive") for item in page.items if "written" in item]:
        engines.client().update_item(
            TableName=settings.table("archive"), Key={"pk": item["pk"], "sk": item["sk"]}, UpdateExpression="REMOVE written"
        )


def test_a_list_that_is_lost_is_written_again(town: Items) -> None:
    _lose_lists()
    assert rebuild.rebuild()["published"] == 2
    assert rebuild.rebuild()["published"] == 0
    assert public_items() == town


def test_what_is_not_a_subjects_is_left_alone(town: Items) -> None:
    put(an_item("VERIFY#1", "-", {}))
    rebuild.rebuild()
    assert public_items().keys() - town.keys() == {("VERIFY#1", "-")}


def test_readers_never_meet_a_gap(town: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every write of a rebuild that mends everything, each public answer is as before."""
    put(*({**item, "version": {"N": "0"}} for key, item in town.items() if not key[0].startswith("FEEDS#")))
    put(*({**item, "version": {"N": "999"}} for key, item in town.items() if key[1] == "DOC"))
    before = _answers()
    genuine, seen = engines.write_together, []

    def watched(writes: list[dict[str, Any]]) -> bool:
        written = genuine(writes)
        seen.append(_answers() == before)
        return written

    monkeypatch.setattr(engines, "write_together", watched)
    assert rebuild.rebuild()["published"] == 2
    assert len(seen) > 1
    assert all(seen)
    assert public_items() == town


def _answers() -> list[Any]:
    return [
        look_up.organisation(a_code(), day=DAY),
        look_up.organisation(a_code(2), day=DAY),
        publicity.announced("licences", day=DAY),
        publicity.announced("penalties", day=DAY),
        search.search("示例乙有限公司", day=DAY),
    ]


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_a_submission_between_two_steps_of_the_rebuild_is_not_lost(
    town: Items, send: Send, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    genuine, sent = publishing.plan_of, []

    def plan(*arguments: Any) -> list[dict[str, Any]]:
        if not sent and arguments[1]:
            sent.append(1)
            send("licences", a_licence(行政许可决定文书号="示许〔2026〕900号"))
        return genuine(*arguments)

    if harm == "gone":
        delete(*(key for key in town if key[0] == "ORG#" + a_code()))
    else:
        document = town["ORG#" + a_code(), "DOC"]
        put({**document, "body": {"B": packing.pack({**packing.unpack(document["body"]["B"]), "records": []})}})
    monkeypatch.setattr("chalicelib.storage.mending.plan_of", plan)
    assert rebuild.rebuild()["failed"] == 0
    found = look_up.organisation(a_code(), day=DAY)
    assert sent
    assert found is not None
    assert "示许〔2026〕900号" in {record["document_no"] for record in found["records"]}
    there = public_items()
    rebuild.rebuild()
    assert public_items() == there


def test_an_interrupted_rebuild_is_finished_by_the_next(town: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    delete(*(key for key in town if not key[0].startswith("FEEDS#")))
    put(an_item("ORG#" + a_code(77), "DOC", {}))
    genuine: Callable[[list[Any]], bool] = engines.write_together
    for allowed in range(5):
        left = [allowed]

        def cut_off(writes: list[Any], left: list[int] = left) -> bool:
            left[0] -= 1
            if left[0] < 0:
                raise ConnectionError("cut off")
            return genuine(writes)

        with monkeypatch.context() as broken:
            broken.setattr(engines, "write_together", cut_off)
            try:
                rebuild.rebuild()
            except ConnectionError:
                continue
    rebuild.rebuild()
    assert public_items() == town


def test_what_is_due_is_published_and_counted(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    send("subjects", a_subject())
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "publish", _fails)
        with pytest.raises(ConnectionError):
            send("subjects", a_subject(主体名称="示例新名食品有限公司"))
    assert search.search("示例新名食品有限公司", day=DAY)["items"] == []
    assert rebuild.rebuild()["published"] == 1
    assert len(search.search("示例新名食品有限公司", day=DAY)["items"]) == 1


def _fails(*_: Any) -> set[str]:
    raise ConnectionError("cut off")


def test_a_subject_that_cannot_be_read_is_told_and_its_page_stays(town: Items, caplog: pytest.LogCaptureFixture) -> None:
    heads = engines.client().scan(TableName=settings.table("archive"))["Items"]
    (head,) = [item for item in heads if item["sk"]["S"] == "HEAD" and {"S": a_code(2)} in item.get("codes", {}).get("L", [])]
    engines.client().put_item(TableName=settings.table("archive"), Item={**head, "sealed": {"B": b"x" * 60}})
    counts = rebuild.rebuild()
    assert (counts["failed"], counts["removed"]) == (1, 0)
    assert public_items() == town
    assert head["pk"]["S"].removeprefix("S#") in caplog.text


def test_progress_is_told_to_the_end(town: Items) -> None:
    heard: list[tuple[int, int]] = []
    rebuild.rebuild(lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] >= len(town)
