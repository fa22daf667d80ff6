"""The pages that explain: how to object and to what, what is not done here, privacy, accessibility, what each problem means."""

from __future__ import annotations

from pathlib import Path

import pytest
from chalice import Chalice

from chalicelib import cities
from chalicelib.web import problems

from .conftest import LookUps
from .examples import CODE, PERSON_NUMBER, commitment, list_entry, organisation, penalty
from .gateway import ask


@pytest.mark.clause("NT-31b")
def test_how_to_object_leads_on_to_an_objection_made_online(public: Chalice) -> None:
    assert 'href="/me/objections"' in ask(public, "/help/objection").body
    body = ask(public, f"/help/objection?subject={CODE}&entry=r_8fk2a&lang=en").body
    assert 'href="/me/objections?record=r_8fk2a&amp;lang=en"' in body


def test_every_entry_says_to_whom_one_objects_by_which_number_and_leads_to_its_own_way(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = lambda code, **_: organisation(lists=[list_entry()], commitments=[commitment()])
    body = ask(public, f"/subjects/{CODE}").body
    for provider, number, entry in (
        ("南通市示例住房和城乡建设局", "通示罚〔2026〕4号", "r_8fk2a"),
        ("南通市示例市场监督管理局", "严重违法失信名单", "l_b1"),
        ("南通市示例应急管理局", "综合信用承诺", "c_1"),
    ):
        assert f"可以向{provider}提出异议，或者到信用信息服务窗口办理，电话 0513-00000000（演示）。请写明“{number}”" in body
        assert f'href="/help/objection?subject={CODE}&amp;entry={entry}"' in body


def test_the_way_to_object_names_grounds_places_and_periods_with_their_source(public: Chalice) -> None:
    body = ask(public, "/help/objection").body
    for text in (
        "第三十一条",
        "服务窗口",
        "南通市示例路1号",
        "10个工作日以内",
        "5个工作日以内",
        "3个工作日以内",
        "第三十二条第一款",
        "理由",
    ):
        assert text in body, text
    assert "您要说的这一条" not in body


@pytest.mark.parametrize("city", cities.names())
def test_each_city_says_on_what_rule_its_periods_rest(public: Chalice, monkeypatch: pytest.MonkeyPatch, city: str) -> None:
    monkeypatch.setenv("MINGXIN_CITY", city)
    for lang, silent in (("zh", "依据：本市文件未规定"), ("en", "Basis: the city&#39;s documents do not say")):
        body = ask(public, f"/help/objection?lang={lang}").body
        assert (silent in body) == (city != "nantong")


def test_the_way_for_one_entry_fills_in_the_letter(public: Chalice, looked: LookUps) -> None:
    answer = ask(public, f"/help/objection?subject={CODE.lower()}&entry=r_8fk2a")
    for text in (
        "您要说的这一条",
        "致：南通市示例住房和城乡建设局",
        "我单位（个人）：海安示例瑞广物流股份有限公司",
        "对下面这条记录提出异议：发布虚假广告 通示罚〔2026〕4号",
        f'href="/subjects/{CODE}#r_8fk2a"',
    ):
        assert text in answer.body, text
    assert "noindex" in answer.headers["X-Robots-Tag"]


@pytest.mark.parametrize(
    "query", ["", f"?subject={CODE}", "?entry=r_1", f"?subject={CODE}&entry=r_gone", "?subject=913206990000000274&entry=r_1"]
)
def test_where_the_entry_does_not_show_the_way_is_told_in_general(public: Chalice, query: str) -> None:
    answer = ask(public, f"/help/objection{query}")
    assert answer.status == 200
    assert "您要说的这一条" not in answer.body
    assert "致：<span" in answer.body


def test_a_persons_number_is_not_taken_for_a_subject(public: Chalice, looked: LookUps) -> None:
    answer = ask(public, f"/help/objection?subject={PERSON_NUMBER}&entry=r_1")
    assert answer.status == 422
    assert PERSON_NUMBER not in answer.body
    assert looked.calls() == 0


def test_an_entry_that_has_ended_is_not_shown_on_the_way_either(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = lambda code, **_: organisation(records=[penalty(id="r_other")])
    assert "通示罚〔2026〕4号" not in ask(public, f"/help/objection?subject={CODE}&entry=r_8fk2a").body


@pytest.mark.parametrize(
    ("address", "chinese", "english"),
    [
        ("/limits", "不打分，不排名", "No score, no rank"),
        ("/privacy", "页面不用 Cookie", "no cookies"),
        ("/accessibility", "放大到200%", "enlarged to 200 %"),
    ],
)
def test_each_text_stands_in_both_languages(public: Chalice, address: str, chinese: str, english: str) -> None:
    assert chinese in ask(public, address).body
    assert english in ask(public, f"{address}?lang=en").body
    assert f'href="{address}"' in ask(public, "/").body


def test_no_refusal_of_the_documents_is_left_out_on_the_page_of_limits() -> None:
    texts = cities.identity("nantong").texts
    headings = [sum(line.startswith("## ") for line in texts[name].splitlines()) for name in ("limits", "limits.en")]
    page = (cities.HERE.parents[1] / "docs" / "what-it-does-not-do.md").read_text(encoding="utf-8")
    assert headings == [sum(line.startswith("## ") for line in page.splitlines())] * 2


@pytest.mark.parametrize("city", cities.names())
def test_every_text_of_every_city_has_its_english(city: str) -> None:
    texts = cities.identity(city).texts
    chinese = {name for name in texts if "." not in name}
    assert {name.removesuffix(".en") for name in texts if name.endswith(".en")} == chinese


def test_a_citys_own_text_is_not_mixed_with_the_translation_of_the_default_one(
    public: Chalice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "hailing"
    (folder / "texts").mkdir(parents=True)
    (folder / "city.toml").write_text((cities.HERE / "nantong" / "city.toml").read_text("utf-8"), "utf-8")
    (folder / "texts" / "how_to_object.md").write_text("这里另有规定。", "utf-8")
    monkeypatch.setenv("MINGXIN_CITY", str(folder))
    assert '<div lang="zh-CN"><p class="govuk-body">这里另有规定。</p></div>' in ask(public, "/help/objection?lang=en").body


@pytest.mark.parametrize("kind", problems.KNOWN.values(), ids=lambda kind: kind.name)
def test_each_problem_has_a_page_under_its_type(public: Chalice, kind: problems.Problem) -> None:
    answer = ask(public, kind.type)
    assert answer.status == 200
    for text in (kind.title, kind.about, kind.way, str(kind.status)):
        assert text in answer.body
    assert f'href="{kind.type}"' in ask(public, "/about").body


def test_other_problems_are_missing(public: Chalice) -> None:
    assert ask(public, "/problems/nothing").status == 404


def test_a_printed_page_says_where_and_when(public: Chalice) -> None:
    chinese, english = (ask(public, f"/subjects/{CODE}{tail}").body for tail in ("", "?lang=en"))
    assert f"打印自 https://xinyong.nantong.example/subjects/{CODE}，内容以 2026年11月21日 为准" in chinese
    assert f"Printed from https://xinyong.nantong.example/subjects/{CODE}?lang=en; the content is valid as of 21 November 2026" in english
