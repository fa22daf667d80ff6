"""The published list of measures: what each says, and that a city whose document names none has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import cities
from chalicelib.cities import measures
from chalicelib.law.decisions import Refused

from .gateway import ask

PARTS = {"id", "effect", "binding", "matter", "target", "means", "bodies", "basis", "applies_to", "severities", "term", "term_source"}


@pytest.mark.clause("KLM-18", "HY-19", "AK-4.3")
@pytest.mark.parametrize("city", ["karamay", "ankang", "hanyang", "nantong"])
def test_anyone_reads_each_measure_with_matter_target_means_bodies_basis_and_term(
    public: Chalice, monkeypatch: pytest.MonkeyPatch, city: str
) -> None:
    monkeypatch.setenv("MINGXIN_CITY", city)
    body, items = ask(public, "/measures").body, ask(public, "/measures.json").json["items"]
    assert {part for item in items for part in item} == PARTS
    assert {item["binding"] for item in items} == {"mandatory", "recommended"}
    for item in items:
        assert all(item[part] in body for part in ("matter", "target", "means", "basis", "term_source"))
        assert all(name in body for name in item["bodies"])


def test_a_city_whose_document_names_no_measure_has_none(public: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_CITY", "shijiazhuang")
    assert ask(public, "/measures.json").json["items"] == []
    assert "本市文件没有列出措施" in ask(public, "/measures").body


@pytest.mark.clause("KLM-18", "HY-19")
@pytest.mark.parametrize("city", cities.names())
def test_a_citys_measures_cite_its_own_document(city: str) -> None:
    documents = [f"{document.number} 《{document.title}》" for document in cities.identity(city).documents]
    for measure in measures.load(city):
        assert any(measure.basis.startswith(document) for document in documents), measure.id


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "classified_management"', 'id = "classified_service"', "重复"),
        ('applies_to = ["redlist"]', 'applies_to = ["horoscopes"]', "不在信息目录中"),
        ('binding = "recommended"', 'binding = "usual"', "binding"),
    ],
)
def test_a_wrong_list_does_not_load(tmp_path: Path, old: str, new: str, reason: str) -> None:
    folder = tmp_path / "example"
    shutil.copytree(cities.HERE / "nantong", folder)
    file = folder / measures.FILE
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(Refused, match=reason):
        measures.load(str(folder))
