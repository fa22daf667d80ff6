"""The demo city: about 60 organisations and 300 records, all invented and marked 演示, taken in as a department's files are."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from stdnum.cn import ric, uscc

from chalicelib import cities, clock
from chalicelib.services.submission import intake

COUNTY = "990000"
"""A county code that is not in use: no number here can be anybody's."""
WORDS = (
    "澄明",
    "云杉",
    "青禾",
    "远岫",
    "瑞丰",
    "鼎新",
    "嘉木",
    "海岳",
    "星河",
    "松涛",
    "百川",
    "晨曦",
    "金桥",
    "沧浪",
    "玉衡",
    "天枢",
    "长青",
    "广陵",
    "紫琅",
    "新程",
)
TRADES = ("食品", "建材", "物流", "环保科技", "机电", "家纺", "药业", "餐饮管理", "电子商务", "建设工程")
FAMILY = "王李张刘陈杨黄赵吴周"
GIVEN = ("演一", "演二", "演三", "演四", "演五", "演六", "演七", "演八")
BREACHES = (
    ("未按规定明码标价", "罚款", "一般", "《价格法（演示引用）》第十三条"),
    ("经营超过保质期的食品", "罚款;没收违法所得、没收非法财物", "一般", "《食品安全法（演示引用）》第三十四条"),
    ("消防设施未保持完好有效", "警告", "一般", "《消防法（演示引用）》第十六条"),
    ("违法排放水污染物", "罚款;责令停产停业", "严重", "《水污染防治法（演示引用）》第三十九条"),
    ("未按规定公示年度报告", "警告", "轻微", "《企业信息公示暂行条例（演示引用）》第八条"),
)
PERMITS = ("食品经营许可证", "建筑工程施工许可证", "道路运输经营许可证", "排污许可证", "公共场所卫生许可证")


def load(city: str, say: Callable[[str], None]) -> None:
    """Take in the demo city's files; running it again stores nothing twice."""
    town = _Town(city)
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, rows) in enumerate(town.submissions()):
            path = Path(folder) / f"{number}-{kind}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
                writer.writeheader()
                writer.writerows(rows)
            outcome = intake.import_file(kind, path, provider=town.offices[0][1])
            if outcome.refused:
                raise RuntimeError(
                    f"demo rows were refused: {[(refusal.line, refusal.column, refusal.reason) for refusal in outcome.refused[:3]]}"
                )
    say(f"演示数据已载入：{len(town.organisations)} 家单位（均为虚构）")


class _Town:
    """One city's invented offices, organisations and people, the same at every call on the same day."""

    def __init__(self, city: str) -> None:
        identity = cities.identity(city)
        self._example = identity.example
        self._random = random.Random(identity.slug)  # noqa: S311 (demo data, the same each time)
        self._place = identity.name.removesuffix("市").removesuffix("区")
        self._today = clock.today()
        self.offices = [
            (f"{identity.name}{name}（演示）", a_code("11", number))
            for number, name in enumerate(("市场监督管理局", "生态环境局", "应急管理局", "交通运输局", "城市管理局"))
        ]
        self.organisations = [self._organisation(number) for number in range(60)]

    def submissions(self) -> Iterable[tuple[str, list[dict[str, str]]]]:
        """The files in the order in which departments would send them: register, records, later changes of the register."""
        yield "subjects", [self._registered(organisation) for organisation in self.organisations]
        yield "licences", [self._licence(number) for number in range(185)]
        yield "penalties", [self._penalty(number) for number in range(115)]
        yield "redlist", [self._listed(number, "红名单", "诚信典型（演示）", "纳税信用A级（演示）") for number in range(12)]
        yield "blacklist", [self._listed(number, "黑名单", "严重违法失信名单（演示）", "违法排放水污染物") for number in range(12, 17)]
        yield "warnings", [self._warning(number) for number in range(18, 21)]
        yield "commitments", [self._commitment(number) for number in range(20, 32)]
        yield "subjects", [{**self._registered(organisation), **change} for organisation, change in self._changes()]

    def _organisation(self, number: int) -> dict[str, str]:
        person = FAMILY[number % len(FAMILY)] + GIVEN[number % len(GIVEN)]
        business = number % 12 == 7
        trade = TRADES[number % len(TRADES)]
        word = WORDS[number % len(WORDS)] + ("" if number < len(WORDS) else "东西南北"[number // len(WORDS) % 4])
        name = f"{self._place}演示{person}{trade}店" if business else f"{self._place}演示{word}{trade}有限公司"
        kind = "个体工商户" if business else "法人及非法人组织"
        code = a_code("92" if business else "91", 1000 + number)
        if number == 0:  # the one that the search form names
            name, code = self._example.name, self._example.code
        return {
            "name": name,
            "kind": kind,
            "code": code,
            "person": person,
            "person_id": a_person_number(number),
        }

    def _registered(self, organisation: dict[str, str]) -> dict[str, str]:
        return {
            "主体名称": organisation["name"],
            "主体类别": organisation["kind"],
            "统一社会信用代码": organisation["code"],
            "法定代表人": organisation["person"],
            "法定代表人证件类型": "身份证",
            "法定代表人证件号码": organisation["person_id"],
            "成立日期": "2012/05/08",
            "住所": f"{self._place}演示路{int(organisation['person_id'][8:10])}号（演示）",
            "经营范围": "演示经营范围",
            "登记机关": self.offices[0][0],
            "登记状态": "存续",
            "承继主体统一社会信用代码": "",
        }

    def _changes(self) -> Iterable[tuple[dict[str, str], dict[str, str]]]:
        first, second, third = self.organisations[3], self.organisations[8], self.organisations[11]
        yield first, {"主体名称": first["name"].replace("有限公司", "股份有限公司")}
        yield second, {"登记状态": "注销"}
        yield third, {"登记状态": "合并", "承继主体统一社会信用代码": first["code"]}

    def _party(self, number: int) -> dict[str, str]:
        if number % 20 == 19:
            return {
                "行政相对人名称": "钱演" + "甲乙丙丁"[number // 20 % 4],
                "行政相对人类别": "自然人",
                "证件类型": "身份证",
                "证件号码": a_person_number(200 + number // 20 % 4),
            }
        organisation = self.organisations[self._random.randrange(len(self.organisations))]
        return {
            "行政相对人名称": organisation["name"],
            "行政相对人类别": organisation["kind"],
            "行政相对人代码_1(统一社会信用代码)": organisation["code"],
            "法定代表人": organisation["person"],
            "法定代表人证件类型": "身份证",
            "法定代表人证件号码": organisation["person_id"],
            "证件类型": "",
            "证件号码": "",
        }

    def _plain_party(self, number: int) -> dict[str, str]:
        organisation = [one for one in self.organisations if one["kind"] == "法人及非法人组织"][number]
        return {"主体名称": organisation["name"], "主体类别": organisation["kind"], "统一社会信用代码": organisation["code"]}

    def _listed(self, number: int, kind: str, name: str, reason: str) -> dict[str, str]:
        office, code = self.offices[number % len(self.offices)]
        listed = self._today - timedelta(days=30 + 11 * number)
        black = {"失信程度": "严重", "是否可修复": "是", "修复方式": "履行义务并公示5个工作日（演示）"} if kind == "黑名单" else {}
        return {
            "名单类型": kind,
            "名单名称": name,
            **self._plain_party(number),
            "认定单位": office,
            "认定单位统一社会信用代码": code,
            "认定依据": "《演示办法》第二条",
            "列入事由": reason,
            "列入日期": _slash(listed),
            "有效期至": _slash(listed + timedelta(days=700)),
            **black,
        }

    def _warning(self, number: int) -> dict[str, str]:
        return {
            **self._plain_party(number),
            "预警名称": "大数据警示名单（演示）",
            "发布单位": "国家公共信用信息中心（演示）",
            "发布日期": _slash(self._today - timedelta(days=number)),
            "有效期至": _slash(self._today + timedelta(days=120)),
            "来源": "信用中国（演示）",
        }

    def _commitment(self, number: int) -> dict[str, str]:
        office, code = self.offices[number % len(self.offices)]
        return {
            **self._plain_party(number),
            "承诺类型": ("综合", "专项")[number % 2],
            "承诺事项": ("综合信用承诺", "产品服务质量", "安全生产", "环境保护")[number % 4],
            "承诺内容": "承诺依法诚信经营，接受社会监督（演示）。",
            "承诺日期": _slash(self._today - timedelta(days=7 * number)),
            "有效期至": "",
            "受理单位": office,
            "受理单位统一社会信用代码": code,
        }

    def _licence(self, number: int) -> dict[str, str]:
        office, code = self.offices[number % len(self.offices)]
        paper = PERMITS[number % len(PERMITS)]
        begins = self._today - timedelta(days=self._random.randrange(30, 1200))
        ends = date(2099, 12, 31) if number % 6 == 0 else begins + timedelta(days=365 * (1, 3, 5)[number % 3])
        return {
            **self._party(number),
            "行政许可决定文书名称": "准予许可决定书",
            "行政许可决定文书号": f"演许〔{begins.year}〕{number + 1}号",
            "许可类别": "普通",
            "许可证书名称": paper,
            "许可编号": f"YS{number:06d}",
            "许可内容": f"准予{paper}（演示）",
            "许可决定日期": _slash(begins),
            "有效期自": _slash(begins),
            "有效期至": _slash(ends),
            "许可机关": office,
            "许可机关统一社会信用代码": code,
            "当前状态": "1",
            "数据来源单位": office,
            "数据来源单位统一社会信用代码": code,
        }

    def _penalty(self, number: int) -> dict[str, str]:
        office, code = self.offices[(number + 1) % len(self.offices)]
        breach, penalty, severity, basis = BREACHES[number % len(BREACHES)]
        decided = self._today - timedelta(days=self._random.randrange(2, 480))
        party = self._party(number)
        facts = f"当事人{breach}，事实清楚，证据确凿（演示）。"
        if number % 9 == 4 and party.get("法定代表人"):
            facts = f"当事人负责人{party['法定代表人']}（身份证号{party['法定代表人证件号码']}）{breach}，证据确凿（演示）。"
        return {
            **party,
            "行政处罚决定书文号": f"演罚〔{decided.year}〕{number + 1}号",
            "违法行为类型": breach,
            "违法事实": facts,
            "处罚依据": basis,
            "处罚类别": penalty,
            "处罚内容": f"处以{penalty}",
            "罚款金额(万元)": f"{number % 40 / 10 + 0.5:.6f}" if "罚款" in penalty else "",
            "处罚决定日期": _slash(decided),
            "公示截止期": _slash(decided + timedelta(days=365 if severity != "严重" else 1095)),
            "处罚机关": office,
            "处罚机关统一社会信用代码": code,
            "数据来源单位": office,
            "数据来源单位统一社会信用代码": code,
            "备注": f"失信程度：{severity}",
        }


def a_code(prefix: str, number: int) -> str:
    """A USCC that nobody has, with right check characters."""
    body = f"YW{number:06d}"
    weights, alphabet = (3, 7, 9, 10, 5, 8, 4, 2), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = 11 - sum(alphabet.index(character) * weight for character, weight in zip(body, weights, strict=True)) % 11
    code = prefix + COUNTY + body + {10: "X", 11: "0"}.get(check, str(check))
    return code + str(uscc.calc_check_digit(code))


def a_person_number(number: int) -> str:
    """A resident ID number that nobody has, with a right check digit."""
    born = date(1960, 1, 1) + timedelta(days=37 * number)
    body = f"{COUNTY}{born:%Y%m%d}000"  # the order code 000 is never issued
    return body + str(ric.calc_check_digit(body + "0"))


def _slash(day: date) -> str:
    return f"{day:%Y/%m/%d}"
