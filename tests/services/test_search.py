"""Organisations found by code and by any part of their names, in one request; people never."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.law.decisions import Refused
from chalicelib.law.names import fold, found_by, is_too_general
from chalicelib.services.publication import search
from chalicelib.storage import engine as engines
from chalicelib.storage import names
from chalicelib.storage.names import NameEntry
from tests.services.conftest import Send
from tests.services.rows import CODE, PARTY, a_code, a_licence, a_penalty, a_person, a_subject

DAY = date(2026, 11, 21)


def _named(number: int, name: str, **more: str) -> dict[str, str]:
    return a_subject(统一社会信用代码=a_code(number), 主体名称=name, **more)


def _found(query: str) -> list[tuple[str, str]]:
    return [(item["name"], item["matched"]) for item in search.search(query, day=DAY)["items"]]


@pytest.fixture
def requests() -> Iterator[list[dict[str, Any]]]:
    """The requests to DynamoDB that a test causes."""
    made: list[dict[str, Any]] = []
    events = engines.client().meta.events

    def note(model: Any, **_: Any) -> None:
        made.append(model.name)

    events.register("before-call.dynamodb", note)
    yield made
    events.unregister("before-call.dynamodb", note)


@pytest.mark.clause("KLM-13", "HY-17")
@pytest.mark.parametrize(
    "query",
    [
        "海安",
        "安示例",
        "瑞广",
        "瑞广物流",
        "物流",
        "流股份",
        "海安示例瑞广物流股份有限公司",
        "　瑞 广 ",
        "瑞廣物流",
        "Ｂ座",
        "b座",
        "物流股份有限",
    ],
)
def test_any_two_characters_in_a_row_find_the_name(send: Send, query: str) -> None:
    send("subjects", _named(1, "海安示例瑞广物流股份有限公司"), _named(2, "示例B座咖啡馆有限公司"), _named(3, "示例乙有限公司"))
    expected = "示例B座咖啡馆有限公司" if "座" in query else "海安示例瑞广物流股份有限公司"
    assert _found(query) == [(expected, "name")]


def test_a_name_in_traditional_characters_is_found_by_simplified_ones(send: Send) -> None:
    send("subjects", _named(1, "示例廣東樓酒家有限公司"))
    assert _found("广东楼") == [("示例廣東樓酒家有限公司", "name")]


def test_a_search_is_one_request(send: Send, requests: list[str]) -> None:
    send("subjects", _named(1, "海安示例瑞广物流股份有限公司"))
    requests.clear()
    assert len(_found("瑞广")) == 1
    assert requests == ["Query"]


@pytest.mark.clause("KLM-13")
def test_the_code_finds_its_organisation(send: Send) -> None:
    send("subjects", _named(1, "示例甲有限公司"))
    assert _found(a_code(1)) == [("示例甲有限公司", "code")]
    assert _found(a_code(2)) == []


def test_a_former_name_finds_it_and_says_so_once(send: Send) -> None:
    for name in ("示例瑞广一号有限公司", "示例瑞广二号有限公司", "示例远航有限公司"):
        send("subjects", _named(1, name))
    assert search.search("瑞广", day=DAY)["items"] == [
        {
            "code": a_code(1), "name": "示例远航有限公司", "kind": "organisation", "status": "active",
            "matched": "former_name", "former_name": "示例瑞广一号有限公司",
        }
    ]  # fmt: skip
    assert [item["former_name"] for item in search.search("二号", day=DAY)["items"]] == ["示例瑞广二号有限公司"]
    assert _found("示例") == [("示例远航有限公司", "name")]
    assert _found("远航") == [("示例远航有限公司", "name")]


def test_a_name_that_repeats_itself_is_found_once(send: Send) -> None:
    send("subjects", _named(1, "示例好又好又好超市有限公司"))
    assert _found("好又") == [("示例好又好又好超市有限公司", "name")]
    assert _found("又好") == [("示例好又好又好超市有限公司", "name")]


@pytest.mark.parametrize("name", ["示例公司服务有限公司海门分公司", "示例示例合伙企业（有限合伙）", "示例管理经营部", "甲乙"])
def test_every_part_before_the_legal_form_is_found(send: Send, name: str) -> None:
    send("subjects", _named(1, name))
    form = next((form for form in ("分公司", "合伙企业（有限合伙）", "经营部") if name.endswith(form)), "")
    for start in range(len(name) - len(form) - 1):
        for end in range(start + 2, len(name) + 1):
            if is_too_general(fold(name[start:end])):
                continue
            assert _found(name[start:end]) == [(name, "name")], name[start:end]


BUSINESS = {"主体类别": "个体工商户", "法定代表人": "孙示例"}


@pytest.mark.clause("KLM-13", "NT-4")
@pytest.mark.parametrize("query", ["孙示", "孙示例", "示例理发", "理发", "孙示例理发"])
def test_a_trade_name_that_holds_its_operators_name_is_found_by_all_of_it_only(send: Send, query: str) -> None:
    code = a_code(1, "92")
    send("subjects", a_subject(统一社会信用代码=code, 主体名称="孙示例理发店", **BUSINESS))
    assert _found(query) == []
    assert _found("孙示例理发店") == [("孙示例理发店", "name")]
    assert _found(code) == [("孙示例理发店", "code")]


def test_another_trade_name_is_found_by_its_parts(send: Send) -> None:
    send("subjects", a_subject(统一社会信用代码=a_code(1, "92"), 主体名称="云上示例理发店", **BUSINESS))
    assert _found("云上") == [("云上示例理发店", "name")]


def test_a_trade_name_of_an_unknown_or_earlier_operator_is_found_by_all_of_it_only(send: Send) -> None:
    code = a_code(1, "92")
    send("subjects", a_subject(统一社会信用代码=code, 主体名称="孙示例理发店", **BUSINESS))
    send("subjects", a_subject(统一社会信用代码=code, 主体名称="云上理发店", **{**BUSINESS, "法定代表人": "李示例"}))
    assert _found("孙示例") == []
    assert _found("孙示例理发店") == [("云上理发店", "former_name")]
    party = {CODE: a_code(2, "92"), PARTY: "周示例水果店", "行政相对人类别": "个体工商户", "法定代表人": ""}
    assert send("licences", a_licence(**party)).accepted == 1
    assert _found("周示例") == []
    assert _found("周示例水果店") == [("周示例水果店", "name")]


@pytest.mark.clause("KLM-13", "NT-4")
def test_a_natural_person_is_never_found(send: Send) -> None:
    send("penalties", a_penalty(**a_person()))
    for query in ("孙示", "示例", "孙示例"):
        assert _found(query) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("甲", "至少两个字"), ("", "至少两个字"), (" 甲 ", "至少两个字"), ("a\x01b", "至少两个字"),
        ("有限公司", "笼统"), ("公司", "笼统"), ("限公", "笼统"), ("股份有限公司", "笼统"), ("（有限合伙）", "笼统"),
        ("有限責任公司", "笼统"),
        ("11010119900307123X", "证件号码"), ("甲" * 201, "200"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_says_so_and_repeats_nothing(archive: None, query: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        search.search(query, day=DAY)
    assert not query.strip() or len(query) < 4 or query not in refused.value.reason.replace("“有限公司”", "")


def test_pages_hold_each_organisation_once_whatever_comes_or_goes_in_between(send: Send) -> None:
    send("subjects", *(_named(number, f"示例瑞广{number:02d}号有限公司") for number in range(1, 24)))
    seen: list[str] = []
    cursor = None
    for turn in range(20):
        answer = search.search("瑞广", day=DAY, cursor=cursor, limit=5)
        seen += [item["name"] for item in answer["items"]]
        cursor = answer["next"]
        if turn == 0:
            send("subjects", _named(3, "示例别名有限公司"), _named(40, "示例瑞广00号有限公司"), _named(41, "示例瑞广99号有限公司"))
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert {f"示例瑞广{number:02d}号有限公司" for number in range(1, 24)} | {"示例瑞广99号有限公司"} == set(seen)


@pytest.mark.parametrize("cursor", ["x", "W10", "WyLnlLLku7AiLCJ4Il0", "W10=" * 100])
def test_a_cursor_of_another_search_is_refused(archive: None, cursor: str) -> None:
    with pytest.raises(Refused, match="cursor"):
        search.search("瑞广", day=DAY, cursor=cursor)


def test_many_entries_that_are_not_shown_never_make_many_requests(send: Send, requests: list[str]) -> None:
    for name in ("示例甲{:02d}号有限公司", "示例乙{:02d}号有限公司", "别名{:02d}号有限公司"):
        send("subjects", *(_named(number, name.format(number)) for number in range(1, 13)))
    requests.clear()
    first = search.search("示例", day=DAY, limit=1)  # the later of two former names comes first, and is not shown beside the earlier
    assert requests == ["Query"] * search.MOST_READS
    assert first["items"] == []
    assert first["next"] is not None


@pytest.mark.clause("NT-4")
def test_no_cursor_holds_a_name_that_is_found_by_all_of_it_only(send: Send) -> None:
    shops = [a_subject(统一社会信用代码=a_code(number, "92"), 主体名称=f"孙示例{number:02d}号店", **BUSINESS) for number in range(1, 30)]
    send("subjects", *shops, _named(50, "孙示例00号有限公司"), _named(51, "孙示例15号有限公司"), _named(52, "孙示例99号有限公司"))
    seen, cursor = [], None
    for _ in range(9):
        answer = search.search("孙示", day=DAY, cursor=cursor, limit=1)
        seen += [item["name"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
        held = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        assert "号店" not in held
    assert seen == ["孙示例00号有限公司", "孙示例15号有限公司", "孙示例99号有限公司"]
    assert _found("孙示例15号店") == [("孙示例15号店", "name")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("瑞广", 1), ("示例甲有限公司", 1), ("示例甲合伙企业（有限合伙）", 1), ("孙示例理发店", 2), ("示例瑞广", 1), ("瑞广3号", 1)],
)
def test_only_what_may_be_a_trade_name_and_finds_nobody_is_asked_for_twice(
    send: Send, requests: list[str], query: str, expected: int
) -> None:
    send("subjects", _named(3, "示例瑞广3号有限公司"))
    requests.clear()
    search.search(query, day=DAY)
    assert requests == ["Query"] * expected


@pytest.mark.parametrize("name", ["孙记", "孙记店"])
def test_the_shortest_trade_names_are_found_by_all_of_them_too(send: Send, name: str) -> None:
    send("subjects", a_subject(统一社会信用代码=a_code(1, "92"), 主体名称=name, **{**BUSINESS, "法定代表人": name[:2]}))
    assert _found(name) == [(name, "name")]
    assert _found(name + "甲") == []


@pytest.mark.parametrize("status", ["注销", "吊销", "迁出"])
def test_who_is_no_longer_active_is_still_found_and_says_so(send: Send, status: str) -> None:
    send("subjects", _named(1, "示例瑞广有限公司", 登记状态=status))
    (item,) = search.search("瑞广", day=DAY)["items"]
    assert item["status"] == {"注销": "cancelled", "吊销": "revoked", "迁出": "moved_out"}[status]


class Turning(RuleBasedStateMachine):
    """Somebody turns the pages of a search while names come, go and change, and one item after another is the last of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.index: dict[tuple[str, str], NameEntry] = {}
        self.present: dict[str, str] = {}
        self.always: set[str] | None = None
        self.ever: set[str] = set()
        self.seen: list[str] = []
        self.cursor: str | None = None
        self.over = False

    def beginning_with(self, folded: str, limit: int, after: tuple[str, str] | None = None) -> list[NameEntry]:
        places = sorted(place for place in self.index if place[0].startswith(folded) and (after is None or _key(place) > _key(after)))
        return [self.index[place] for place in sorted(places, key=_key)[:limit]]

    @rule(code=st.sampled_from("ABCDEFGH"), name=st.text("瑞广甲", min_size=2, max_size=6))
    def named(self, code: str, name: str) -> None:
        self.gone(code)
        self.present[code] = name
        facts = {"code": code, "name": name, "kind": "organisation", "status": "active", "matched": "name", "whole": False}
        self.index |= {(end, code): NameEntry(end, code, facts) for end in found_by(name)}
        if self.always is not None and "瑞广" in name:
            self.ever.add(code)

    @rule(code=st.sampled_from("ABCDEFGH"))
    def gone(self, code: str) -> None:
        self.present.pop(code, None)
        self.index = {place: entry for place, entry in self.index.items() if entry.code != code}
        if self.always is not None:
            self.always.discard(code)

    @rule(limit=st.integers(1, 3))
    def turn(self, limit: int) -> None:
        if self.over:
            return
        if self.always is None:
            self.always = {code for code, name in self.present.items() if "瑞广" in name}
            self.ever = set(self.always)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(names, "beginning_with", self.beginning_with)
            answer = search.search("瑞广", day=DAY, cursor=self.cursor, limit=limit)
        self.seen += [item["code"] for item in answer["items"]]
        self.cursor = answer["next"]
        self.over = self.cursor is None

    @invariant()
    def nothing_is_hidden_and_nothing_is_strange(self) -> None:
        assert set(self.seen) <= self.ever
        if self.over:
            assert self.always is not None
            assert self.always <= set(self.seen)


def _key(place: tuple[str, str]) -> tuple[str, str]:
    return names.key_of(*place)


TestTurning = Turning.TestCase
TestTurning.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
