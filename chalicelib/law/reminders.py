"""What is announced to whom, when and on which clause: one table, the duty to tell as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Audience = Literal["subject", "provider", "officers", "supervisors", "body"]
"""`body` is whoever received a record, recognised a list entry or carries a measure: by its USCC or the id of its key."""
Moment = Literal["at once", "as wished", "that day", "working days before", "days before", "days after"]
"""When it is told, seen from the act or from the last day: `at once` waits for nothing, not even for the day's other notices; `as
wished` is at once for who wishes that, and with the day's others for everybody else."""
Thing = Literal["record", "case", "consent", "submission", "message", "untold", ""]
"""What it is about: by that is seen whether it is settled in the meantime; nothing where what has happened cannot be."""


@dataclass(frozen=True)
class Reminder:
    """One kind of notice. `count` are the days of `moment`; `statutory` ones cannot be unsubscribed; the higher its `weight`, the
    sooner a short message names it among several."""

    kind: str
    name: str
    to: tuple[Audience, ...]
    moment: Moment
    clause: str
    thing: Thing = ""
    count: int = 0
    statutory: bool = True
    weight: int = 5


_SUBJECT: tuple[Audience, ...] = ("subject",)
_PROVIDER: tuple[Audience, ...] = ("provider",)
_OFFICERS: tuple[Audience, ...] = ("officers",)
_SUPERVISORS: tuple[Audience, ...] = ("supervisors",)

TABLE: tuple[Reminder, ...] = (
    # Subjects: what is entered about them, and what ends.
    Reminder("record entered", "新增一条记录", _SUBJECT, "that day", "NTG-2.5", "record", weight=9),
    Reminder("repair possible", "可以申请信用修复", _SUBJECT, "that day", "NT-34", "record", statutory=False, weight=4),
    Reminder("repair received", "收到修复申请", _SUBJECT, "that day", "NT-34", weight=4),
    Reminder("repair opinion", "修复意见开始公示", _SUBJECT, "that day", "NT-35", weight=6),
    Reminder("repair returned", "修复申请被退回", _SUBJECT, "that day", "NT-35", weight=7),
    Reminder("repair refused", "修复申请未获同意", _SUBJECT, "that day", "NT-35", weight=8),
    Reminder("repair took effect", "信用修复已生效", _SUBJECT, "that day", "KLM-20", weight=6),
    Reminder("repair shortened", "修复后有效期提前结束", _SUBJECT, "that day", "NT-35", weight=6),
    Reminder("record corrected", "记录已更正", ("subject", "body"), "that day", "NT-32", weight=7),
    Reminder("record withdrawn", "记录已撤回", ("subject", "body"), "that day", "NT-37", weight=7),
    Reminder("record repaired", "收到过的记录已修复", ("body",), "that day", "KLM-20", weight=6),
    Reminder("record shortened", "收到过的记录有效期提前结束", ("body",), "that day", "NT-35", weight=6),
    Reminder("record ended", "记录已到期", _SUBJECT, "that day", "NT-30", weight=3),
    Reminder("publicity ended", "公示已结束", _SUBJECT, "that day", "HY-25d", statutory=False, weight=3),
    Reminder("left list", "已退出名单", ("subject", "body"), "that day", "HY-20d", weight=5),
    Reminder("measure ended", "联合奖惩措施已结束", ("subject", "body"), "that day", "KLM-20c", weight=5),
    # Subjects: what they asked for.
    Reminder("objection received", "收到异议", _SUBJECT, "that day", "NT-31", weight=4),
    Reminder("objection verified", "异议已核查", _SUBJECT, "that day", "NT-32", weight=4),
    Reminder("objection asks", "异议需要补充材料", _SUBJECT, "that day", "NT-31", "case", weight=9),
    Reminder("objection decided", "异议已处理", _SUBJECT, "that day", "NT-32", weight=8),
    Reminder("appeal received", "收到复核申请", ("subject", "supervisors"), "that day", "NT-33", weight=5),
    Reminder("appeal decided", "复核已有结果", _SUBJECT, "that day", "NT-33", weight=8),
    Reminder("exit received", "收到退出名单申请", _SUBJECT, "that day", "HY-26c", weight=4),
    Reminder("exit decided", "退出名单申请已有结果", _SUBJECT, "that day", "HY-26c", weight=8),
    Reminder("promise made", "已登记容缺承诺", _SUBJECT, "that day", "KLM-6", "case", weight=4),
    Reminder("promise due", "承诺补齐的材料即将到期", ("subject", "provider"), "working days before", "KLM-6", "case", count=2, weight=8),
    Reminder("promise overdue", "承诺补齐的材料已逾期", ("subject", "provider"), "days after", "KLM-6", "case", count=1, weight=9),
    # Subjects: who learns of them.
    Reminder("consent asked", "有单位申请查询", _SUBJECT, "at once", "NT-22", weight=9),
    Reminder("consent given", "授权已生效", _SUBJECT, "at once", "NT-22", weight=6),
    Reminder("consent used", "授权已被使用", _SUBJECT, "that day", "HY-27b", statutory=False, weight=5),
    Reminder("consent ending", "授权即将到期", _SUBJECT, "days before", "NT-22", "consent", count=7, statutory=False, weight=2),
    Reminder("consent ended", "授权已到期", ("subject", "body"), "that day", "NT-22", statutory=False, weight=2),
    Reminder("query made", "信用信息被查询", _SUBJECT, "as wished", "HY-27b", statutory=False, weight=5),
    Reminder("incident", "信息安全事件告知", _SUBJECT, "at once", "NT-36b", weight=10),
    # Providers: what they owe, before the day and after it.
    Reminder("verification asked", "有异议待核查", _PROVIDER, "that day", "NT-32", "case", weight=7),
    Reminder("verification due", "异议核查即将到期", _PROVIDER, "working days before", "NT-32", "case", count=2, weight=8),
    Reminder("verification overdue", "异议核查已逾期", ("provider", "officers"), "days after", "NT-32", "case", count=1, weight=10),
    Reminder("opinion asked", "有修复申请待出具意见", _PROVIDER, "that day", "NT-35", "case", weight=7),
    Reminder("opinion due", "修复意见即将到期", _PROVIDER, "working days before", "NT-35", "case", count=2, weight=8),
    Reminder("opinion overdue", "修复意见已逾期", ("provider", "officers"), "days after", "NT-35", "case", count=1, weight=10),
    Reminder("publicity due", "双公示期限临近", _PROVIDER, "working days before", "KLM-3", "submission", count=2, weight=7),
    Reminder("list report due", "名单报送（零报告）即将到期", _PROVIDER, "days before", "NT-17", "submission", count=5, weight=6),
    Reminder("list report overdue", "名单报送（零报告）已逾期", ("provider", "officers"), "days after", "NT-17", "submission", 1, weight=8),
    Reminder("end missing", "名单缺少有效期", _PROVIDER, "that day", "HY-20a", weight=6),
    Reminder("exit asked", "有退出名单申请待决定", _PROVIDER, "that day", "HY-26c", "case", weight=7),
    Reminder("serve notice", "请代为送达告知", _PROVIDER, "that day", "NTG-2.5", weight=7),
    Reminder("incentive doubted", "守信名单主体新增失信记录", ("provider", "body", "officers"), "that day", "HY-20c", weight=7),
    Reminder("watched act", "重点关注主体新增严重失信", ("provider", "officers"), "that day", "NTN-3c", weight=8),
    Reminder("tip passed on", "有举报转来待处理", _PROVIDER, "that day", "AK-3.7", weight=6),
    Reminder("measure asked", "有联合奖惩措施待办理", ("body", "provider"), "that day", "KLM-17", "case", weight=6),
    # The centre: what it decides, corrects and must not miss.
    Reminder("case arrived", "有新的申请待办理", _OFFICERS, "that day", "NT-32", "case", weight=6),
    Reminder("decision due", "处理决定即将到期", _OFFICERS, "working days before", "NT-32", "case", count=2, weight=9),
    Reminder("decision overdue", "处理决定已逾期", ("officers", "supervisors"), "days after", "NT-32", "case", count=1, weight=10),
    Reminder("correction due", "记录更正即将到期", ("officers", "provider"), "working days before", "NT-32", "case", count=1, weight=9),
    Reminder("correction overdue", "记录更正已逾期", ("officers", "provider", "supervisors"), "days after", "NT-32", "case", 1, weight=10),
    Reminder("appeal due", "复核即将到期", _SUPERVISORS, "working days before", "NT-33", "case", count=2, weight=9),
    Reminder("appeal overdue", "复核已逾期", _SUPERVISORS, "days after", "NT-33", "case", count=1, weight=10),
    Reminder("receiver to tell", "导出过的记录有变化，请告知接收单位", _OFFICERS, "that day", "KLM-20", weight=6),
    Reminder("case report due", "案例报告应当报送", _OFFICERS, "that day", "NT-28b", weight=6),
    Reminder("notice uncertain", "有法定告知不确定是否送出", _OFFICERS, "that day", "NTG-2.5", "message", weight=6),
    Reminder("notice untold", "有法定告知没有送达途径", _OFFICERS, "that day", "NTG-2.5", "untold", weight=5),
)
"""Every notice there is, in the order in which the desk lists them."""

REMINDERS: Mapping[str, Reminder] = {one.kind: one for one in TABLE}

SEVERAL = "daily"
"""The kind of the one message in which a subject's notices of a day come."""


def audience_of(to: str) -> Audience:
    """Who stands behind an address such as `s:<subject id>`, `provider:<USCC>`, `body:<id>` or `officers`; ValueError for any other."""
    named: dict[str, Audience] = {"s": "subject", "provider": "provider", "body": "body"}
    before, colon, after = to.partition(":")
    if colon and after and before in named:
        return named[before]
    if to == "officers":
        return "officers"
    if to == "supervisors":
        return "supervisors"
    raise ValueError("an address of a notice is s:, provider: or body: with an id, officers, or supervisors")


def announced(kind: str, to: str) -> Reminder:
    """The row for a notice to somebody; ValueError when the table has no such kind, or does not tell them of it."""
    row = REMINDERS.get(kind)
    if row is None or audience_of(to) not in row.to:
        raise ValueError(f"the table of reminders has no {kind!r} for {to.partition(':')[0]}")
    return row


def by_urgency(kinds: Iterable[str]) -> list[str]:
    """The kinds of a day's notices, the most urgent first: it is the one that a short message names. The table's order decides between
    equals."""
    order = {one.kind: place for place, one in enumerate(TABLE)}
    return sorted(kinds, key=lambda kind: (-REMINDERS[kind].weight, order[kind]))
