"""What one person may do in another's name: the rights of a mandate, as data, and who may give them on (NT-22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.law.decisions import Refused, phrase
from chalicelib.records.people import Delegation, Mandate

RIGHTS: Mapping[str, str] = {
    "read": phrase("查看本单位的信用档案和查询记录"),
    "report": phrase("申请、下载信用报告"),
    "consent": phrase("同意、拒绝或撤销他人查询"),
    "object": phrase("提出异议"),
    "repair": phrase("申请信用修复"),
    "contact": phrase("管理联系方式和通知"),
    "delegate": phrase("委托他人办理"),
}
"""Every right by its name, with what it allows."""
LEGAL_REPRESENTATIVE = "legal_representative"
"""What an issuer says in place of single rights of whom the law lets act for the organisation in everything."""
NEVER_DELEGATED = frozenset({"delegate"})
"""Who acts by delegation does not delegate on."""
LONGEST_DELEGATION = 366
"""Days: a delegation is given anew at least once a year."""


def stated_rights(words: Iterable[object]) -> tuple[str, ...]:
    """The rights that an issuer states, in our order; words that are not ours give nothing."""
    stated = set(map(str, words))
    return tuple(RIGHTS) if LEGAL_REPRESENTATIVE in stated else tuple(right for right in RIGHTS if right in stated)


def delegable(mandate: Mandate, rights: Iterable[str], last_day: date, today: date) -> tuple[str, ...]:
    """The rights that a mandate gives on, in our order; `Refused` when it may not, or not those, or not until then."""
    wanted = set(rights)
    if "delegate" not in mandate.rights:
        raise Refused("只有法定代表人可以委托他人：请由法定代表人本人登录后办理", "NT-22")
    if not wanted:
        raise Refused("请至少选择一项委托权限")
    if wanted - (set(mandate.rights) - NEVER_DELEGATED):
        raise Refused("所选权限中有不能委托的：受托人不能再委托他人")
    if last_day < today:
        raise Refused("委托的最后一天已经过去：请填写今天或以后的日期")
    if (last_day - today).days > LONGEST_DELEGATION:
        raise Refused("委托最长{days}天：请填写早一些的日期，到期可以重新委托", days=LONGEST_DELEGATION)
    return tuple(right for right in RIGHTS if right in wanted)


def suspended(delegation: Delegation, representative: str | None) -> bool:
    """Whether a delegation rests: the register names another legal representative than when it was given."""
    return delegation.representative != representative


def in_force(delegation: Delegation, representative: str | None, today: date) -> bool:
    """Whether a delegation counts on a day: neither revoked nor ended nor suspended."""
    return delegation.revoked is None and today <= delegation.last_day and not suspended(delegation, representative)
