"""Two languages: every text that a visitor can meet has its English, and an English page stays English wherever one goes from it."""

from __future__ import annotations

import ast
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from babel.messages.catalog import Message
from chalice import Chalice

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.services.common import cursors
from chalicelib.services.publication import publicity
from chalicelib.services.publication.publicity import Month, Overview
from chalicelib.web import language, limits, pages, problems, words
from local import translations

from .conftest import LookUps
from .examples import (
    CODE,
    PERSON_NUMBER,
    UNKNOWN,
    WRONG_CHECK,
    announcement,
    commitment,
    licence,
    list_entry,
    organisation,
    penalty,
    red_entry,
    warning,
)
from .gateway import ask

CHINESE = translations.CHINESE
PAGES = [
    "/",
    "/search",
    "/search?q=%E7%91%9E%E5%B9%BF",
    "/search?q=%E6%B2%A1%E6%9C%89",
    f"/search?q={WRONG_CHECK}",
    f"/subjects/{CODE}",
    f"/subjects/{UNKNOWN}",
    f"/subjects/{WRONG_CHECK}",
    "/about",
    "/help/objection",
    f"/help/objection?subject={CODE}&entry=r_8fk2a",
    "/limits",
    "/privacy",
    "/accessibility",
    *(kind.type for kind in problems.KNOWN.values()),
    "/problems/nothing",
    "/publicity",
    *(f"/publicity/{kind}" for kind in publicity.KINDS),
    f"/publicity/penalties?from=2026-10-01&body={CODE}&field=social&cursor=b",
    "/publicity/penalties?from=2026-10-32",
    "/publicity/penalties?from=2026-10-02&to=2026-10-01",
    f"/publicity/penalties?body={WRONG_CHECK}",
    "/publicity/penalties?field=nothing",
    "/publicity/penalties?field=social&field=judicial",
    "/publicity/nothing",
    "/publicity/penalties.pdf",
    "/catalogue",
    "/catalogue/draft",
    "/measures",
    "/trail",
    "/api",
]
"""All pages of the public face, answers to mistakes included."""


class Read(HTMLParser):
    """What a reader of a page sees outside of what is marked as Chinese, and where its links and forms lead."""

    VOID = frozenset({"meta", "link", "input", "br", "path", "img", "hr"})
    SEEN = frozenset({"aria-label", "title", "alt", "placeholder", "content"})

    def __init__(self, body: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.links: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.said += [given[name] for name in self.SEEN & set(given)]
        if tag == "a":
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append({"action": given["action"]})
        if tag == "input" and self.forms:
            self.forms[-1][given["name"]] = given.get("value", "")
        if tag not in self.VOID:
            self.open.append((tag, given.get("lang")))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        spoken = next((lang for _, lang in reversed(self.open) if lang), None)
        if spoken != "zh-CN" and not any(tag == "title" for tag, _ in self.open):
            self.said.append(data)


def messages() -> list[Message]:
    return [message for message in translations.read("en") if message.id]


def gaps(text: str) -> set[str]:
    """The names that a text leaves open, as `%(name)s` or as `{name}`."""
    return set(re.findall(r"%\((\w+)\)s", text)) | {name for _, name, _, _ in string.Formatter().parse(text) if name}


def everything(looked: LookUps) -> None:
    entries = [list_entry(), list_entry(id="l_b2", repairable=False), red_entry(), warning()]
    records = [penalty(flags=["under_objection"], valid_until_defaulted=True, subject_name="旧名"), licence()]
    looked.organisation.side_effect = lambda code, **_: (
        organisation(records=records, lists=entries, commitments=[commitment()]) if code == CODE else None
    )
    months = (Month("2026-10", 4), Month("2026-11", 12))
    counted = {"penalties": months, "exits": (Month("2026-11", 0),)}
    looked.overview.side_effect = lambda **_: Overview(counted, datetime(2026, 11, 21, 8, 5, tzinfo=clock.SHANGHAI))
    person = announcement(id="r_2", subject={"name": "王**", "code": None, "kind": "natural_person"}, flags=["corrected"])
    looked.announced.side_effect = lambda kind, **_: {"items": [announcement(kind), person], "next": "n", "as_of": "2026-11-21"}


def test_the_catalogue_holds_exactly_the_texts_of_the_sources() -> None:
    held = {message.id for message in messages()}
    assert held == {message.id for message in translations.source_texts() if message.id}, "run: python -m local.translations"


def test_every_text_has_its_english_and_none_is_doubtful_or_left_over() -> None:
    catalogue = translations.read("en")
    assert translations.untranslated(catalogue) == []
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []
    assert not catalogue.obsolete


def test_no_english_text_holds_chinese() -> None:
    for message in messages():
        for text in translations.forms(message.string):
            assert not CHINESE.search(text), text


def test_no_english_text_says_a_sentence_twice() -> None:
    for message in messages():
        for text in translations.forms(message.string):
            said = [one for one in re.split(r"(?<=[.!?;:])\s*", text) if len(one) > 12]
            assert len(said) == len(set(said)), text


def test_both_languages_leave_the_same_gaps_open() -> None:
    for message in messages():
        for text in translations.forms(message.string):
            assert gaps(text) == gaps(translations.forms(message.id)[0]), message.id


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    compiled = translations.catalogue_file("en").with_suffix(".mo").read_bytes()
    assert compiled == translations.compiled("en"), "run: python -m local.translations"


def modules_of_the_public_face() -> list[Path]:
    code = "import json, sys, app; print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith('chalicelib')]))"
    environment = os.environ | {"MINGXIN_FACE": "public"}
    run = subprocess.run([sys.executable, "-c", code], cwd=settings.ROOT, env=environment, check=True, capture_output=True, text=True)
    return [Path(name) for name in json.loads(run.stdout)]


def sayings(path: Path) -> Iterator[tuple[str, ast.expr]]:
    """What a module refuses, misses or declines with: the place and the expression."""
    place = {"Refused": 0, "Missing": 0, "Unavailable": 0, "Declined": 1}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in place and not isinstance(node.args[0], ast.Starred):
                yield f"{path.name}:{node.lineno}", node.args[place[name]]


def test_whatever_the_public_face_refuses_is_a_sentence_that_can_be_translated() -> None:
    silent = {settings.ROOT / name for name in translations.SILENT} | {settings.ROOT / "chalicelib" / "cities" / "__init__.py"}
    known = {message.id for message in messages()}
    seen = 0
    for path in modules_of_the_public_face():
        if path in silent:
            continue
        for place, said in sayings(path):
            seen += 1
            assert not isinstance(said, ast.JoinedStr), f"{place}: give the values apart, as in Refused('... {{most}} ...', most=100)"
            if isinstance(said, ast.Constant):
                assert said.value in known, f"{place}: {said.value}"
    assert seen > 20


def test_no_module_of_the_pages_puts_chinese_together_by_itself() -> None:
    for path in (settings.ROOT / "chalicelib" / "web").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                assert not any(CHINESE.search(str(part)) for part in parts), f"{path.name}:{node.lineno}: use say()"


@pytest.mark.parametrize("address", PAGES)
def test_an_english_page_says_nothing_in_chinese_but_what_others_wrote(public: Chalice, looked: LookUps, address: str) -> None:
    everything(looked)
    answer = ask(public, f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status in (200, 404, 422)
    assert '<html lang="en"' in answer.body
    left = [text.strip() for text in Read(answer.body).said if CHINESE.search(text)]
    assert left == []


@pytest.mark.parametrize("address", PAGES)
def test_who_reads_english_stays_with_it_on_every_link_and_in_every_form(public: Chalice, looked: LookUps, address: str) -> None:
    everything(looked)
    read = Read(ask(public, f"{address}{'&' if '?' in address else '?'}lang=en").body)
    inside = [link for link in read.links if link.startswith("/")]
    switches = [link for link in inside if "lang=en" not in urlsplit(link).query]
    assert len(switches) == 1, switches
    assert len(inside) > 8
    assert all(form["lang"] == "en" for form in read.forms)


@pytest.mark.parametrize("address", PAGES)
def test_a_chinese_page_carries_no_language_in_its_links(public: Chalice, looked: LookUps, address: str) -> None:
    everything(looked)
    read = Read(ask(public, address).body)
    assert [link for link in read.links if "lang=" in link] == [read.links[2]], "the switch alone"
    assert not any("lang" in form for form in read.forms)


def test_no_template_makes_a_link_by_itself() -> None:
    for path in (settings.ROOT / "templates").glob("*.html"):
        source = path.read_text(encoding="utf-8").replace('<form class="mx-search', "").replace('rel="canonical" href="/', "")
        assert 'href="/' not in source, path.name


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("/", "/?lang=en"),
        (f"/subjects/{CODE}?cursor=a", f"/subjects/{CODE}?cursor=a&amp;lang=en"),
        (f"/search?q={quote('瑞广')}&cursor=b", f"/search?q={quote('瑞广')}&amp;cursor=b&amp;lang=en"),
        ("/?lang=en", "/"),
        (f"/search?lang=en&q={quote('瑞广')}", f"/search?q={quote('瑞广')}"),
        (f"/search?q={PERSON_NUMBER}", "/search?lang=en"),
        (f"/subjects/{PERSON_NUMBER}", "/?lang=en"),
        ("/search?q=" + "a" * 5000, "/search?lang=en"),
    ],
)
def test_the_switch_leads_to_the_same_page_and_repeats_no_persons_number(public: Chalice, address: str, other: str) -> None:
    assert f'class="mx-header__switch" href="{other}"' in ask(public, address).body


@pytest.mark.parametrize("lang", ["fr", "EN", "", "zh", "en%27"])
def test_another_word_for_a_language_means_chinese(public: Chalice, lang: str) -> None:
    assert '<html lang="zh-CN"' in ask(public, f"/?lang={lang}", headers={"Accept-Language": "en"}).body


def test_pages_are_the_same_for_every_browser_so_that_they_can_be_kept(public: Chalice) -> None:
    assert ask(public, "/", headers={"Accept-Language": "en"}).body == ask(public, "/").body


@pytest.mark.parametrize(
    ("query", "accepted", "english"),
    [
        ("", None, False),
        ("?lang=en", None, True),
        ("?lang=zh", "en", False),
        ("", "en", True),
        ("", "en-GB,en;q=0.9", True),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", False),
        ("", "fr, en;q=0.3, zh;q=0.2", True),
        ("", "de, *;q=0.5", False),
        ("", "en;q=x,,;;q=1," + "a" * 9000, False),
    ],
)
def test_problems_for_programs_are_in_the_language_that_they_ask_for(
    public: Chalice, query: str, accepted: str | None, english: bool
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    answer = ask(public, f"/api/v1/subjects/{WRONG_CHECK}{query}", headers=headers)
    assert answer.json["title"] == ("There is a mistake in the request" if english else "输入有误")
    assert ("check character" in answer.json["detail"]) == english
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_is_told_with_its_values_in_both_languages(public: Chalice) -> None:
    chinese, english = (ask(public, f"/api/v1/publicity/penalties?limit=101{tail}").json["detail"] for tail in ("", "&lang=en"))
    assert (chinese, english) == ("limit 应为1至100的整数", "limit must be a whole number from 1 to 100")


def test_a_refusal_keeps_its_chinese_reason_whatever_its_values_hold() -> None:
    refusal = Refused("最多{most}个：{given}", "NT-8", most=3, given="{most}%s")
    assert (refusal.reason, str(refusal), refusal.clause) == ("最多3个：{most}%s", "最多3个：{most}%s", "NT-8")
    assert Refused("没有值的{括号}").reason == "没有值的{括号}"


def test_every_problem_is_known_by_its_name() -> None:
    named = {entry.name: entry for entry in vars(problems).values() if isinstance(entry, problems.Problem)}
    assert named == problems.KNOWN


def test_dates_and_money_are_written_as_in_the_language() -> None:
    assert (pages.day("2026-11-22"), pages.money("85000")) == ("2026年11月22日", "85,000.00 元")
    mark = language.READER.set(language.Reader("en"))
    try:
        assert (pages.day("2026-11-22"), pages.money("85000")) == ("22 November 2026", "CNY 85,000.00")
    finally:
        language.READER.reset(mark)


def test_a_path_that_no_route_serves_is_told_in_the_language_of_its_address() -> None:
    assert "There is no such address" in problems.unknown_path("/x", "en").body
    assert "没有这个地址" in problems.unknown_path("/x", "fr").body
    assert language.current() == "zh"


def test_one_request_leaves_no_language_to_the_next(public: Chalice) -> None:
    ask(public, "/?lang=en")
    assert language.current() == "zh"


@pytest.mark.parametrize("following", [None, "n"])
@pytest.mark.parametrize("query", ["", "&from=2026-10-01", "&to=2026-10-01&cursor=c"])
def test_a_page_without_entries_tells_why_in_english(public: Chalice, looked: LookUps, following: str | None, query: str) -> None:
    looked.announced.side_effect = lambda kind, **_: {"items": [], "next": following, "as_of": "2026-11-21"}
    body = ask(public, f"/publicity/penalties?lang=en{query}").body
    assert [text for text in Read(body).said if CHINESE.search(text)] == []
    assert ("No entries are shown now: Administrative penalties" in body) == (following is None)


def test_an_overview_that_was_never_counted_says_so_in_english(public: Chalice) -> None:
    body = ask(public, "/publicity?lang=en").body
    assert [text for text in Read(body).said if CHINESE.search(text)] == []
    assert "have not been counted yet" in body


def test_months_and_numbers_of_pictures_are_told_in_english(public: Chalice, looked: LookUps) -> None:
    everything(looked)
    body = ask(public, "/publicity?lang=en").body
    assert "October 2026 to November 2026: 16 in all. The most are in November 2026: 12.</desc>" in body
    assert 'from=2026-10-01&amp;to=2026-10-31&amp;lang=en">October 2026</a></th><td>4</td>' in body


@pytest.mark.parametrize("name", cities.names())
def test_the_catalogue_of_every_city_is_english_but_for_what_it_cites(public: Chalice, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MINGXIN_CITY", name)
    page = ask(public, "/catalogue?lang=en").body
    assert [text for text in Read(page).said if CHINESE.search(text)] == []
    facts = page[page.index("<main") : page.index("</main>")]
    for said in re.findall(r'<span lang="zh-CN">([^<]*)</span>', facts):
        assert "《" in said, said


def test_a_word_is_a_label_or_a_body_by_where_it_stands(public: Chalice) -> None:
    page = ask(public, "/catalogue?lang=en").body
    assert "<dt>Provided by</dt><dd>Recognising bodies</dd>" in page
    assert "<dt>Recognised by</dt>" in page


def bare(part: Any) -> Any:
    """A part of the API's document without what it explains."""
    if isinstance(part, list):
        return [bare(item) for item in part]
    if not isinstance(part, dict):
        return part
    told = ("description", "summary", "title", "x-enumDescriptions")
    return {name: bare(value) for name, value in part.items() if name not in told or (isinstance(value, dict) and "type" in value)}


def english_document(public: Chalice) -> dict[str, Any]:
    found: dict[str, Any] = ask(public, "/api/v1/openapi.json?lang=en").json
    return found


def test_the_apis_document_explains_itself_in_english(public: Chalice) -> None:
    document = english_document(public)
    assert document["info"].pop("contact")["name"] == cities.identity("nantong").operator, "a name is not translated"
    assert not CHINESE.search(json.dumps(document, ensure_ascii=False))
    assert document["info"]["title"] == "Credit Nantong: open API"


def test_the_apis_document_is_the_same_in_both_languages_but_for_its_explanations(public: Chalice) -> None:
    chinese = ask(public, "/api/v1/openapi.json").json
    assert chinese["info"]["title"] == "信用南通开放接口"
    assert bare(chinese) == bare(english_document(public))
    assert ask(public, "/api/v1/openapi.json").json == chinese, "English changes nothing that is kept"


def test_the_page_of_the_api_tells_the_meanings_of_words_and_the_limits(public: Chalice) -> None:
    page = ask(public, "/api?lang=en").body
    assert '<span class="mx-code">commercial</span> (Commercial)' in page
    for limit in limits.LIMITS:
        assert f"at most {limit.requests} requests in {limit.seconds // 60} minutes" in page


@pytest.mark.parametrize("kind", publicity.KINDS)
def test_a_feed_speaks_english_and_marks_what_others_wrote(public: Chalice, looked: LookUps, kind: str) -> None:
    everything(looked)
    root = ET.fromstring(ask(public, f"/publicity/{kind}.atom?lang=en&from=2026-01-01").raw)
    atom, lang = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/XML/1998/namespace}lang"
    assert root.get(lang) == "en"
    for element in root.iter():
        if element.tag != atom + "summary" and CHINESE.search((element.text or "") + (element.get("label") or "")):
            assert element.get(lang) == "zh-CN", element.text
    inside = [link.get("href") or "" for link in root.iter(atom + "link")]
    assert all("lang=en" in urlsplit(link).query for link in inside), inside
    summary = root.findtext(f"{atom}entry/{atom}summary") or ""
    assert "; Body: " in summary
    assert summary.endswith(".")


def test_a_summary_in_a_feed_tells_the_last_day_in_english(public: Chalice) -> None:
    text = ask(public, "/publicity/penalties.atom?lang=en").body
    assert "Decided on: 26 February 2026; Body: " in text
    assert "Shown until 25 February 2027; from the next day on it must be neither shown nor used." in text


def test_a_feed_in_another_language_is_another_feed_with_the_same_entries(public: Chalice) -> None:
    feeds = [ET.fromstring(ask(public, f"/publicity/penalties.atom{query}").raw) for query in ("", "?lang=en")]
    chinese, english = ([element.text for element in feed.iter("{http://www.w3.org/2005/Atom}id")] for feed in feeds)
    assert chinese[0] != english[0]
    assert chinese[1:] == english[1:]


@pytest.mark.parametrize("kind", words.PUBLICITY)
def test_a_table_has_its_heads_in_the_language_of_its_address(public: Chalice, kind: str) -> None:
    chinese, english = (ask(public, f"/publicity/{kind}.csv{tail}").body.splitlines() for tail in ("", "?lang=en"))
    assert re.search("[\u4e00-\u9fff]", english[0]) is None
    assert english[0].count(",") == chinese[0].count(",")
    assert [line.count(",") for line in english[1:]] == [line.count(",") for line in chinese[1:]]


@pytest.mark.parametrize("address", ["/api", "/catalogue"])
@pytest.mark.parametrize("page", ["/", "/about", "/publicity"])
def test_the_catalogue_and_the_api_are_found_from_every_page(public: Chalice, page: str, address: str) -> None:
    for tail in ("", "?lang=en"):
        assert address + tail in Read(ask(public, page + tail).body).links


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("limit=1&limit=2", "The parameter limit can be given only once"),
        ("%E9%99%90=1", "The parameter (its name is not made of letters) is not known. Here you can use from, to, body, field"),
        ("field=other", "The parameter field must be one of government, commercial, social, judicial"),
        (f"body={WRONG_CHECK}", "body must be the unified social credit code of the deciding body. The check character"),
        ("cursor=x", "The cursor is not valid"),
    ],
)
def test_what_is_wrong_in_an_address_is_told_to_programs_in_english(
    public: Chalice, monkeypatch: pytest.MonkeyPatch, query: str, told: str
) -> None:
    monkeypatch.setattr(publicity, "announced", lambda kind, *, cursor, **_: cursors.position_of(cursor, (str,)))
    assert told in ask(public, f"/api/v1/publicity/penalties?{query}&lang=en").json["detail"]
