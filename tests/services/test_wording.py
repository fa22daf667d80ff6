"""What messages say tells a stranger nothing: no number, no name, no detail, in either language, by any channel."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chalicelib import cities
from chalicelib.law import telling
from chalicelib.law.masking import holds_person_number
from chalicelib.law.reminders import TABLE
from chalicelib.services.desk import desk_notices
from chalicelib.services.telling import wording
from chalicelib.services.telling.message_texts import TEXTS as OWN

CHINESE = re.compile(r"[㐀-鿿]")
HOTLINE, SIGNATURE = cities.identity("nantong").hotline, cities.identity("nantong").sms_signature
Seen = list[desk_notices.Preview]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Seen]:
    """What the desk shows of a kind before it is sent."""
    monkeypatch.setenv("MINGXIN_SITE", "https://credit.example")
    return desk_notices.preview


@pytest.mark.parametrize("kind", [row.kind for row in TABLE])
def test_a_message_is_seen_before_it_is_sent_and_holds_no_number_and_no_detail(seen: Callable[[str], Seen], kind: str) -> None:
    found = seen(kind)
    assert [(one.language, one.channel) for one in found] == [(lang, way) for lang in ("zh", "en") for way in ("email", "phone", "letter")]
    for one in found:
        said = (one.title + one.text).replace(HOTLINE, "").replace(SIGNATURE, "")
        assert not holds_person_number(said)
        assert "{" not in said, "nothing of a record is put into it"
        assert not re.search(r"\d{4}", said), "no document, no number but the hotline's"
        assert one.language == "zh" or not CHINESE.search(said)
        if one.channel == "phone":
            assert one.text.startswith(SIGNATURE), "it is carried and counted too"
            assert one.parts == telling.parts(one.text)
            assert one.parts <= (1 if one.language == "zh" else 2)


def test_a_letter_in_its_window_says_the_same_whatever_it_is_about(seen: Callable[[str], Seen]) -> None:
    letters = [one for row in TABLE for one in seen(row.kind) if one.channel == "letter"]
    for language in ("zh", "en"):
        assert len({one.text for one in letters if one.language == language}) == 1


def test_an_email_says_once_what_several_records_have_in_common_and_how_many_there_are() -> None:
    city = cities.identity("nantong")
    for language, sentence, head in (("zh", "有效期已满", "记录已到期（5件）"), ("en", "has ended: it", "A record has ended (5)")):
        said = wording.email(["record ended"] * 5 + ["objection received"], city, "https://credit.example", language)
        for form in (said.text, said.html):
            assert form.count(sentence) == 1
            assert head in form
            assert "(1)" not in form
            assert "（1件）" not in form


def test_what_is_most_urgent_is_the_title_of_an_email_and_its_first_paragraph() -> None:
    said = wording.email(["record ended", "objection decided"], cities.identity("nantong"), "https://credit.example", "zh")
    assert said.title == "异议已处理等2件事"
    assert said.text.index("异议已处理") < said.text.index("记录已到期")
    assert said.html.index("<h2>异议已处理") < said.html.index("<h2>记录已到期")


def test_codes_and_links_name_nobody_and_no_record() -> None:
    allowed = {"code", "minutes", "number", "link", "phone"}
    for kind, languages in OWN.items():
        for _, text in languages.values():
            assert set(re.findall(r"\{(\w+)\}", text)) <= allowed, kind
