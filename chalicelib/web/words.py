"""The words in which pages say what the data say in codes; each word stands here once."""

from __future__ import annotations

from collections.abc import Mapping

KIND: Mapping[str, str] = {
    "organisation": "法人及非法人组织",
    "individual_business": "个体工商户",
    "government_body": "政府机关",
    "natural_person": "自然人",
}
STATUS: Mapping[str, str] = {"active": "存续", "revoked": "吊销", "cancelled": "注销", "moved_out": "迁出", "merged": "已合并"}
SEVERITY: Mapping[str, str] = {"minor": "轻微", "general": "一般", "severe": "严重"}
FLAG: Mapping[str, str] = {"under_objection": "异议处理中", "corrected": "已更正"}
MATCHED: Mapping[str, str] = {"name": "名称相符", "former_name": "曾用名相符", "code": "代码相符"}
CATALOGUE: Mapping[str, str] = {"licence": "许可", "penalty": "处罚"}
LICENCE_STATE: Mapping[str, str] = {"1": "有效", "2": "无效"}

STATUS_COLOUR: Mapping[str, str] = {"active": "green", "revoked": "red", "cancelled": "grey", "moved_out": "grey", "merged": "grey"}
CATEGORY_COLOUR: Mapping[str, str] = {"negative": "red", "positive": "green", "basic": "blue", "other": "blue"}
SEVERITY_COLOUR: Mapping[str, str] = {"minor": "yellow", "general": "orange", "severe": "magenta"}

PUBLICITY: Mapping[str, Mapping[str, str]] = {
    "licences": {
        "name": "行政许可",
        "catalogue": "licence",
        "category": "basic",
        "about": "行政机关准予许可的决定：谁获得了什么许可，由谁决定，有效期到哪一天。",
    },
    "penalties": {
        "name": "行政处罚",
        "catalogue": "penalty",
        "category": "negative",
        "about": "行政机关按一般程序作出的处罚决定：谁因为什么受到处罚，由谁决定，展示到哪一天。",
    },
}
"""The kinds of publicity that are served."""
COMING: Mapping[str, str] = {
    "redlist": "红名单",
    "blacklist": "黑名单",
    "warnings": "预警名单",
    "repairs": "信用修复",
    "exits": "退出名单",
    "corrections": "更正公告",
    "commitments": "信用承诺",
}
"""Kinds that the window will serve: an address that exists, with nothing in it yet."""

CONTENT: Mapping[str, str] = {
    "breach_type": "违法行为类型",
    "facts": "违法事实",
    "basis": "处罚依据",
    "penalty_type": "处罚类别",
    "decision": "处罚内容",
    "fine": "罚款金额",
    "confiscated": "没收金额",
    "revoked_licence": "暂扣或吊销证照",
    "licence_name": "许可证书名称",
    "licence_no": "许可编号",
    "licence_type": "许可类别",
    "content": "许可内容",
    "valid_from": "有效期自",
    "valid_to": "有效期至",
    "authority": "决定机关",
    "authority_code": "决定机关代码",
    "state": "当前状态",
}
"""Labels of a record's content, in the order of its own fields."""
MONEY = frozenset({"fine", "confiscated"})
DAYS = frozenset({"valid_from", "valid_to"})
SAID_ELSEWHERE = frozenset({"authority", "authority_code"})
"""Content that a card shows in its own lines."""
