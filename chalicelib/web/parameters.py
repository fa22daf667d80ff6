"""The parameters that programs may send in an address: each stands here once, for the checks, for the API's document and for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

USUAL_LIMIT = 20
LARGEST_LIMIT = 100
LONGEST_QUERY = 200
LONGEST_CURSOR = 4000
LONGEST_HEADER = 2000
PERCENT_ENCODED = "^(?:[ -$&-~]|%[0-9A-Fa-f]{2})+$"
"""Text in a header: ASCII, everything else percent-encoded UTF-8."""
FIELDS: Mapping[str, str] = {"government": "政务", "commercial": "商务", "social": "社会", "judicial": "司法"}
"""The four fields of SJZ-1."""
MEANINGS = "x-enumDescriptions"
"""Where a schema says what each of its words means: OpenAPI leaves that to extensions, and tools that draw documents know this one."""
MONTH_PATTERN = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True)
class Parameter:
    """A parameter: what it means, its JSON Schema, and an example. `{most}` and `{usual}` stand for the sizes of answers."""

    name: str
    about: str
    schema: Mapping[str, Any]
    example: str
    required: bool = False


def words_of(known: Mapping[str, str]) -> dict[str, Any]:
    """The schema of a word that is one of these, each with what it means."""
    return {"type": "string", "enum": list(known), MEANINGS: dict(known)}


_DAY = {"type": "string", "format": "date"}
_CODE = {"type": "string", "minLength": 18, "maxLength": 18}

QUERY = Parameter(
    "q",
    "要查的名称（至少2个字）或18位统一社会信用代码",
    {"type": "string", "minLength": 2, "maxLength": LONGEST_QUERY},
    "91990000YW001000X5",
    required=True,
)
CURSOR = Parameter("cursor", "上一次回答的 next，原样送回，得到后面的内容", {"type": "string", "maxLength": LONGEST_CURSOR}, "WyIyMDI2Il0")
LIMIT = Parameter(
    "limit",
    "一次最多给出多少条，1至{most}，不写为{usual}",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": USUAL_LIMIT},
    "50",
)
LIMIT_OF_FEEDS = replace(LIMIT, about="一次最多给出多少条，1至{most}，不写为{most}", schema={**LIMIT.schema, "default": LARGEST_LIMIT})
"""Feed readers know one page, so it holds as much as a page may."""
FROM = Parameter("from", "决定（列入、承诺等）日期从哪一天起，含当日", _DAY, "2026-10-01")
TO = Parameter("to", "决定（列入、承诺等）日期到哪一天止，含当日", _DAY, "2026-10-31")
BODY = Parameter("body", "决定、认定或者提供单位的统一社会信用代码", _CODE, "11320699000ARLRP06")
FIELD = Parameter(
    "field",
    "领域",
    words_of(FIELDS),
    "commercial",
)
MONTH = Parameter(
    "month",
    "整月的文件，写作 YYYY-MM；不能与 from、to、limit 同用",
    {"type": "string", "pattern": MONTH_PATTERN},
    "2026-10",
)
LANGUAGE = Parameter("lang", "说明文字的语言；记录的内容总是原文", {"type": "string", "enum": ["zh", "en"]}, "en")
PROVIDER = Parameter("provider", "替哪个单位报送；密钥只能替一个单位报送时可以不写", _CODE, "11320699000ARLRP06")
KIND = Parameter("kind", "报送的种类；正文为 CSV 时必须写明", {"type": "string", "minLength": 1, "maxLength": 60}, "penalties")

SEARCH = (QUERY, CURSOR, LIMIT, LANGUAGE)
SUBJECT = (CURSOR, LANGUAGE)
PUBLICITY = (FROM, TO, BODY, FIELD, CURSOR, LIMIT, LANGUAGE)
FILE = (MONTH, *PUBLICITY)
FEED = (FROM, TO, BODY, FIELD, CURSOR, LIMIT_OF_FEEDS, LANGUAGE)
PLAIN = (LANGUAGE,)
SUBMISSION = (KIND, PROVIDER, LANGUAGE)
PROVIDERS = (PROVIDER, CURSOR, LANGUAGE)
