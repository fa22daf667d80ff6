"""Puts notices into words for each channel: an e-mail with all of them, a text message with the most urgent, a letter without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from chalicelib.cities import Identity
from chalicelib.law.reminders import REMINDERS, by_urgency
from chalicelib.services.telling import message_texts
from chalicelib.services.telling.message_texts import Language
from chalicelib.services.telling.notice_texts import TEXTS

HERE = "/me/notices"
"""The page on which everybody reads what they were told."""
_DESK = "/desk/notices"


@dataclass(frozen=True)
class Words:
    """A message in words; `values` are the same for a gateway that knows the text by its template."""

    title: str
    text: str
    html: str = ""
    template: str = ""
    values: tuple[tuple[str, str], ...] = ()


def title(kind: str, language: Language) -> str:
    """The title of a kind of notice."""
    return TEXTS[kind].title_en if language == "en" else REMINDERS[kind].name


def sentence(kind: str, language: Language) -> str:
    """What a kind of notice says."""
    return TEXTS[kind].en if language == "en" else TEXTS[kind].zh


def page_for(to: str) -> str:
    """The page to which a message leads its reader."""
    return HERE if to.startswith("s:") else _DESK


def email(kinds: Sequence[str], city: Identity, link: str, language: Language, unsubscribe: str = "") -> Words:
    """An e-mail with one notice or several; `link` leads to the page, `unsubscribe` ends those that need not be."""
    ordered = by_urgency(kinds)
    each = [(_counted(kind, count, language), sentence(kind, language)) for kind, count in Counter(ordered).items()]
    english = language == "en"
    subject = _several(title(ordered[0], language), len(kinds), language)
    where = "Sign in to see the details" if english else "登录后查看详细内容"
    foot = [f"{city.site_name_en if english else city.site_name} · {city.hotline}"]
    if unsubscribe:
        foot.append(f"{'No more of these: ' if english else '不再接收此类消息：'}{unsubscribe}")
    text = "\n\n".join([*(f"{head}\n{body}" for head, body in each), f"{where}{': ' if english else '：'}{link}", "\n".join(foot)]) + "\n"
    paragraphs = "".join(f"<h2>{escape(head)}</h2><p>{escape(body)}</p>" for head, body in each)
    ending = f'<p><a href="{escape(link)}">{escape(where)}</a></p><hr><p>{escape(foot[0])}</p>'
    if unsubscribe:
        ending += f'<p><a href="{escape(unsubscribe)}">{"No more of these" if english else "不再接收此类消息"}</a></p>'
    lang = "en" if english else "zh-CN"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(subject)}</title>'
    page = f'<!doctype html><html lang="{lang}">{head}<body>{paragraphs}{ending}</body></html>'
    return Words(subject, text, page)


def text_message(kinds: Sequence[str], city: Identity, language: Language) -> Words:
    """A text message: the most urgent notice by its title, and how many there are."""
    named = _several(title(by_urgency(kinds)[0], language), len(kinds), language)
    said = f"{named}. See {city.host}." if language == "en" else f"{named}。请登录 {city.host} 查看。"
    return Words(named, said, template="notice." + language, values=(("what", named),))


def content_free(city: Identity, language: Language = "zh") -> Words:
    """What a stranger may read: that somebody at this number or address has a notice to fetch."""
    if language == "en":
        return Words("A notice of the credit window", f"You have a notice to fetch at {city.host} or our counter.", template="statutory.en")
    said = f"您有一份依法告知的通知，请凭有效证件到信用信息服务窗口或登录 {city.host} 查阅，咨询电话 {city.hotline}。"
    return Words("信用信息告知", said, template="statutory.zh")


def contact_changed(city: Identity, language: Language) -> Words:
    """What a contact is told by which its owner is reached no more."""
    name, said = message_texts.TEXTS["contact changed"][language]
    return Words(name, said.format(phone=city.hotline), template="contact changed." + language, values=(("phone", city.hotline),))


def _counted(kind: str, count: int, language: Language) -> str:
    """The title of a kind, with how many there are of it."""
    if count == 1:
        return title(kind, language)
    return f"{title(kind, language)} ({count})" if language == "en" else f"{title(kind, language)}（{count}件）"


def _several(first: str, count: int, language: Language) -> str:
    if count == 1:
        return first
    return f"{first} and {count - 1} more" if language == "en" else f"{first}等{count}件事"
