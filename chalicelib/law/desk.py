"""Who may do what at the desk, and what an officer looks at before an archive is opened at the counter (NT-22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from chalicelib.law.decisions import Refused, phrase
from chalicelib.law.identifiers import PERSON_TYPES, check_person_number, check_uscc
from chalicelib.law.masking import holds_person_number
from chalicelib.records.identifiers import Identifier

LONGEST_REASON = 200
"""Characters of a reason."""
COUNTER_LASTS = timedelta(minutes=20)
"""How long an archive stays open at the counter."""

Role = Literal["officer", "supervisor", "handler", "provider"]


@dataclass(frozen=True)
class Task:
    """Something that is done at the desk: where, what it is, and the roles that may."""

    path: str
    name: str
    about: str
    roles: tuple[Role, ...]


TASKS: tuple[Task, ...] = (
    Task(
        "/desk/counter",
        phrase("窗口办理"),
        phrase(
            "核对来人的证件原件后，限时打开本人（本单位）的档案：打印档案，申请和打印信用报告。谁在什么时候因为什么打开，本人都能看到。"
        ),
        ("officer",),
    ),
    Task(
        "/desk/mandates",
        phrase("纸质委托书"),
        phrase("登记单位交来的委托书：一名经办人录入，另一名经办人对照原件确认后生效；单位和经办人都可以撤销。"),
        ("officer",),
    ),
    Task(
        "/desk/written-consents",
        phrase("书面同意"),
        phrase("登记本人签署的书面授权：一名经办人录入并上传扫描件，另一名经办人对照原件确认后，被授权的单位才能查询。"),
        ("officer",),
    ),
    Task(
        "/desk/objections",
        phrase("异议处理"),
        phrase("按期限排列的异议：请提供单位核实，请当事人补充材料，逐条作出维持、更正或者删除的决定，打印告知书。"),
        ("officer",),
    ),
    Task(
        "/desk/verifications",
        phrase("异议核实"),
        phrase("信用中心请本单位核实的记录：对照原始文书，答复无误、部分有误、有误或者不是本单位提供的。"),
        ("provider",),
    ),
    Task(
        "/desk/appeals",
        phrase("异议复核"),
        phrase("当事人对异议答复不服的：由没有作出原答复的人复核，答复写明行政复议和行政诉讼的途径。"),
        ("supervisor",),
    ),
    Task(
        "/desk/complaints",
        phrase("投诉"),
        phrase("对查询、使用和服务的投诉：逐件答复，当事人在自己的页面上看到答复。"),
        ("officer",),
    ),
    Task(
        "/desk/tips",
        phrase("举报"),
        phrase(
            "公众对单位严重失信行为的举报：举报办理人承办，转主管部门时不透露举报人，按编号答复；只有承办人写明理由才能查看举报人，每次都有记录。"
        ),
        ("handler", "provider"),
    ),
    Task(
        "/desk/special-needs",
        phrase("特殊查询需求"),
        phrase("政府部门在目录范围之外的查询需求：信息提供单位经办人或信用中心经办人申请，由不是申请人的信用中心经办人决定。"),
        ("officer", "provider"),
    ),
    Task(
        "/desk/lists",
        phrase("名单退出和提请处理"),
        phrase("认定单位决定主体提前退出名单，由信用中心的另一名经办人复核后生效；名单主体有新情况的，提请认定单位决定。"),
        ("officer", "provider"),
    ),
    Task(
        "/desk/measures",
        phrase("联合奖惩措施"),
        phrase("系统按措施清单提出建议，由经办人逐件决定采取或者不采取并署名；推送给实施单位，收集它们的反馈。"),
        ("officer",),
    ),
    Task(
        "/desk/promises",
        phrase("容缺受理"),
        phrase("当事人出示绿色通道资格证明的：登记承诺补齐的材料和最后一天，到期前提醒双方，记下按时、晚到或者没有补齐。"),
        ("provider",),
    ),
    Task(
        "/desk/typical-cases",
        phrase("典型案例"),
        phrase("从单位正在公开的记录写成典型案例：一名经办人写，另一名复核后公布；记录到期、更正、修复或退出名单，案例随之撤下。"),
        ("officer",),
    ),
    Task(
        "/desk/merges",
        phrase("档案合并"),
        phrase("同一单位的两个档案合为一个，或者撤销错误的合并：一名经办人凭登记机关的文书提出，另一名经办人核对确认后办理。"),
        ("officer",),
    ),
    Task(
        "/desk/case-reports",
        phrase("案例报送"),
        phrase("按本市规定每月或者每季度向信用管理部门报送的案例：到期提醒，下载报告，报送后登记。"),
        ("officer", "supervisor"),
    ),
    Task(
        "/desk/notices",
        phrase("通知"),
        phrase("告知我单位的事项；没有发出、说不清是否发出、没有途径送达的告知，信函的打印和寄送，以及每种通知的样张。"),
        ("officer", "supervisor", "provider"),
    ),
    Task(
        "/desk/repairs",
        phrase("信用修复"),
        phrase("提供单位经办人对修复申请提出意见，意见公示期满没有异议的生效；信用中心经办人登记公示期间收到的异议。"),
        ("officer", "provider"),
    ),
    Task(
        "/desk/records",
        phrase("更正和撤回"),
        phrase("查找本单位提供的记录，写明理由后更正；要撤回的，由另一名经办人确认。"),
        ("provider",),
    ),
    Task(
        "/desk/submissions",
        phrase("报送信息"),
        phrase("选择种类，下载模板，上传 CSV 或 XLSX 文件：先核对预览，再提交；被退回的行可以在页面上改正后重新报送。"),
        ("provider",),
    ),
    Task(
        "/desk/batches",
        phrase("我的批次"),
        phrase("每一次报送的回执和被退回的行。报送有误的整批撤回：一人提出并写明理由，另一人确认。"),
        ("provider", "officer"),
    ),
    Task(
        "/desk/declared",
        phrase("报送时限"),
        phrase("登记已经作出、还没有报送的决定，每月总数或者零报告；查看每件决定还剩几个工作日，以及本单位的红黄绿灯。"),
        ("provider",),
    ),
    Task(
        "/desk/bulletin",
        phrase("报送通报"),
        phrase("各提供单位按时、迟报、缺报的比例和红黄绿灯，归集和使用的统计；每季度一份通报。"),
        ("officer", "supervisor"),
    ),
    Task(
        "/desk/jobs",
        phrase("定时任务"),
        phrase("每天按时办理的到期、公示、提醒：什么时候办的，办了多少，用了多久，有没有办不成的。"),
        ("officer", "supervisor"),
    ),
)
"""The tasks in the order in which the desk names them."""

PAGE_OF: Mapping[str, Mapping[str, str]] = {
    "objection": {"officer": "/desk/objections", "supervisor": "/desk/appeals"},
    "verification": {"provider": "/desk/verifications"},
    "repair": {"provider": "/desk/repairs"},
    "withdrawal": {"provider": "/desk/records"},
    "exit": {"provider": "/desk/lists", "officer": "/desk/lists"},
    "listing review": {"provider": "/desk/lists"},
    "monitoring": {"provider": "/desk/lists"},
    "measure": {"officer": "/desk/measures"},
    "promise": {"provider": "/desk/promises"},
    "typical case": {"officer": "/desk/typical-cases"},
    "merging": {"officer": "/desk/merges"},
}
"""On which page a case is worked on, by its procedure and for whom it waits."""

DOCUMENTS: Mapping[str, str] = {
    "resident_id": phrase("居民身份证原件"),
    "foreign_permanent_resident": phrase("外国人永久居留身份证原件"),
    "hong_kong_macao_taiwan_residence": phrase("港澳台居民居住证原件"),
    "hong_kong_macao_permit": phrase("港澳居民来往内地通行证原件"),
    "taiwan_permit": phrase("台湾居民来往大陆通行证原件"),
    "passport": phrase("护照原件"),
    "representative": phrase("营业执照（登记证书）和法定代表人的身份证件原件"),
    "agent": phrase("营业执照（登记证书）、委托书和经办人的身份证件原件"),
}
"""What an officer can have looked at: a person's document, by the type of its number, or what speaks for an organisation."""
_OF_ORGANISATIONS = frozenset({"representative", "agent"})
_WORDS = {kind: words for words, kind in reversed(PERSON_TYPES.items())}


def tasks_of(roles: Iterable[str]) -> tuple[Task, ...]:
    """What somebody with these roles (`officer`, `provider:<USCC>`) may do at the desk."""
    held = {role.partition(":")[0] for role in roles}
    return tuple(task for task in TASKS if held & set(task.roles))


def bodies_of(roles: Iterable[str]) -> tuple[str, ...]:
    """The bodies (USCC) for which somebody with these roles is a clerk; none for the centre's own people."""
    return tuple(code for role, _, code in (role.partition(":") for role in roles) if role == "provider" and code)


def queues_of(roles: Iterable[str]) -> tuple[str, ...]:
    """The names of the queues of cases from which somebody with these roles works, as cases say whom they wait for."""
    return tuple(role for role in roles if role in ("officer", "supervisor") or role.startswith("provider:"))


def number_on(document: str, number: str) -> Identifier:
    """The number that stands on the document that was looked at: a USCC, or a person's by the rule of its type."""
    if document not in DOCUMENTS:
        raise Refused("请选择核对了哪一种证件", "NT-22")
    return check_uscc(number) if document in _OF_ORGANISATIONS else check_person_number(_WORDS[cast(Any, document)], number)


def checked_reason(reason: str) -> str:
    """Why an archive is opened, as its subject will read it."""
    text = " ".join(reason.split())
    if not 1 <= len(text) <= LONGEST_REASON or not text.isprintable():
        raise Refused("请写明办理事由（1至{most}个字）：本人会看到", most=LONGEST_REASON)
    if holds_person_number(text):
        raise Refused("办理事由中不要写证件号码")
    return text
