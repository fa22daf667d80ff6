"""What look-ups answer, as in the contract's examples. All names and codes are invented."""

from __future__ import annotations

from typing import Any

CODE = "91320699001YNATT8R"
WRONG_CHECK = "91320699001YNATT8X"
UNKNOWN = "913206990000000274"
INDIVIDUAL = "923206990000000196"
PERSON_NUMBER = "320602195001060009"
"""A resident ID number with a right check digit and the order code 000, which is never issued."""


def organisation(**changes: Any) -> dict[str, Any]:
    """An organisation with one penalty."""
    return {
        "code": CODE,
        "name": "海安示例瑞广物流股份有限公司",
        "former_names": ["海安示例瑞广运输有限公司"],
        "kind": "organisation",
        "status": "active",
        "legal_representative": "罗华霞",
        "successor": None,
        "registration": {"established_on": "2011-03-16", "address": "南通市示例路1号", "scope": None, "authority": "南通市数据局"},
        "records": [penalty()],
        "records_next": None,
        "lists": [],
        "commitments": [],
        "as_of": "2026-11-21",
    } | changes


def penalty(**changes: Any) -> dict[str, Any]:
    """A penalty as an organisation's page has it."""
    return {
        "id": "r_8fk2a",
        "catalogue": "penalty",
        "catalogue_name": "行政处罚信息",
        "category": "negative",
        "title": "发布虚假广告",
        "document_no": "通示罚〔2026〕4号",
        "provider": {"code": "11320699000ARLRP06", "name": "南通市示例住房和城乡建设局"},
        "determined_on": "2026-02-26",
        "published_on": "2026-11-21",
        "valid_until": "2027-02-25",
        "valid_until_source": "《南通市公共信用信息管理办法(试行)》第三十条",
        "valid_until_defaulted": False,
        "severity": "general",
        "flags": [],
        "subject_name": "海安示例瑞广物流股份有限公司",
        "content": {
            "breach_type": "发布虚假广告",
            "facts": "当事人发布虚假广告，事实清楚，证据确凿。",
            "basis": "《示例法》第一条",
            "penalty_type": "罚款",
            "decision": "处以罚款",
            "fine": "85000.00",
            "confiscated": None,
            "revoked_licence": None,
            "authority": "南通市示例市场监督管理局",
            "authority_code": "11320699000ARLRP06",
        },
    } | changes


def licence(**changes: Any) -> dict[str, Any]:
    """A licence without an end."""
    content = {
        "licence_name": "道路运输经营许可证",
        "licence_no": "JY000000102",
        "licence_type": "普通",
        "content": "准予道路运输经营许可证",
        "valid_from": "2024-05-06",
        "valid_to": None,
        "authority": "南通市示例交通运输局",
        "authority_code": "11320699000ARLRP06",
        "state": "1",
    }
    base = penalty(id="r_l1", catalogue="licence", catalogue_name="行政许可信息", category="basic", title="准予许可决定书", severity=None)
    return base | {"document_no": "通示许〔2024〕103号", "valid_until": None, "content": content} | changes


def list_entry(**changes: Any) -> dict[str, Any]:
    """A black list entry as an organisation's page has it, with a way to repair it."""
    return {
        "id": "l_b1",
        "list": "blacklist",
        "name": "严重违法失信名单",
        "recogniser": {"code": "11320699000ARLRL8U", "name": "南通市示例市场监督管理局"},
        "basis": "《示例办法》第二条",
        "reason": "串通投标",
        "origin": None,
        "listed_on": "2025-04-24",
        "valid_until": "2028-04-23",
        "valid_until_source": "认定单位填报的有效期至",
        "valid_until_defaulted": False,
        "severity": "severe",
        "repairable": True,
        "repair_way": "履行义务并公示5个工作日",
        "flags": [],
        "subject_name": "海安示例瑞广物流股份有限公司",
    } | changes


def red_entry(**changes: Any) -> dict[str, Any]:
    """A red list entry."""
    unsaid = {"severity": None, "repairable": None, "repair_way": None}
    return list_entry(id="l_r1", list="redlist", name="诚信典型", reason="纳税信用A级", valid_until="2027-04-24", **unsaid) | changes


def warning(**changes: Any) -> dict[str, Any]:
    """A national warning."""
    unsaid = {"basis": None, "reason": None, "severity": None, "repairable": None, "repair_way": None}
    publisher = {"code": None, "name": "国家公共信用信息中心"}
    base = list_entry(id="l_w1", list="warnings", name="大数据警示名单", recogniser=publisher, origin="信用中国（演示）", **unsaid)
    return base | changes


def commitment(**changes: Any) -> dict[str, Any]:
    """A general commitment without an end."""
    return {
        "id": "c_1",
        "type": "general",
        "matter": "综合信用承诺",
        "text": "承诺依法诚信经营（演示）。",
        "received_by": {"code": "11320699000ARLRM6N", "name": "南通市示例应急管理局"},
        "made_on": "2026-01-05",
        "valid_until": None,
        "valid_until_source": "承诺中写明的有效期至",
        "valid_until_defaulted": False,
        "flags": [],
        "subject_name": "海安示例瑞广物流股份有限公司",
    } | changes


CONTENTS: dict[str, dict[str, Any]] = {
    "redlist": {"basis": "《示例办法》第二条", "reason": "纳税信用A级", "recogniser": "南通市示例税务局", "recogniser_code": None},
    "blacklist": {
        "basis": "《示例办法》第二条",
        "reason": "串通投标",
        "repairable": True,
        "repair_way": "履行义务并公示5个工作日",
        "recogniser": "南通市示例市场监督管理局",
        "recogniser_code": "11320699000ARLRL8U",
    },
    "warnings": {"publisher": "国家公共信用信息中心", "origin": "信用中国（演示）"},
    "commitments": {
        "type": "special",
        "matter": "安全生产",
        "text": "承诺依法诚信经营（演示）。",
        "authority": "南通市示例应急管理局",
        "authority_code": None,
    },
}
"""The contents of lists, warnings and commitments on the pages of publicity, by kind; their catalogue items have the same names."""
TITLES = {"redlist": "诚信典型", "blacklist": "严重违法失信名单", "warnings": "大数据警示名单", "commitments": "安全生产"}


def announcement(kind: str = "penalties", **changes: Any) -> dict[str, Any]:
    """A record as a publicity page has it."""
    record = licence() if kind == "licences" else penalty()
    if kind in CONTENTS:
        own = {"id": f"x_{kind}", "catalogue": kind, "title": TITLES[kind], "document_no": None, "determined_on": "2026-03-05"}
        severity = "severe" if kind == "blacklist" else None
        category = {"blacklist": "negative", "redlist": "positive"}.get(kind, "other")
        record |= {**own, "severity": severity, "category": category, "content": CONTENTS[kind]}
    del record["subject_name"]
    subject = {"name": "海安示例瑞广物流股份有限公司", "code": CODE, "kind": "organisation"}
    return record | {"kind": kind, "subject": subject} | changes


def found(**changes: Any) -> dict[str, Any]:
    """One result of a search."""
    return {"code": CODE, "name": "海安示例瑞广物流股份有限公司", "kind": "organisation", "status": "active", "matched": "name"} | changes
