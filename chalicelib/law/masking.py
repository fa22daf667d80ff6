"""What is covered before anything is shown to the public: people's names and numbers, also inside free text (HY-25c, NT-4, SJZ-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from chalicelib.law.names import MIDDLE_DOTS

COVER = "*"
_APART = r"[\s.\-–—_·]{0,2}"
"""What people put between the digits of a number."""
_DAY_BORN = r"(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12][0-9]|3[01])"
_DAY_APART = rf"(?:0{_APART}[1-9]|1{_APART}[0-2]){_APART}(?:0{_APART}[1-9]|[12]{_APART}[0-9]|3{_APART}[01])"
_RESIDENT_ID = (
    rf"[1-9](?:{_APART}[0-9]){{5}}{_APART}(?:1{_APART}9|2{_APART}0)(?:{_APART}[0-9]){{2}}"
    rf"{_APART}{_DAY_APART}(?:{_APART}[0-9]){{3}}{_APART}[0-9Xx]"
)


def _after(labels: str) -> str:
    """That one of the labels (all of one length) stands before, with or without 号 or 号码, colon or space."""
    return "(?:" + "|".join(f"(?<=(?:{labels}){rest})" for rest in ("", "[: ]", "号", "号[: ]", "号码", "号码[: ]")) + ")"


_NUMBER = re.compile(
    r"(?<![0-9])(?:62|4|5[1-5]|35)[0-9]{14,17}(?![0-9])"  # bank cards
    r"|(?<![0-9])(?:62|4[0-9]|5[1-5])[0-9]{2}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9])"  # the same, in groups
    r"|(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"  # resident ID, permanent residence and residence permits
    rf"|(?<![0-9]){_RESIDENT_ID}(?![0-9])"  # a resident ID, its digits set apart in any way
    # resident ID of before 1999; what is said to be a company's old registration number may look the same
    rf"|(?<!注册号)(?<!注册号[: ])(?<![0-9])[0-9]{{6}}[ -]?[0-9]{{2}}{_DAY_BORN}[ -]?[0-9]{{3}}(?![0-9])"
    r"|(?<![0-9A-Za-z])[A-Za-z]{3}[0-9]{12}(?![0-9])"  # permanent residence cards of before 2023
    r"|(?<![0-9A-Za-z字])(?<!健注)[HMhm][0-9]{8}(?:[0-9]{2})?(?![0-9])"  # Hong Kong and Macao permits, but not 国药准字H20200001
    r"|(?<![0-9A-Za-z字])(?<!健注)[EGDPSKegdpsk][A-Za-z]?[0-9]{7,8}(?![0-9A-Za-z])"  # passports
    rf"|{_after('护照|行证|胞证|乡证')}[A-Za-z]{{0,2}} ?[0-9]{{7,10}}(?![0-9A-Za-z])"  # travel papers of every letter
)
_PERSON_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_DAY_BORN}[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])")
_BETWEEN = r"[ \-–—_·]{0,2}"
_PHONE = re.compile(
    rf"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9]{_BETWEEN}[0-9]{{4}}{_BETWEEN}[0-9]{{4}}(?![0-9])"
    r"|(?<![0-9])1[3-9][0-9]\.[0-9]{4}\.[0-9]{4}(?![0-9])"
    r"|(?<![0-9])(?<![0-9] )1 [3-9](?: [0-9]){9}(?! ?[0-9])"
    rf"|(?<![0-9])(?:\(?0|\+86[- ]?)(?:10|2[0-9]|[3-9][0-9]{{2}})\)?{_BETWEEN}[0-9]{{3,4}}[- ]?[0-9]{{4}}(?![0-9])"
    rf"|{_after('电话|座机|传真')}[2-9][0-9]{{2,3}}[- ]?[0-9]{{4}}(?![0-9])"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+@-]{0,200}[A-Za-z0-9._%+-]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_COVERED = re.compile("|".join((_MAIL.pattern, _NUMBER.pattern, _PHONE.pattern)))
_MAY_BE_COVERED = re.compile("[0-9@]")
_HALF_WIDTH = {0x3000: 0x20} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SHORTEST_NAME = 2
_INSIDE_A_NAME = rf"[\s{re.escape(MIDDLE_DOTS)}]{{0,2}}"
_NO_DOTS = dict.fromkeys(map(ord, MIDDLE_DOTS))
_SEVERAL = re.compile(r"[、,;/]|\([^()]*\)")
"""Between the names of several people in one cell; what stands in brackets behind a name is no name."""


def mask_person_name(name: str) -> str:
    """A person's name as the public may see it: the first character, the rest covered."""
    name = name.strip()
    return name[:1] + COVER * max(len(name) - 1, 1) if name else ""


def mask_number(number: str) -> str:
    """A number of which only the first and last character stay: enough to recognise one's own, too little to guess."""
    return number[:1] + COVER * (len(number) - 2) + number[-1:] if len(number) > 2 else COVER * len(number)


def mask_person_numbers(code: str) -> str:
    """A document's or licence's number with resident ID numbers in it covered: everything else in such numbers stays."""
    return _PERSON_NUMBER.sub(lambda found: mask_number(found[0]), code)


def holds_person_number(text: str) -> bool:
    """Whether a text holds what is built like a resident ID number."""
    return _PERSON_NUMBER.search(text.translate(_HALF_WIDTH)) is not None


def mask_free_text(text: str, *, people: Iterable[str] = (), keep: Iterable[str] = ()) -> str:
    """Free text with ID numbers, phones, mail addresses and the named people covered.

    `people` are the people of the row; `keep` are texts that stay whole although they hold such a name or look like
    such a number: the subject's own public name and code. Ordinary words stay.
    """
    plain = text.translate(_HALF_WIDTH)  # one character for one: places stay the same
    kept = _found(plain, keep)
    named = _names_in(plain, people)
    words = [f"(?P<keep>{'|'.join(kept)})"] if kept else []
    words += [f"(?P<name>(?i:{'|'.join(named)}))"] if named else []
    covered, done = [], 0
    for start, end, cover in _places(plain, re.compile("|".join(words)) if words else None):
        covered += [text[done:start], cover(text[start:end])]
        done = end
    return "".join(covered) + text[done:]


def _places(plain: str, words: re.Pattern[str] | None) -> Iterator[tuple[int, int, Callable[[str], str]]]:
    """From left to right, what must be covered and how; where two begin together, kept texts go first and names last.

    The long pattern is compiled once, only words that occur anew: that is what costs time in a whole city.
    """
    number = _COVERED.search(plain) if _MAY_BE_COVERED.search(plain) else None
    word = words.search(plain) if words else None
    while number or word:
        word_first = word is not None and (number is None or (word.start(), word.lastgroup == "name") <= (number.start(), False))
        found = word if word_first else number
        if found is None:
            return
        yield found.start(), found.end(), _COVERS[found.lastgroup]
        if number and number.start() < found.end():
            number = _COVERED.search(plain, found.end())
        if words and word and word.start() < found.end():
            word = words.search(plain, found.end())


_COVERS: dict[str | None, Callable[[str], str]] = {"keep": str, "name": mask_person_name, None: mask_number}


def _found(plain: str, words: Iterable[str]) -> list[str]:
    """The patterns of those words that occur, the longest first."""
    half_width = {word.translate(_HALF_WIDTH) for word in words if word}
    return [re.escape(word) for word in sorted((word for word in half_width if word in plain), key=lambda word: (-len(word), word))]


def _names_in(plain: str, people: Iterable[str]) -> list[str]:
    """The patterns of the people whom a text names, the longest first: each name with any space or dot inside it."""
    cells = {name.translate(_HALF_WIDTH) for name in people if len(name.strip()) >= _SHORTEST_NAME}
    names = {_bare(name) for cell in cells for name in _SEVERAL.split(cell)} if cells else set()
    text = _bare(plain) if names else ""
    named = sorted((name for name in names if len(name) >= _SHORTEST_NAME and name in text), key=lambda name: (-len(name), name))
    return [_spaced(name) for name in named]


def _spaced(name: str) -> str:
    """The pattern of a name with any space or dot inside it; in Latin letters it must not be a part of a word."""
    pattern = _INSIDE_A_NAME.join(map(re.escape, name))
    return rf"(?<![A-Za-z]){pattern}(?![A-Za-z])" if name.isascii() else pattern


def _bare(text: str) -> str:
    """A text for finding names: no spaces, no dots, small letters."""
    return "".join(text.split()).translate(_NO_DOTS).lower()
