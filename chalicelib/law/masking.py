"""What is covered before anything is shown to the public: people's names and numbers, also inside free text (HY-25c, NT-4, SJZ-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

COVER = "*"
_DAY_BORN = r"(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12][0-9]|3[01])"
_NUMBER = re.compile(
    r"(?<![0-9])(?:62|4|5[1-5]|35)[0-9]{14,17}(?![0-9])"  # bank cards
    r"|(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"  # resident ID, permanent residence and residence permits
    rf"|(?<![0-9])[0-9]{{6}}[ -]?(?:19|20)[0-9]{{2}}[ -]?{_DAY_BORN}[ -]?[0-9]{{3}}[ -]?[0-9Xx](?![0-9])"  # the same, in groups
    rf"|(?<![0-9])[0-9]{{8}}{_DAY_BORN}[0-9]{{3}}(?![0-9])"  # resident ID of before 1999
    r"|(?<![0-9A-Za-z])[A-Za-z]{3}[0-9]{12}(?![0-9])"  # permanent residence cards of before 2023
    r"|(?<![0-9A-Za-z字])(?<!健注)[HMhm][0-9]{8}(?:[0-9]{2})?(?![0-9])"  # Hong Kong and Macao permits, but not 国药准字H20200001
    r"|(?<![0-9A-Za-z字])(?<!健注)[EGDPSKegdpsk][A-Za-z]?[0-9]{7,8}(?![0-9A-Za-z])"  # passports
)
_PERSON_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_DAY_BORN}[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{2})[- ]?[0-9]{7,8}(?![0-9])"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+@-]{0,200}[A-Za-z0-9._%+-]@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_COVERED = re.compile("|".join((_MAIL.pattern, _NUMBER.pattern, _PHONE.pattern)))
_HALF_WIDTH = {0x3000: 0x20} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


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
    kept = _found(plain, {word for word in keep if word})
    named = _found(plain, {name.strip() for name in people if len(name.strip()) >= 2})
    words = [f"(?P<keep>{'|'.join(kept)})"] if kept else []
    words += [f"(?P<name>{'|'.join(named)})"] if named else []
    covered, done = [], 0
    for start, end, cover in _places(plain, re.compile("|".join(words)) if words else None):
        covered += [text[done:start], cover(text[start:end])]
        done = end
    return "".join(covered) + text[done:]


def _places(plain: str, words: re.Pattern[str] | None) -> Iterator[tuple[int, int, Callable[[str], str]]]:
    """From left to right, what must be covered and how; where two begin together, kept texts go first and names last.

    The long pattern is compiled once, only words that occur anew: that is what costs time in a whole city.
    """
    number, word = _COVERED.search(plain), words.search(plain) if words else None
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
    half_width = (word.translate(_HALF_WIDTH) for word in words)
    return [re.escape(word) for word in sorted((word for word in half_width if word in plain), key=lambda word: (-len(word), word))]
