"""What people see: search, organisations, publicity."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from chalice import Chalice

from chalicelib.law.decisions import Refused

from .conftest import DAY, LookUps
from .examples import CODE, INDIVIDUAL, PERSON_NUMBER, UNKNOWN, WRONG_CHECK, announcement, found, licence, organisation, penalty
from .gateway import ask


def a_page_with(looked: LookUps, public: Chalice, **changes: Any) -> str:
    looked.organisation.side_effect = lambda code, **_: organisation(**changes)
    return ask(public, f"/subjects/{CODE}").body


def test_the_first_page_offers_the_search_before_all_else(public: Chalice) -> None:
    body = ask(public, "/").body
    assert 'action="/search"' in body
    assert body.index('name="q"') < body.index("这里可以查到") < body.index("这里没有什么") < body.index("发现有误怎么办")
    assert "91990000YW001000X5" in body, "an example of what to type"
    assert '<html lang="zh-CN"' in body
    assert "<script" not in body
    assert " style=" not in body


def test_a_demo_says_that_it_is_one_only_when_its_data_are_there(public: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "这是演示系统" not in ask(public, "/").body
    assert "联系方式是虚构的" in ask(public, "/").body
    monkeypatch.setenv("MINGXIN_DEMO", "1")
    assert "这是演示系统：主体、记录和联系方式均为虚构" in ask(public, "/").body


def test_a_search_shows_why_each_organisation_matched(public: Chalice) -> None:
    body = ask(public, f"/search?q={quote('瑞广')}").body
    assert f'href="/subjects/{CODE}"' in body
    assert "海安示例<mark>瑞广</mark>物流" in body
    assert "名称相符" in body


def test_a_code_in_any_spelling_is_searched_in_the_registers_form(public: Chalice, looked: LookUps) -> None:
    for spelling in (CODE, CODE.lower(), " 91320699 001YNATT8R", "９１320699001ynatt8r"):
        assert ask(public, f"/search?q={quote(spelling)}").status == 200
        assert looked.search.call_args.args == (CODE,)


def test_a_search_without_a_question_is_the_form_alone(public: Chalice, looked: LookUps) -> None:
    assert ask(public, "/search").status == 200
    assert looked.calls() == 0


@pytest.mark.parametrize("query", ["", "   "])
def test_an_empty_question_says_what_to_enter(public: Chalice, query: str) -> None:
    answer = ask(public, f"/search?q={quote(query)}")
    assert answer.status == 422
    assert answer.body.count("请输入主体名称") == 2, "at the head of the page and at the field"


def test_a_refused_question_stays_in_the_form(public: Chalice, looked: LookUps) -> None:
    looked.search.side_effect = Refused("只有组织形式过于笼统")
    answer = ask(public, f"/search?q={quote('有限公司<b>')}")
    assert answer.status == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'value="有限公司&lt;b&gt;"' in answer.body
    assert "只有组织形式过于笼统" in answer.body


def test_a_wrong_code_is_told_apart_from_an_unknown_one(public: Chalice, looked: LookUps) -> None:
    assert "校验位不对" in ask(public, f"/search?q={WRONG_CHECK}").body
    assert looked.calls() == 0
    assert "没有查到与" in ask(public, f"/search?q={UNKNOWN}").body


def test_search_goes_on_and_back(public: Chalice, looked: LookUps) -> None:
    looked.search.side_effect = lambda query, **_: {"items": [found()], "next": "a+/=", "as_of": "2026-11-21"}
    body = ask(public, f"/search?q={quote('瑞广')}&cursor=b").body
    assert f'href="/search?q={quote("瑞广")}&amp;cursor=a%2B%2F%3D"' in body
    assert "回到第一页" in body
    assert looked.search.call_args.kwargs == {"day": DAY, "cursor": "b", "limit": 20}


@pytest.mark.clause("NT-21")
def test_an_organisation_shows_who_it_is_and_each_record_with_its_end_and_source(public: Chalice) -> None:
    body = ask(public, f"/subjects/{CODE}").body
    for text in (
        "海安示例瑞广物流股份有限公司",
        CODE,
        "法人及非法人组织",
        "存续",
        "海安示例瑞广运输有限公司",
        "罗华霞",
        "2011年3月16日",
        "南通市数据局",
        "发布虚假广告",
        "通示罚〔2026〕4号",
        "南通市示例市场监督管理局",
        "南通市示例住房和城乡建设局",
        "2026年2月26日",
        "失信程度：一般",
        "展示至 <time",
        "2027年2月25日",
        "第三十条",
        "85,000.00 元",
        "如何提出异议",
        "罚款金额",
    ):
        assert text in body, text
    for text in ("没收金额", "本市文件未规定", "名称变更", "confiscated", "None"):
        assert text not in body, text


def test_an_end_of_the_default_layer_is_marked(public: Chalice, looked: LookUps) -> None:
    assert "本市文件未规定，按最有利于信息主体的默认规则" in a_page_with(looked, public, records=[penalty(valid_until_defaulted=True)])


def test_a_record_decided_on_an_earlier_name_says_so(public: Chalice, looked: LookUps) -> None:
    body = a_page_with(looked, public, records=[penalty(subject_name="海安示例瑞广运输有限公司")])
    assert "名称变更：作出决定时，该主体的名称是“海安示例瑞广运输有限公司”" in body


def test_a_record_under_objection_says_so(public: Chalice, looked: LookUps) -> None:
    assert "异议处理中" in a_page_with(looked, public, records=[penalty(flags=["under_objection"])])


def test_a_licence_without_end_has_its_words(public: Chalice, looked: LookUps) -> None:
    body = a_page_with(looked, public, records=[licence()])
    assert "长期展示" in body
    assert "道路运输经营许可证" in body
    assert "<dt>当前状态</dt><dd>有效</dd>" in body
    assert "失信程度" not in body


def test_no_records_means_what_it_means(public: Chalice, looked: LookUps) -> None:
    body = a_page_with(looked, public, records=[])
    assert "没有正在公示的记录" in body
    assert "不是对该主体信用的评价" in body


def test_what_a_record_says_is_text_and_never_markup(public: Chalice, looked: LookUps) -> None:
    body = a_page_with(looked, public, name="<b>甲</b>", records=[penalty(title="<script>alert(1)</script>")])
    assert "<script" not in body
    assert "<b>甲" not in body


def test_more_records_than_fit_go_on_on_the_next_page(public: Chalice, looked: LookUps) -> None:
    assert f'href="/subjects/{CODE}?cursor=more"' in a_page_with(looked, public, records_next="more")


def test_an_organisation_that_went_into_another_leads_there(public: Chalice, looked: LookUps) -> None:
    body = a_page_with(looked, public, status="merged", successor={"code": UNKNOWN, "name": None})
    assert "已合并" in body
    assert f'href="/subjects/{UNKNOWN}"' in body


def test_a_former_code_leads_to_the_present_one(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = lambda code, **_: organisation()
    assert "从前使用的代码" in ask(public, f"/subjects/{UNKNOWN}").body


def test_an_individual_business_is_kept_out_of_search_engines(public: Chalice, looked: LookUps) -> None:
    looked.organisation.side_effect = lambda code, **_: organisation(code=code, kind="individual_business", legal_representative="罗**")
    answer = ask(public, f"/subjects/{INDIVIDUAL}")
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert "经营者（已遮盖）" in answer.body
    assert "法定代表人" not in answer.body


def test_a_code_in_lower_case_or_percent_encoded_works(public: Chalice, looked: LookUps) -> None:
    for spelling in (CODE.lower(), quote("９１") + CODE[2:], "%39" + CODE[1:]):
        assert ask(public, f"/subjects/{spelling}").status == 200
        assert looked.organisation.call_args.args == (CODE,)


def test_an_unknown_code_is_missing_and_a_wrong_one_is_refused(public: Chalice) -> None:
    unknown, wrong = ask(public, f"/subjects/{UNKNOWN}"), ask(public, f"/subjects/{WRONG_CHECK}")
    assert (unknown.status, wrong.status) == (404, 422)
    for answer in (unknown, wrong):
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'name="q"' in answer.body, "a way on"


def test_publicity_shows_who_what_until_when(public: Chalice, looked: LookUps) -> None:
    body = ask(public, "/publicity/penalties?from=2026-10-01&to=2026-10-31").body
    for text in (
        "行政处罚公示",
        "海安示例瑞广物流",
        "展示至",
        "如何提出异议",
        'value="2026-10-01"',
        'value="2026-10-31"',
        "2026年10月1日至2026年10月31日",
    ):
        assert text in body, text
    assert looked.announced.call_args.kwargs == {
        "day": DAY,
        "begin": date(2026, 10, 1),
        "end": date(2026, 10, 31),
        "body": None,
        "field": None,
        "cursor": None,
        "limit": 20,
    }


def test_publicity_of_a_person_has_no_link_and_no_code(public: Chalice, looked: LookUps) -> None:
    person = announcement(subject={"name": "王**", "code": None, "kind": "natural_person"})
    looked.announced.side_effect = lambda kind, **_: {"items": [person], "next": None, "as_of": "2026-11-21"}
    answer = ask(public, "/publicity/penalties")
    assert "王**（自然人）" in answer.body
    assert "/subjects/" not in answer.body
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_publicity_goes_on_with_its_period(public: Chalice, looked: LookUps) -> None:
    looked.announced.side_effect = lambda kind, **_: {"items": [announcement()], "next": "n", "as_of": "2026-11-21"}
    assert 'href="/publicity/penalties?from=2026-10-01&amp;cursor=n"' in ask(public, "/publicity/penalties?from=2026-10-01&to=").body


def test_this_month_and_the_last_are_one_press_away(public: Chalice) -> None:
    body = ask(public, "/publicity/licences").body
    assert "from=2026-11-01&amp;to=2026-11-21" in body
    assert "from=2026-10-01&amp;to=2026-10-31" in body


@pytest.mark.parametrize(
    "query", ["from=2026-13-01", "from=20261001", "to=yesterday", "from=2026-10-02&to=2026-10-01", "from=２０２６-10-01"]
)
def test_a_wrong_period_is_told_on_the_page(public: Chalice, looked: LookUps, query: str) -> None:
    answer = ask(public, f"/publicity/penalties?{quote(query, safe='=&-')}")
    assert answer.status == 422
    assert "日期" in answer.body
    assert looked.calls() == 0


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("nonsense", "没有这个公示栏目"),
        ("licences.xlsx", "没有这种格式"),
        ("licences.json.csv", "没有这种格式"),
        ("licences.", "没有这种格式"),
    ],
)
def test_kinds_that_are_not_served_say_what_is(public: Chalice, kind: str, text: str) -> None:
    answer = ask(public, f"/publicity/{kind}")
    assert answer.status == 404
    assert text in answer.body


def test_the_page_about_the_window_tells_how_to_object_and_where(public: Chalice) -> None:
    body = ask(public, "/about").body
    for text in (
        'id="objection"',
        'href="/privacy"',
        'href="/limits"',
        'id="not-here"',
        "服务窗口",
        "通政发〔2018〕25号",
        "/api/v1/subjects",
    ):
        assert text in body, text


@pytest.mark.parametrize("address", ["/search?q={}", "/search?q=%20{}%20", "/search?q=x{}", "/subjects/{}"])
def test_a_persons_number_is_neither_searched_nor_repeated(public: Chalice, looked: LookUps, address: str) -> None:
    for number in (PERSON_NUMBER, "320602500106001", " ".join(PERSON_NUMBER), PERSON_NUMBER[:6] + "-" + PERSON_NUMBER[6:]):
        answer = ask(public, address.format(quote(number)))
        assert answer.status == 422
        assert answer.headers["Cache-Control"] == "no-store"
        assert PERSON_NUMBER[6:14] not in answer.body
        assert number not in answer.body
        assert "个人证件号码" in answer.body
    assert looked.calls() == 0
