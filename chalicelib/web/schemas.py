"""What the API's answers look like: one JSON Schema for each thing that a program gets or sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.law import joint_measures
from chalicelib.law.consent import MOST_USES, STATES
from chalicelib.web import parameters, words
from chalicelib.web.parameters import words_of

Schema = dict[str, Any]

MOST_ROWS = 500
"""Rows in one submission as JSON."""
MOST_REVIEWED = 500
"""Subjects in one review."""


def ref(name: str) -> Schema:
    """A reference to one of the schemas below."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: str, optional: str = "", /, **properties: Schema) -> Schema:
    """An object; names in `required` and `optional` that have no schema of their own are strings."""
    names = [*required.split(), *optional.split()]
    return {"type": "object", "required": required.split(), "properties": {name: properties.get(name, TEXT) for name in names}}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "type": ["string", "null"], "enum": [*schema["enum"], None]}
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


TEXT: Schema = {"type": "string"}
TEXT_OR_NULL = _or_null(TEXT)
DAY: Schema = {"type": "string", "format": "date"}
DAY_OR_NULL = _or_null(DAY)
CODE: Schema = {"type": "string", "description": "统一社会信用代码"}
YES_OR_NO: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
ANYTHING: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}

_END = {
    "valid_until": {**DAY_OR_NULL, "description": "最后一天；次日零时起不得再展示或使用。null 为没有截止日期"},
    "valid_until_source": {**TEXT, "description": "这个截止日期的依据"},
    "valid_until_defaulted": {**YES_OR_NO, "description": "本市文件未规定，按最有利于信息主体的默认规则"},
}
_MARKS = {"severity": _or_null(words_of(words.SEVERITY)), "flags": _list(words_of(words.FLAG))}
_RECORD = {
    "category": words_of(words.CATEGORY),
    "document_no": TEXT_OR_NULL,
    "provider": ref("Office"),
    "determined_on": DAY,
    "published_on": DAY,
    "content": {**ANYTHING, "description": "目录项的各个字段，见 /catalogue.json；金额为人民币元的十进制文字"},
    **_END,
    **_MARKS,
}
_RECORD_NAMES = (
    "id catalogue catalogue_name category title document_no provider determined_on published_on "
    "valid_until valid_until_source valid_until_defaulted severity flags content"
)
_ENVELOPE = {
    "next": {**TEXT_OR_NULL, "description": "翻页用的 cursor；null 为没有了"},
    "as_of": {**DAY, "description": "这份回答所依据的日期"},
}

_SHORT = {"type": "string", "minLength": 1, "maxLength": 200}
QUERY_ID = {**TEXT, "description": "这次查询的编号；信息主体看到的查询记录用同一个编号"}
_COUNTS = {"type": "object", "additionalProperties": NUMBER}


def _only(required: str, optional: str = "", /, **properties: Schema) -> Schema:
    """An object that is sent to us: a name that nobody knows is refused."""
    return {**_object(required, optional, **properties), "additionalProperties": False}


def _shared(schema: Schema) -> Schema:
    """What is given to government bodies: the same as is public, with its class."""
    told = {"disclosure": words_of(words.DISCLOSURE), "as_responsible": {**YES_OR_NO, "description": "作为单位记录的责任人员"}}
    return {**schema, "required": [*schema["required"], *told], "properties": {**schema["properties"], **told}}


_ENTRIES: Mapping[str, Schema] = {
    "Record": _object(f"{_RECORD_NAMES} subject_name", **_RECORD),
    "ListEntry": _object(
        "id list name recogniser basis reason origin listed_on repairable repair_way "
        "valid_until valid_until_source valid_until_defaulted severity flags subject_name",
        **_END,
        **_MARKS,
        recogniser=ref("Office"),
        basis=TEXT_OR_NULL,
        reason=TEXT_OR_NULL,
        origin=TEXT_OR_NULL,
        listed_on=DAY,
        repairable=_or_null(YES_OR_NO),
        repair_way=TEXT_OR_NULL,
    ),
    "Commitment": _object(
        "id type matter text received_by made_on valid_until valid_until_source valid_until_defaulted flags subject_name",
        **_END,
        flags=_MARKS["flags"],
        type=_or_null(words_of(words.COMMITMENT)),
        matter=TEXT_OR_NULL,
        text=TEXT_OR_NULL,
        received_by=ref("Office"),
        made_on=DAY,
    ),
}
"""What an organisation's document has: one of its records, of its list entries, of its commitments."""
_ORGANISATION = _only("code", code=_SHORT)
_PERSON = _only("name id_number", "id_type", name=_SHORT, id_number=_SHORT, id_type={**words_of(words.ID_TYPE), "default": "resident_id"})

SCHEMAS: Mapping[str, Schema] = {
    "Office": _object("code name", code=TEXT_OR_NULL, name=TEXT_OR_NULL),
    "Label": _object("label type", "choices", choices={"type": "object"}),
    **_ENTRIES,
    **{f"Shared{name}": _shared(schema) for name, schema in _ENTRIES.items()},
    "Subject": _object(
        "code name former_names kind status legal_representative registration records records_next lists commitments as_of",
        "successor labels",
        code=CODE,
        former_names=_list(TEXT),
        kind=words_of(words.KIND),
        status=words_of(words.STATUS),
        legal_representative=TEXT_OR_NULL,
        registration={"type": "object", "additionalProperties": TEXT_OR_NULL},
        records=_list(ref("Record")),
        records_next=_ENVELOPE["next"],
        lists=_list(ref("ListEntry")),
        commitments=_list(ref("Commitment")),
        successor=_or_null(ref("Office")),
        labels={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": ref("Label")}},
        as_of=_ENVELOPE["as_of"],
    ),
    "Found": _object(
        "code name kind status matched",
        "former_name",
        code=CODE,
        kind=words_of(words.KIND),
        status=words_of(words.STATUS),
        matched=words_of(words.MATCHED),
    ),
    "FoundList": _object("items next as_of", items=_list(ref("Found")), **_ENVELOPE),
    "Announced": _object(
        f"{_RECORD_NAMES} kind subject",
        **_RECORD,
        kind={"type": "string", "enum": list(words.PUBLICITY)},
        subject=_object("name code kind", code={**TEXT_OR_NULL, "description": "自然人没有"}, kind=words_of(words.KIND)),
    ),
    "AnnouncedList": _object("items next as_of", items=_list(ref("Announced")), **_ENVELOPE),
    "CatalogueField": _object(
        "name label type disclosure required column", disclosure=words_of(words.DISCLOSURE), required=YES_OR_NO, column=TEXT
    ),
    "CatalogueItem": _object(
        "code name category field disclosure provider update_cycle format period_of_use retention_years basis source defaulted fields",
        category=_RECORD["category"],
        field=words_of(parameters.FIELDS),
        disclosure=words_of(words.DISCLOSURE),
        retention_years=NUMBER,
        defaulted=YES_OR_NO,
        fields=_list(ref("CatalogueField")),
    ),
    "Catalogue": _object("city defaulted items as_of", defaulted=YES_OR_NO, items=_list(ref("CatalogueItem")), as_of=DAY),
    "Measure": _object(
        "id effect binding matter target means bodies basis applies_to severities term term_source",
        effect=words_of(words.EFFECT),
        binding=words_of(words.BINDING),
        bodies=_list(TEXT),
        applies_to=_list(_object("code name")),
        severities=_list(words_of(words.SEVERITY)),
        term=_object("count unit", count=NUMBER, unit={"type": "string", "enum": ["days", "months", "years"]}),
    ),
    "MeasureAsked": _object(
        "id measure subject record body decided_on last_day standing clause answered",
        measure=ref("Measure"),
        subject=_object("code name"),
        record=_object("id catalogue", catalogue=TEXT_OR_NULL),
        body=_object("code name"),
        decided_on=DAY,
        last_day=DAY,
        standing=words_of(joint_measures.STANDINGS),
        clause=TEXT_OR_NULL,
        answered=_or_null(words_of(joint_measures.DONE)),
    ),
    "MeasureAskedList": _object("items next as_of", items=_list(ref("MeasureAsked")), next=TEXT_OR_NULL, as_of=DAY),
    "Feedback": _object("done", "text", done=words_of(joint_measures.DONE), text={**TEXT, "maxLength": 500}),
    "Verification": _object(
        "number state received due provisional records grounds question finding answer",
        state={"type": "string", "enum": ["open", "answered", "no_longer_needed"]},
        received=DAY,
        due=DAY_OR_NULL,
        provisional=YES_OR_NO,
        records=_list(_object("id item title document_no determined_on", determined_on=DAY)),
        grounds=_list({"type": "string", "enum": ["facts", "forbidden", "past period"]}),
        finding=_or_null({"type": "string", "enum": list(words.FINDINGS)}),
        answer=TEXT_OR_NULL,
    ),
    "VerificationList": _object("items next", items=_list(ref("Verification")), next=TEXT_OR_NULL),
    "VerificationAnswer": _object("finding", "text", finding=words_of(words.FINDINGS), text={**TEXT, "maxLength": 2000}),
    "Doubt": _object("subject record text", subject=ref("Asked"), text={**TEXT, "maxLength": 2000}),
    "Received": _object("number due", due=DAY_OR_NULL),
    "Measures": _object("city items as_of", items=_list(ref("Measure")), as_of=DAY),
    "Refused": _object("line field reason", line=NUMBER),
    "Verdict": _object(
        "genuine number made_at subject recipient superseded",
        genuine={**YES_OR_NO, "description": "是否为本平台出具的报告"},
        number=TEXT_OR_NULL,
        made_at=TEXT_OR_NULL,
        subject={**TEXT_OR_NULL, "description": "报告主体，自然人的姓名已遮盖"},
        recipient={**TEXT_OR_NULL, "description": "仅供使用者；null 为主体本人"},
        superseded={"type": ["boolean", "null"], "description": "报告所说的内容是否已不全是现状"},
    ),
    "Accepted": _object(
        "batch accepted duplicate refused",
        "warnings",
        accepted=NUMBER,
        duplicate=NUMBER,
        refused=_list(ref("Refused")),
        warnings=_list(TEXT),
    ),
    "Rows": _object(
        "kind rows",
        "provider",
        rows={"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": {"type": "object", "additionalProperties": TEXT_OR_NULL}},
    ),
    "SharedSubject": _object(
        "name kind records records_next lists commitments as_of query",
        "code former_names status legal_representative registration successor",
        code=CODE,
        former_names=_list(TEXT),
        kind=words_of(words.KIND),
        status=words_of(words.STATUS),
        legal_representative=TEXT_OR_NULL,
        registration={"type": "object", "additionalProperties": TEXT_OR_NULL},
        successor=_or_null(ref("Office")),
        records=_list(ref("SharedRecord")),
        records_next=_ENVELOPE["next"],
        lists=_list(ref("SharedListEntry")),
        commitments=_list(ref("SharedCommitment")),
        as_of=_ENVELOPE["as_of"],
        query=QUERY_ID,
    ),
    "Asked": {"oneOf": [_ORGANISATION, _PERSON]},
    "Compared": {"oneOf": [_only("code name", code=_SHORT, name=_SHORT), _PERSON]},
    "Comparison": _object("match as_of query", match=YES_OR_NO, as_of=_ENVELOPE["as_of"], query=QUERY_ID),
    "ConsentOf": _only(
        "subject purpose items last_day",
        "uses",
        subject=ref("Asked"),
        purpose={**_SHORT, "maxLength": 100, "description": "用途；信息主体读到的就是这句话"},
        items={**_list(_SHORT), "minItems": 1, "description": "目录项代码"},
        uses={**NUMBER, "minimum": 1, "maximum": MOST_USES, "default": 1},
        last_day=DAY,
    ),
    "Consent": _object(
        "id state purpose items uses used last_day answer_until reports",
        state={**TEXT, "enum": [state.replace(" ", "_") for state in STATES]},
        items=_list(TEXT),
        uses=NUMBER,
        used=NUMBER,
        last_day=DAY,
        answer_until=DAY,
        reports=_list(TEXT),
    ),
    "ReportBy": _only(
        "consent subject purpose",
        "items",
        consent=_SHORT,
        subject=ref("Asked"),
        purpose=_SHORT,
        items={**_list(_SHORT), "minItems": 1},
    ),
    "Report": _object(
        "id state asked_at content file",
        state={**TEXT, "enum": ["asked", "ready", "failed"]},
        content={"type": "object", "description": "报告的全部内容，与 PDF 所附的 JSON 相同"},
        file={**TEXT_OR_NULL, "description": "签名 PDF 的链接，5分钟内有效；还没有生成时为 null"},
    ),
    "ReviewOf": _only(
        "subjects",
        subjects={
            **_list({"description": "与查询接口的正文相同；写法有误的一行单独退回"}),
            "minItems": 1,
            "maxItems": MOST_REVIEWED,
        },
    ),
    "Review": _object(
        "items answered unknown refused unavailable as_of",
        items=_list(ref("Reviewed")),
        answered=NUMBER,
        unknown=NUMBER,
        refused=NUMBER,
        unavailable=NUMBER,
        as_of=_ENVELOPE["as_of"],
    ),
    "Reviewed": _object(
        "row outcome",
        "detail code name kind categories severities lists records query",
        row={**NUMBER, "description": "第几个查询对象，从1起"},
        outcome=words_of(words.OUTCOME),
        code=TEXT_OR_NULL,
        kind=words_of(words.KIND),
        categories=_COUNTS,
        severities=_COUNTS,
        lists=_COUNTS,
        records={**_list(ref("Brief")), "description": "最新的10条；全部记录请用查询接口"},
        query=QUERY_ID,
    ),
    "Brief": _object(
        "id catalogue catalogue_name category title document_no provider determined_on valid_until severity flags",
        category=_RECORD["category"],
        document_no=TEXT_OR_NULL,
        provider=ref("Office"),
        determined_on=DAY,
        valid_until=_END["valid_until"],
        **_MARKS,
    ),
    "Problem": _object(
        "type title status detail",
        "clause from_when reference",
        status=NUMBER,
        type={**TEXT, "description": "稳定的错误类型"},
        from_when=DAY,
    ),
}
