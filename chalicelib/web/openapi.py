"""The API's own description (OpenAPI 3.1): which addresses there are, what they take, what they answer, and how often one may ask.

It is made of the parameters that the routes check and of the limits that are enforced; a test holds routes and answers to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib import cities, settings
from chalicelib.web import parameters, problems, words
from chalicelib.web.language import current, either, gettext, say
from chalicelib.web.limits import limit_of
from chalicelib.web.operations import OPERATIONS, Operation
from chalicelib.web.parameters import MEANINGS, Parameter, words_of
from chalicelib.web.problems import Problem
from chalicelib.web.schemas import CODE, MOST_ROWS, NUMBER, SCHEMAS, TEXT, Schema, ref

_PATH_PARTS: Mapping[str, Schema] = {
    "code": {**CODE, "minLength": 1},
    "kind": words_of({kind: entry.name for kind, entry in words.PUBLICITY.items()}),
    "number": {**TEXT, "description": "报告编号或者申请编号", "minLength": 1},
}


def document() -> dict[str, Any]:
    """The whole document, told in the reader's language; its names and words are the same in every language."""
    city = cities.identity(settings.city())
    title = say("{site}开放接口", site=either(city.site_name, city.site_name_en))
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    described = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": _ABOUT, "contact": {"name": city.operator}},
        "servers": [{"url": f"https://{city.host}"}],
        "paths": paths,
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "信用中心发给报送和使用单位的密钥，以 mx_ 开头"}
            },
        },
    }
    return described if current() == "zh" else _translated(described)


def _translated(part: Any) -> Any:
    """A part of the document with its explanations in the reader's language; what has been said already stays."""
    if isinstance(part, list):
        return [_translated(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {name: _explained(value) if name in _EXPLAINING else _translated(value) for name, value in part.items()}


def _explained(told: Any) -> Any:
    return gettext(told) if isinstance(told, str) else {word: _explained(meaning) for word, meaning in told.items()}


_EXPLAINING = frozenset({"description", "summary", MEANINGS})


_ABOUT = (
    "公开的信息不用登录即可读取。回答依据 as_of 那一天：过了 valid_until 的记录不得再作为依据，也不得继续展示。"
    "错误一律为 application/problem+json（RFC 9457），type 不变。不认识的、重复的参数会被拒绝；以后可能增加新的字段，请忽略不认识的字段。"
)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": say(operation.about, rows=MOST_ROWS),
        "parameters": [*_path_parts(operation.path), *map(_parameter, operation.parameters)],
        "responses": _responses(operation),
        **_limit(operation.path),
    }
    described["parameters"] += operation.headers
    if operation.keyed:
        described["security"] = [{"key": []}]
    if operation.body:
        described["requestBody"] = {"required": True, "content": {type_: {"schema": schema} for type_, schema in operation.body.items()}}
    return described


def _path_parts(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name, schema in _PATH_PARTS.items() if "{" + name + "}" in path
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        # Forms send what nobody filled in; a word has to be one of its enumeration.
        "allowEmptyValue": not parameter.required,
        "description": say(parameter.about, most=parameters.LARGEST_LIMIT, usual=parameters.USUAL_LIMIT),
        "schema": dict(parameter.schema),
        "example": int(parameter.example) if parameter.schema["type"] == "integer" else parameter.example,
    }


def _responses(operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "回答", "content": {type_: {"schema": schema} for type_, schema in operation.answers.items()}}
    answers = {"200": good}
    if operation.method == "get" and not operation.keyed:
        headers = {"ETag": {"schema": TEXT, "description": "放进 If-None-Match 再问：没有变化时答 304，不带正文"}}
        answers = {"200": {**good, "headers": headers}, "304": {"description": "没有变化"}}
    told = sorted({*operation.problems, *_ALWAYS}, key=lambda problem: problem.status)
    return {**answers, **{str(problem.status): _problem(problem) for problem in told}}


_ALWAYS = (problems.TOO_MANY, problems.UNEXPECTED, problems.UNAVAILABLE)


def _problem(problem: Problem) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": problem.title,
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }
    if problem is problems.TOO_MANY:
        described["headers"] = {"Retry-After": {"schema": NUMBER, "description": "多少秒之后可以再来"}}
    return described


def _limit(path: str) -> dict[str, Any]:
    limit = limit_of(path)
    return {"x-limit": {"requests": limit.requests, "seconds": limit.seconds, "per": "address"}} if limit else {}


@dataclass(frozen=True)
class Example:
    """A call to copy: what it does, by curl and in Python."""

    about: str
    curl: str
    python: str


def examples() -> tuple[Example, ...]:
    """Calls that work as they stand on the window of this city."""
    city = cities.identity(settings.city())
    base = f"https://{city.host}"
    addresses = (
        ("按名称查主体", f"{base}/api/v1/subjects?{urlencode({'q': city.example.name})}"),
        ("一个主体的全部公开记录", f"{base}/api/v1/subjects/{quote(city.example.code)}"),
        ("一段日期内的行政处罚", f"{base}/api/v1/publicity/penalties?from=2026-10-01&to=2026-10-31"),
    )
    return tuple(Example(about, f"curl '{address}'", _python(address)) for about, address in addresses)


def _python(address: str) -> str:
    return f'import json\nfrom urllib.request import urlopen\n\nwith urlopen("{address}") as answer:\n    print(json.load(answer))\n'
