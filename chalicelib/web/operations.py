"""The addresses of the API that are described: what each does, what it takes, what it answers and how it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.web import atom, parameters, problems, tables
from chalicelib.web.parameters import LONGEST_HEADER, PERCENT_ENCODED, Parameter
from chalicelib.web.problems import Problem
from chalicelib.web.schemas import TEXT, Schema, ref


@dataclass(frozen=True)
class Operation:
    """One address with a method: what it does, what it takes, and the media types and schema of its answer."""

    method: str
    path: str
    name: str
    about: str
    parameters: tuple[Parameter, ...]
    answers: Mapping[str, Schema]
    problems: tuple[Problem, ...] = ()
    keyed: bool = False
    headers: tuple[Schema, ...] = ()
    body: Mapping[str, Schema] = field(default_factory=dict)


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "同一个键在24小时内得到同样的回答",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}


def _stated(name: str, about: str) -> Schema:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_HEADER, "pattern": PERCENT_ENCODED}
    return {"name": name, "in": "header", "required": True, "description": about, "schema": schema, "example": "%E5%B9%B4%E6%A3%80"}


_JSON = "application/json"
_WHY = (
    _stated("X-Purpose", "用途，按 UTF-8 百分号编码，1至200个字；信息主体看得到"),
    _stated("X-Matter", "办理的事项或者编号，按 UTF-8 百分号编码，1至200个字；信息主体看得到，不要写个人证件号码"),
)
_REFUSED_KEY = (problems.NO_KEY, problems.NOT_ALLOWED)
_REFUSED_BODY = (*_REFUSED_KEY, problems.TOO_LARGE, problems.OTHER_CONTENT_TYPE, problems.INVALID_INPUT)
_ANNOUNCED = ref("AnnouncedList")
_WRONG_INPUT = (problems.INVALID_INPUT,)
_WRONG = (problems.NOT_FOUND, problems.INVALID_INPUT)
OPERATIONS = (
    Operation(
        "get",
        "/api/v1/subjects",
        "search",
        "按名称、曾用名或者统一社会信用代码查主体。自然人不能查询。",
        parameters.SEARCH,
        {_JSON: ref("FoundList")},
        _WRONG_INPUT,
    ),
    Operation(
        "get",
        "/api/v1/subjects/{code}",
        "subject",
        "一个主体和它今天依法公开的全部记录，较新的在前，每次最多100条。",
        parameters.SUBJECT,
        {_JSON: ref("Subject")},
        _WRONG,
    ),
    Operation(
        "get",
        "/api/v1/publicity/{kind}",
        "publicity",
        "一个公示栏目的记录，按决定日期，较新的在前。一次回答可以少于 limit 条而仍有 next，请用 cursor 继续。",
        parameters.PUBLICITY,
        {_JSON: _ANNOUNCED},
        _WRONG,
    ),
    Operation(
        "get", "/api/v1/openapi.json", "document", "本说明。", parameters.PLAIN, {_JSON: {"type": "object"}}, (problems.INVALID_INPUT,)
    ),
    Operation(
        "get",
        "/api/v1/verify/{number}/{code}",
        "verify",
        "凭报告编号和校验码核验信用报告。无论哪里不对，回答都一样：genuine 为 false，其余为 null。",
        parameters.PLAIN,
        {_JSON: ref("Verdict")},
        _WRONG_INPUT,
    ),
    Operation(
        "post",
        "/api/v1/records",
        "submit",
        "报送记录：JSON 每次最多{rows}行、1 MB，或者 CSV，最多 5 MB。列名为国家“双公示”目录的列名。",
        parameters.SUBMISSION,
        {_JSON: ref("Accepted")},
        (*_REFUSED_BODY, problems.IN_PROGRESS),
        keyed=True,
        headers=(_IDEMPOTENCY_KEY,),
        body={_JSON: ref("Rows"), "text/csv": TEXT},
    ),
    Operation(
        "get",
        "/api/v1/shared/subjects/{code}",
        "shared_subject",
        "一个单位对政府部门公开和共享的全部记录。每次查询都留下记录，信息主体看得到是谁、何时、为什么查询。",
        parameters.SUBJECT,
        {_JSON: ref("SharedSubject")},
        (*_REFUSED_KEY, *_WRONG),
        keyed=True,
        headers=_WHY,
    ),
    Operation(
        "post",
        "/api/v1/shared/subjects",
        "shared_anyone",
        "与上一接口相同，查询对象写在正文里；个人只能这样查询，姓名和证件号码都要写明。查无此人、姓名不符和没有可以提供的记录，回答都一样。",
        parameters.SUBJECT,
        {_JSON: ref("SharedSubject")},
        (*_REFUSED_BODY, problems.NOT_FOUND),
        keyed=True,
        headers=_WHY,
        body={_JSON: ref("Asked")},
    ),
    Operation(
        "post",
        "/api/v1/reviews",
        "review",
        "信用审查：一次最多500个查询对象，逐个回答。outcome：answered 已回答；unknown 没有这个单位；refused 写法有误，见 detail；"
        "unavailable 查询记录没有写成，请单独再问。",
        parameters.PLAIN,
        {_JSON: ref("Review")},
        _REFUSED_BODY,
        keyed=True,
        headers=_WHY,
        body={_JSON: ref("ReviewOf")},
    ),
    Operation(
        "post",
        "/api/v1/compare",
        "compare",
        "名称与代码是否相符；核对个人的姓名与证件号码，密钥须有 compare:persons 权限。只回答是或者否，以现用名称为准。",
        parameters.PLAIN,
        {_JSON: ref("Comparison")},
        _REFUSED_BODY,
        keyed=True,
        headers=_WHY,
        body={_JSON: ref("Compared")},
    ),
    Operation(
        "post",
        "/api/v1/consents",
        "ask_consent",
        "申请信息主体授权查询。有没有这个主体，回答都一样；登记过联系方式的主体会收到链接，也可以把申请编号（id）交给对方。",
        parameters.PLAIN,
        {_JSON: ref("Consent")},
        (*_REFUSED_BODY, problems.IN_PROGRESS),
        keyed=True,
        body={_JSON: ref("ConsentOf")},
        headers=(_IDEMPOTENCY_KEY,),
    ),
    Operation(
        "get",
        "/api/v1/consents/{number}",
        "consent",
        "一个授权申请现在的状态。",
        parameters.PLAIN,
        {_JSON: ref("Consent")},
        (*_REFUSED_KEY, *_WRONG),
        keyed=True,
    ),
    Operation(
        "post",
        "/api/v1/reports",
        "report_by_consent",
        "按授权出具一份信用报告，计入一次。主体、用途和范围须与授权一致，否则不出具也不计次数。",
        parameters.PLAIN,
        {_JSON: ref("Report")},
        (*_REFUSED_BODY, problems.NOT_FOUND),
        keyed=True,
        body={_JSON: ref("ReportBy")},
        headers=(_IDEMPOTENCY_KEY,),
    ),
    Operation(
        "get",
        "/api/v1/reports/{number}",
        "report",
        "一份已出具的报告；授权撤销之后不再提供。",
        parameters.PLAIN,
        {_JSON: ref("Report")},
        (*_REFUSED_KEY, *_WRONG),
        keyed=True,
    ),
    Operation(
        "get",
        "/api/v1/measures",
        "measures_asked",
        "等待本单位实施或者停止的联合奖惩措施，各按此刻的状态；密钥须有 measures:统一社会信用代码 权限。",
        parameters.SUBJECT,
        {_JSON: ref("MeasureAskedList")},
        (*_REFUSED_KEY, *_WRONG_INPUT),
        keyed=True,
    ),
    Operation(
        "post",
        "/api/v1/measures/{number}/feedback",
        "measure_feedback",
        "反馈一项措施的实施情况；应当停止的，停止后反馈 stopped。",
        parameters.PLAIN,
        {_JSON: ref("MeasureAsked")},
        (*_REFUSED_BODY, problems.NOT_FOUND),
        keyed=True,
        body={_JSON: ref("Feedback")},
    ),
    Operation(
        "get",
        "/api/v1/verifications",
        "verifications",
        "等待本单位核实的异议，最早到期的在前；密钥须能替这个单位报送。",
        parameters.PROVIDERS,
        {_JSON: ref("VerificationList")},
        (*_REFUSED_KEY, *_WRONG_INPUT),
        keyed=True,
    ),
    Operation(
        "post",
        "/api/v1/verifications/{number}",
        "verify_record",
        "答复一件核实：right 无误，partly 部分有误，wrong 有误，not ours 不是本单位提供的。由信用中心作出决定。",
        parameters.PROVIDERS,
        {_JSON: ref("Verification")},
        (*_REFUSED_BODY, problems.NOT_FOUND),
        keyed=True,
        body={_JSON: ref("VerificationAnswer")},
    ),
    Operation(
        "post",
        "/api/v1/doubts",
        "doubt",
        "使用单位认为得到的一条记录有误：与异议一样开始核实，需要暂停的措施随之暂停。",
        parameters.PLAIN,
        {_JSON: ref("Received")},
        _REFUSED_BODY,
        keyed=True,
        body={_JSON: ref("Doubt")},
    ),
    Operation("get", "/publicity/{kind}.json", "publicity_json", "与公示接口相同。", parameters.PUBLICITY, {_JSON: _ANNOUNCED}, _WRONG),
    Operation(
        "get",
        "/publicity/{kind}.csv",
        "publicity_csv",
        "公示记录的表格；写明 month 时是整月的文件，一次放不下的，响应头 Link 给出下一份。",
        parameters.FILE,
        {tables.CSV: TEXT},
        _WRONG,
    ),
    Operation(
        "get",
        "/publicity/{kind}.atom",
        "publicity_atom",
        "公示记录的订阅源（Atom），按公示日期排列，新公示的在最前面；后面的页由 rel 为 next 的链接给出（RFC 5005）。",
        parameters.FEED,
        {atom.ATOM: TEXT},
        _WRONG,
    ),
    Operation("get", "/catalogue.json", "catalogue", "本市的信息目录。", parameters.PLAIN, {_JSON: ref("Catalogue")}, _WRONG_INPUT),
    Operation("get", "/measures.json", "measures", "本市的联合奖惩措施清单。", parameters.PLAIN, {_JSON: ref("Measures")}, _WRONG_INPUT),
)
