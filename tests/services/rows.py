"""Builders of submitted rows in the national layouts; a test states only what matters to it. All numbers are invented."""

from __future__ import annotations

from stdnum.cn import ric, uscc

OFFICE_NAME = "示例市演示市场监督管理局"
PARTY = "行政相对人名称"
CODE = "行政相对人代码_1(统一社会信用代码)"
REGISTRATION_NUMBER = "行政相对人代码_2(工商注册号)"


def a_code(number: int = 1, prefix: str = "91", county: str = "320699") -> str:
    """A USCC of a county code that is not in use."""
    code = f"{prefix}{county}{number:08d}X"
    return code + str(uscc.calc_check_digit(code))


def a_person_number(born: str = "19800229", county: str = "320602") -> str:
    """A resident ID number with the order code 000, which is never issued."""
    body = f"{county}{born}000"
    return body + str(ric.calc_check_digit(body + "0"))


OFFICE = a_code(900, "11")


def a_subject(**cells: str) -> dict[str, str]:
    """A row of the subjects register."""
    return {
        "主体名称": "示例甲食品有限公司",
        "主体类别": "法人及非法人组织",
        "统一社会信用代码": a_code(),
        "法定代表人": "钱示例",
        "法定代表人证件类型": "身份证",
        "法定代表人证件号码": a_person_number(),
        "成立日期": "2015/03/01",
        "住所": "示例路1号",
        "经营范围": "示例经营范围",
        "登记机关": OFFICE_NAME,
        "登记状态": "存续",
        **cells,
    }


def _party(cells: dict[str, str]) -> dict[str, str]:
    return {
        PARTY: "示例甲食品有限公司",
        "行政相对人类别": "法人及非法人组织",
        CODE: a_code(),
        "法定代表人": "钱示例",
        "法定代表人证件类型": "身份证",
        "法定代表人证件号码": a_person_number(),
        "证件类型": "",
        "证件号码": "",
        "数据来源单位": OFFICE_NAME,
        "数据来源单位统一社会信用代码": OFFICE,
        **cells,
    }


def a_person(**cells: str) -> dict[str, str]:
    """The cells that make a row one about a natural person."""
    return {
        PARTY: "孙示例",
        "行政相对人类别": "自然人",
        CODE: "",
        "法定代表人": "",
        "法定代表人证件类型": "",
        "法定代表人证件号码": "",
        "证件类型": "身份证",
        "证件号码": a_person_number("19900615"),
        **cells,
    }


def a_licence(**cells: str) -> dict[str, str]:
    """A row of administrative licences."""
    return _party(
        {
            "行政许可决定文书名称": "准予许可决定书",
            "行政许可决定文书号": "示许〔2026〕1号",
            "许可类别": "普通",
            "许可证书名称": "食品经营许可证",
            "许可编号": "JY00000001",
            "许可内容": "准予食品经营",
            "许可决定日期": "2026/03/02",
            "有效期自": "2026/03/02",
            "有效期至": "2027/03/01",
            "许可机关": OFFICE_NAME,
            "许可机关统一社会信用代码": OFFICE,
            "当前状态": "1",
            **cells,
        }
    )


def a_penalty(**cells: str) -> dict[str, str]:
    """A row of administrative penalties."""
    return _party(
        {
            "行政处罚决定书文号": "示罚〔2026〕1号",
            "违法行为类型": "发布虚假广告",
            "违法事实": "当事人发布虚假广告，事实清楚。",
            "处罚依据": "《示例法》第一条",
            "处罚类别": "罚款",
            "处罚内容": "处以罚款",
            "罚款金额(万元)": "8.500000",
            "没收违法所得、没收非法财物的金额(万元)": "",
            "暂扣或吊销证照名称及编号": "",
            "处罚决定日期": "2026/02/26",
            "处罚有效期": "2027/02/25",
            "公示截止期": "2027/02/25",
            "处罚机关": OFFICE_NAME,
            "处罚机关统一社会信用代码": OFFICE,
            "备注": "失信程度：一般",
            **cells,
        }
    )


def _listed(kind: str, name: str, cells: dict[str, str]) -> dict[str, str]:
    return {
        "名单类型": kind,
        "名单名称": name,
        "主体名称": "示例甲食品有限公司",
        "主体类别": "法人及非法人组织",
        "统一社会信用代码": a_code(),
        "证件号码": "",
        "认定单位": OFFICE_NAME,
        "认定单位统一社会信用代码": OFFICE,
        "认定依据": "《示例办法》第二条",
        "列入日期": "2025/04/24",
        "数据来源单位": OFFICE_NAME,
        "数据来源单位统一社会信用代码": OFFICE,
        **cells,
    }


def a_red_entry(**cells: str) -> dict[str, str]:
    """A row of a red list."""
    return _listed("红名单", "诚信典型", {"列入事由": "纳税信用A级", "有效期至": "2027/04/24", **cells})


def a_black_entry(**cells: str) -> dict[str, str]:
    """A row of a black list."""
    own = {"列入事由": "串通投标", "有效期至": "2028/04/23", "失信程度": "严重", "是否可修复": "是", "修复方式": "履行义务并公示5个工作日"}
    return _listed("黑名单", "严重违法失信名单", {**own, **cells})


def a_watch_entry(**cells: str) -> dict[str, str]:
    """A row of a watch list."""
    return _listed("重点关注名单", "重点关注", {"列入事由": "串通投标", "有效期至": "2027/04/24", "领域": "商务", **cells})


def a_warning(**cells: str) -> dict[str, str]:
    """A row of national warnings."""
    return {
        "主体名称": "示例甲食品有限公司",
        "统一社会信用代码": a_code(),
        "预警名称": "大数据警示名单",
        "发布单位": "国家公共信用信息中心",
        "发布日期": "2026/08/01",
        "有效期至": "2027/01/31",
        "来源": "信用中国（演示）",
        **cells,
    }


def a_commitment(**cells: str) -> dict[str, str]:
    """A row of commitments."""
    return {
        "主体名称": "示例甲食品有限公司",
        "统一社会信用代码": a_code(),
        "承诺类型": "综合",
        "承诺事项": "综合信用承诺",
        "承诺内容": "承诺依法诚信经营（演示）。",
        "承诺日期": "2026/01/05",
        "有效期至": "",
        "受理单位": OFFICE_NAME,
        "受理单位统一社会信用代码": OFFICE,
        **cells,
    }
