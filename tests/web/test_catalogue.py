"""The catalogue in public, and the draft of a new edition while people may comment on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import cities, settings
from chalicelib.cities import drafts
from chalicelib.law.decisions import Refused

from .gateway import ask
from .test_languages import CHINESE, Read

DRAFT = """\
title = "信息目录（2027年版，征求意见稿）"
about = "演示：增加一项，修改一项，取消一项。"
opens = 2026-11-01
closes = 2026-11-30
takes_effect = 2027-01-01
comments_to = "演示信箱 catalogue@xinyong.nantong.example"

[[comments]]
received = "2026-11-10"
by = "一家企业（演示）"
text = "请缩短保存期限。联系人电话13800000000。"
reply = "已经采纳（演示）"

[[comments]]
received = "2026-11-11"
by = "一位市民（演示）"
text = "希望增加说明。"
"""
ITEM = """
[[items]]
code = "example_new"
name = "示例新增信息"
category = "other"
sphere = "social"
disclosure = "public"
publicity_rule = "stated"
severity_rule = "none"
provider = "示例单位"
update_cycle = "每月"
period_of_use = "一年"
retention_years = 1
basis = "《示例办法》第一条"
source = "演示"
fields = [{ name = "text", label = "内容" }]
"""
City = Callable[..., None]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """Makes the window that of a city whose catalogue has a draft; changes are made to the draft's texts."""
    folder = tmp_path / "example"
    shutil.copytree(cities.HERE / "nantong", folder)

    def make(**changes: str) -> None:
        draft = folder / "draft"
        shutil.copytree(folder / "catalogue", draft / "catalogue")
        (draft / "catalogue" / "new.toml").write_text(ITEM, encoding="utf-8")
        negative = draft / "catalogue" / "negative.toml"
        text = negative.read_text(encoding="utf-8")
        negative.write_text(text.replace("retention_years = 3", "retention_years = 2", 1), encoding="utf-8")
        (draft / "catalogue" / "positive.toml").unlink()
        text = DRAFT
        for old, new in changes.items():
            text = "\n".join(f"{old} = {new}" if line.startswith(f"{old} =") else line for line in text.splitlines())
        (draft / "draft.toml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("MINGXIN_CITY", str(folder))

    yield make
    for cached in (cities.load, cities.identity, drafts.load):
        cached.cache_clear()


@pytest.mark.clause("NT-8")
@pytest.mark.parametrize("name", cities.names())
def test_the_catalogue_shows_each_item_with_all_its_particulars(public: Chalice, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MINGXIN_CITY", name)
    body, found = ask(public, "/catalogue").body, ask(public, "/catalogue.json").json
    catalogue = cities.load(name).catalogue
    assert {item["code"] for item in found["items"]} == set(catalogue)
    assert found["as_of"] == "2026-11-21"
    assert found["defaulted"] == cities.load(name).catalogue_defaulted
    assert ("本市文件未规定，采用默认目录" in body) == found["defaulted"]
    for item in found["items"]:
        for part in ("provider", "update_cycle", "format", "period_of_use", "basis", "source"):
            assert item[part]
        assert item["retention_years"] >= 0
        assert [field["name"] for field in item["fields"]] == [field.name for field in catalogue[item["code"]].fields]
        for text in (item["name"], item["provider"], item["period_of_use"], f"{item['retention_years']}年"):
            assert text in body


@pytest.mark.clause("SJZ-1")
def test_every_item_says_its_field_on_the_page(public: Chalice) -> None:
    body, items = ask(public, "/catalogue").body, ask(public, "/catalogue.json").json["items"]
    assert {item["field"] for item in items} >= {"commercial"}
    assert body.count("商务领域") == sum(item["field"] == "commercial" for item in items)


@pytest.mark.clause("NT-8b")
def test_a_draft_is_open_for_comment_with_its_period_what_changes_and_what_came_in(public: Chalice, city: City) -> None:
    city()
    body = ask(public, "/catalogue/draft").body
    for text in (
        "信息目录（2027年版，征求意见稿）",
        "2026年11月1日至2026年11月30日",
        "catalogue@xinyong.nantong.example",
        "2027年1月1日",
        "示例新增信息",
        "新增",
        "修改",
        "取消",
        "请缩短保存期限",
        "已经采纳（演示）",
        "还没有答复",
    ):
        assert text in body, text
    assert "13800000000" not in body, "a comment shows without what is personal"
    assert "截止到2026年11月30日" in ask(public, "/catalogue").body
    assert "example_new" not in ask(public, "/catalogue.json").body, "a draft is not in force"


def test_a_draft_is_explained_in_english_and_what_others_wrote_is_marked(public: Chalice, city: City) -> None:
    city()
    page = Read(ask(public, "/catalogue/draft?lang=en").body)
    assert [text for text in page.said if CHINESE.search(text)] == []
    for text in ("1 November 2026 to 30 November 2026", "Removed", "Changed", "New", "1 year after the period of use ends"):
        assert text in page.said, text
    notice = ask(public, "/catalogue?lang=en").body
    assert "A new edition of the catalogue is open for comment until 30 November 2026. <a" in notice


@pytest.mark.clause("NT-8b")
@pytest.mark.parametrize(
    ("instant", "status", "text"),
    [
        ("2026-10-31T23:59:59", 200, "尚未开始"),
        ("2026-11-01T00:00:00", 200, "至2026年11月30日</dd>"),
        ("2026-11-30T23:59:59", 200, "至2026年11月30日</dd>"),
        ("2026-12-01T00:00:00", 200, "已经结束"),
        ("2026-12-31T23:59:59", 200, "已经结束"),
        ("2027-01-01T00:00:00", 404, "没有征求意见的目录草案"),
    ],
)
def test_a_draft_is_shown_until_it_takes_effect(
    public: Chalice, city: City, at: Callable[[str], None], instant: str, status: int, text: str
) -> None:
    city()
    at(instant + "+08:00")
    answer = ask(public, "/catalogue/draft")
    assert answer.status == status
    assert text in answer.body


def test_without_a_draft_there_is_no_page_of_it(public: Chalice) -> None:
    assert ask(public, "/catalogue/draft").status == 404
    assert "/catalogue/draft" not in ask(public, "/catalogue").body


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"closes": "2026-10-01"}, "生效之前"),
        ({"takes_effect": "2026-11-30"}, "生效之前"),
        ({"opens": '"soon"'}, "opens"),
        ({"comments_to": '""'}, "comments_to"),
        ({"title": '" "'}, "title"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_with_what_is_wrong(city: City, changes: dict[str, str], says: str) -> None:
    city(**changes)
    with pytest.raises(Refused, match=says):
        drafts.load(settings.city())
