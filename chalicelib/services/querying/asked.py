"""Whom a query asks about: an organisation by its code, a person by name and full number together; and who of them is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import PERSON_TYPES, check_person_number, check_uscc
from chalicelib.law.names import same_name
from chalicelib.records.entries import Record
from chalicelib.records.identifiers import Identifier
from chalicelib.storage import archive
from chalicelib.storage.archive import Loaded

LONGEST = 200
PARTS = ("code", "name", "id_type", "id_number")
"""Everything by which somebody can be asked for."""
PERSON_WORDS = {kind: words for words, kind in reversed(PERSON_TYPES.items())}
"""The types of a person's number as programs name them, each with what the national layouts call it."""

_USUAL_TYPE = "resident_id"


@dataclass(frozen=True)
class Asked:
    """A number, and the name that belongs to it as the asker has it; organisations may be asked for without one."""

    identifier: Identifier
    name: str | None = None

    @property
    def is_person(self) -> bool:
        """Whether a natural person is asked for."""
        return self.identifier.type != "uscc"


@dataclass(frozen=True)
class Found:
    """What is there under a number. `loaded` is None when nobody is, and when a person's name is another one: an asker who has the
    number alone learns no more than one who made it up."""

    asked: Asked
    loaded: Loaded | None = None
    records: tuple[Record, ...] = ()


def read(said: Any, *, named: bool = False) -> Asked:
    """`{"code"}` or `{"name", "id_type", "id_number"}`, with `named` a code's `name` too; `Refused` when it is neither."""
    if not isinstance(said, Mapping):
        raise Refused('请写明查询对象：单位写 {"code": "统一社会信用代码"}，个人写 {"name": "姓名", "id_number": "证件号码"}')
    texts = {name: _text(name, value) for name, value in said.items()}
    if "code" in texts:
        _refuse_others(texts, {"code", "name"} if named else {"code"})
        if named and "name" not in texts:
            raise Refused("请写明 name：要核对的单位名称")
        return Asked(check_uscc(texts["code"]), texts.get("name"))
    if not {"name", "id_number"} <= texts.keys():
        raise Refused("请写明 code；查询个人的，name 和 id_number 都要写明")
    _refuse_others(texts, {"name", "id_type", "id_number"})
    kind = texts.get("id_type", _USUAL_TYPE)
    if kind not in PERSON_WORDS:
        raise Refused("id_type 应为 {known} 之一", known=", ".join(PERSON_WORDS))
    return Asked(check_person_number(PERSON_WORDS[kind], texts["id_number"]), texts["name"])


def find(asked: Iterable[Asked]) -> list[Found]:
    """Who is there, in the order in which they were asked for; each archive is read once."""
    wanted = list(asked)
    ids = archive.subjects_of(one.identifier for one in wanted)
    archives = {subject_id: _current(subject_id) for subject_id in dict.fromkeys(ids.values())}
    return [_found(one, archives.get(ids.get(one.identifier, ""))) for one in wanted]


def _current(subject_id: str) -> tuple[Loaded, list[Record]] | None:
    """An archive, or the one that has taken its place."""
    found = archive.load_collection(subject_id)
    while found and found[0].subject.merged_into:
        found = archive.load_collection(found[0].subject.merged_into)
    return found


def _found(asked: Asked, there: tuple[Loaded, list[Record]] | None) -> Found:
    if there is None or (asked.is_person and not _is_named(asked.name or "", there[0])):
        return Found(asked)
    return Found(asked, there[0], tuple(there[1]))


def _is_named(name: str, loaded: Loaded) -> bool:
    subject = loaded.subject
    return any(same_name(name, known) for known in (subject.profile.name, *subject.former_names))


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise Refused("{name} 应为1至{most}个字的文字", name=_shown(name), most=LONGEST)
    return value.strip()


def _refuse_others(texts: Mapping[str, str], known: set[str]) -> None:
    for name in texts:
        if name not in known:
            raise Refused("不认识 {name}：这里可以写 {known}", name=_shown(name), known=", ".join(sorted(known)))


def _shown(name: str) -> str:
    """A key's name as far as it can be one: anything else may be somebody's number."""
    return name if name.isascii() and name.replace("_", "").isalpha() and len(name) <= 20 else "…"
