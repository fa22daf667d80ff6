"""What a department sends arrives once and whole, or comes back with a reason it can act on."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.services.publication import look_up, publicity
from chalicelib.services.submission import intake
from chalicelib.services.submission import rows as rows_module
from chalicelib.storage import archive as storage
from chalicelib.storage import submissions
from tests.services.conftest import Send
from tests.services.rows import (
    CODE,
    OFFICE,
    OFFICE_NAME,
    PARTY,
    REGISTRATION_NUMBER,
    a_code,
    a_licence,
    a_penalty,
    a_person,
    a_person_number,
    a_subject,
)


def _answer(code: str = "", day: str = "2026-11-21") -> dict[str, object]:
    found = look_up.organisation(code or a_code(), day=date.fromisoformat(day))
    assert found is not None
    return found


@pytest.mark.clause("NT-16", "KLM-13", "HY-17", "NT-21")
def test_a_penalty_row_becomes_the_record_that_anyone_reads(send: Send) -> None:
    outcome = send("penalties", a_penalty())
    assert (outcome.accepted, outcome.duplicate, outcome.refused) == (1, 0, ())
    found = _answer()
    assert (found["code"], found["name"], found["kind"], found["status"]) == (a_code(), "示例甲食品有限公司", "organisation", "active")
    assert found["legal_representative"] == "钱示例"
    assert found["as_of"] == "2026-11-21"
    (record,) = found["records"]  # type: ignore[misc]
    assert record["id"].startswith("r_")
    expected = {
        "catalogue": "penalty", "category": "negative", "title": "发布虚假广告", "document_no": "示罚〔2026〕1号",
        "provider": {"code": OFFICE, "name": OFFICE_NAME}, "determined_on": "2026-02-26", "published_on": "2026-11-21",
        "valid_until": "2027-02-25", "severity": "general", "flags": [],
    }  # fmt: skip
    assert {part: record[part] for part in expected} == expected
    assert record["content"] == {
        "breach_type": "发布虚假广告", "facts": "当事人发布虚假广告，事实清楚。", "basis": "《示例法》第一条", "penalty_type": "罚款",
        "decision": "处以罚款", "fine": "85000.00", "confiscated": None, "revoked_licence": None,
        "authority": OFFICE_NAME, "authority_code": OFFICE,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_each_encoding(send: Send, encoding: str) -> None:
    name = "示例㐂𬭎食品有限公司"
    assert send("licences", a_licence(**{PARTY: name}), encoding=encoding).accepted == 1
    assert _answer()["name"] == name


def test_a_name_from_gb18030_bytes_of_the_private_use_area_is_the_standard_one(send: Send) -> None:
    private = b"\xfe\x59".decode("gb18030")  # U+E81E, which GB 18030-2022 makes U+9FB4
    assert send("subjects", a_subject(主体名称="示例龴食品有限公司")).accepted == 1
    assert send("licences", a_licence(**{PARTY: f"示例{private}食品有限公司"}), encoding="gb18030").accepted == 1


@pytest.mark.clause("NT-16")
def test_the_same_row_twice_is_one_record(send: Send) -> None:
    assert send("penalties", a_penalty(), a_penalty()).duplicate == 1
    again = send("penalties", a_penalty(**{PARTY: "示例甲食品有限公司 ", "行政处罚决定书文号": "示罚[2026]1号"}))
    assert (again.accepted, again.duplicate, len(again.refused)) == (0, 1, 0)
    assert len(_answer()["records"]) == 1  # type: ignore[arg-type]


@pytest.mark.clause("NT-16")
def test_the_same_record_by_two_routes_is_stored_once(send: Send) -> None:
    send("penalties", a_penalty())
    by_province = a_penalty(数据来源单位="演示省公共信用信息系统", 数据来源单位统一社会信用代码=a_code(901, "11"))
    assert send("penalties", by_province).duplicate == 1


def test_a_known_document_with_other_facts_is_refused_and_changes_nothing(send: Send) -> None:
    send("penalties", a_penalty())
    outcome = send("penalties", a_penalty(**{"罚款金额(万元)": "9"}))
    assert outcome.refused[0].column == "行政处罚决定书文号"
    assert _answer()["records"][0]["content"]["fine"] == "85000.00"  # type: ignore[index]


BAD_ROWS = [
    ({CODE: a_code()[:-1] + ("0" if a_code()[-1] != "0" else "1")}, CODE, "校验位"),
    ({CODE: "0" * 18}, CODE, "占位"),
    ({CODE: "9.1320699E+17"}, CODE, "Excel"),
    ({CODE: "9132069900000001X"}, CODE, "18位"),
    ({CODE: ""}, CODE, "没有统一社会信用代码"),
    ({CODE: "", REGISTRATION_NUMBER: "320699000000001"}, CODE, "不属于任何已知主体"),
    ({PARTY: ""}, PARTY, "没有填写"),
    ({PARTY: "别的示例有限公司"}, PARTY, "不一致"),
    ({"行政相对人类别": "外星人"}, "行政相对人类别", "不认识"),
    ({"行政相对人类别": "自然人"}, "行政相对人类别", "自然人"),
    ({"行政处罚决定书文号": ""}, "行政处罚决定书文号", "没有文书号"),
    ({"违法行为类型": ""}, "违法行为类型", "没有填写"),
    ({"处罚决定日期": "2026/11/22"}, "处罚决定日期", "晚于今天"),
    ({"处罚决定日期": ""}, "处罚决定日期", "没有填写"),
    ({"处罚决定日期": "2026/13/45"}, "处罚决定日期", "不是有效日期"),
    ({"处罚决定日期": "2026/02/29"}, "处罚决定日期", "不是有效日期"),
    ({"公示截止期": "2001/01/01"}, "公示截止期", "早于"),
    ({"处罚决定日期": "1900/01/01"}, "处罚决定日期", "早于"),
    ({PARTY: "有限公司"}, PARTY, "全称"),
    ({PARTY: "13800001234"}, PARTY, "全称"),
    ({"违法事实": "长" * 20_001}, "", "删减"),
    ({"罚款金额(万元)": "十万"}, "罚款金额(万元)", "不是金额"),
    ({"罚款金额(万元)": "-1"}, "罚款金额(万元)", "不是金额"),
    ({"罚款金额(万元)": "1e3"}, "罚款金额(万元)", "不是金额"),
    ({"罚款金额(万元)": "1,2,3"}, "罚款金额(万元)", "不是金额"),
    ({"罚款金额(万元)": "9999999999999"}, "罚款金额(万元)", "合理范围"),
    ({"罚款金额(万元)": "0.0000001"}, "罚款金额(万元)", "不到一分"),
    ({"数据来源单位统一社会信用代码": "123"}, "数据来源单位统一社会信用代码", "18位"),
    ({"法定代表人证件号码": "320602198002290001"}, "法定代表人证件号码", "校验位"),
    (a_person(证件号码=""), "证件号码", "没有证件号码"),
    (a_person(证件号码="320602199006150002"), "证件号码", "校验位"),
    (a_person(证件类型="会员卡"), "证件号码", "不认识"),
]


@pytest.mark.clause("NT-15")
@pytest.mark.parametrize(("cells", "column", "reason"), BAD_ROWS)
def test_a_row_that_is_wrong_in_one_way_comes_back_for_that_reason(send: Send, cells: dict[str, str], column: str, reason: str) -> None:
    send("subjects", a_subject())
    outcome = send("penalties", a_penalty(**cells), a_penalty(行政处罚决定书文号="示罚〔2026〕2号"))
    assert outcome.accepted == 1
    (refusal,) = outcome.refused
    assert (refusal.line, refusal.column) == (2, column)
    assert reason in refusal.reason


@pytest.mark.clause("NT-2")
@pytest.mark.parametrize(("born", "accepted"), [("20080226", 1), ("20080227", 0)])
def test_a_record_about_someone_who_was_under_eighteen_is_refused(send: Send, born: str, accepted: int) -> None:
    outcome = send("penalties", a_penalty(**a_person(证件号码=a_person_number(born))))
    assert outcome.accepted == accepted
    assert ["18周岁" in refusal.reason for refusal in outcome.refused] == [True] * (1 - accepted)


@pytest.mark.clause("NT-12")
@pytest.mark.parametrize(("procedure", "accepted"), [("一般", 1), ("简易", 0), ("简易程序", 0), ("", 1)])
def test_a_penalty_by_simple_procedure_is_not_taken_in(send: Send, procedure: str, accepted: int) -> None:
    assert send("penalties", a_penalty(处罚程序=procedure)).accepted == accepted


def test_refused_rows_go_back_in_a_file_with_numbers_covered_and_no_formula(send: Send, tmp_path: Path) -> None:
    number = a_person_number("20150101")
    send("penalties", a_penalty(**a_person(证件号码=number), 违法事实="=cmd()", 备注=f"证件{number}"))
    text = (tmp_path / "sent.csv.refused.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(text.decode("utf-8-sig").splitlines())
    assert header[:4] == ["行号", "字段", "原因", PARTY]
    assert row[:2] == ["2", "证件号码"]
    assert number not in text.decode()
    assert "'=cmd()" in row
    send("penalties", a_penalty())
    assert not (tmp_path / "sent.csv.refused.csv").exists()


@pytest.mark.clause("NT-16")
def test_a_batch_keeps_who_when_how_many_and_the_refused_rows(send: Send) -> None:
    outcome = send("penalties", a_penalty(), a_penalty(行政处罚决定书文号=""))
    batch, refusals = submissions.load_batch(outcome.batch)
    assert (batch.kind, batch.provider, batch.accepted, batch.duplicate, batch.refused) == ("penalties", OFFICE, 1, 0, 1)
    assert batch.ended is not None
    assert [refusal.line for refusal in refusals] == [3]
    assert refusals[0].row[PARTY] == "示例甲食品有限公司"
    (subject_id,) = storage.subjects_of([Identifier("uscc", a_code())]).values()
    found = storage.collection(subject_id)
    assert found is not None
    assert [(record.batch, record.provider.code) for record in found[1]] == [(outcome.batch, OFFICE)]


WRONG_FILES = [
    (b"", "没有表头"),
    (b"PK\x03\x04rest", "XLSX"),
    (b"\xd0\xcf\x11\xe0rest", "XLS"),
    (b"\xff\xfe\x00x\n\xfd\xff", "编码"),
    ("主体名称,别的\n一,二\n".encode(), "缺少列"),
    ("行政相对人名称,行政相对人名称\n".encode(), "重复的列"),
]


@pytest.mark.parametrize(("content", "reason"), WRONG_FILES)
def test_a_file_that_cannot_be_used_says_what_to_do(archive: None, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason):
        intake.import_file("penalties", path, provider=OFFICE)


def test_a_row_with_more_cells_than_the_header_is_refused(archive: None, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    row = a_penalty()
    path.write_text(",".join(row) + "\n" + ",".join([*row.values(), "surplus"]) + "\n", "utf-8")
    outcome = intake.import_file("penalties", path, provider=OFFICE)
    assert [refusal.line for refusal in outcome.refused] == [2]
    assert "引号" in outcome.refused[0].reason


@pytest.mark.clause("AK-1.3")
def test_an_earlier_licence_that_still_counts_can_be_loaded_later_and_an_ended_one_never_shows(send: Send) -> None:
    old = {"许可决定日期": "2019/05/01", "有效期自": "2019/05/01"}
    send("licences", a_licence(**old, 有效期至="2026/11/21"), a_licence(**old, 有效期至="2026/11/20", 行政许可决定文书号="示许〔2019〕2号"))
    assert [record["document_no"] for record in _answer()["records"]] == ["示许〔2026〕1号"]  # type: ignore[attr-defined]


ENDS = [
    ("一般", "2027/02/25", "2027-02-25", "处罚机关填报的公示截止期"),
    ("一般", "2099/12/31", "2027-02-26", "第三十条"),
    ("一般", "", "2027-02-26", "第三十条"),
    ("严重", "2099/12/31", "2029-02-26", "第三十条"),
    ("", "2099/12/31", "2027-02-26", "第三十条"),
]


@pytest.mark.clause("NT-30", "NT-15")
@pytest.mark.parametrize(("severity", "stated", "last_day", "source"), ENDS)
def test_a_penalty_stores_its_end_with_the_rule_that_fixed_it(send: Send, severity: str, stated: str, last_day: str, source: str) -> None:
    send("penalties", a_penalty(公示截止期=stated, 处罚有效期="", 备注=f"失信程度：{severity}" if severity else ""))
    (record,) = _answer()["records"]  # type: ignore[misc]
    assert record["valid_until"] == last_day
    assert source in record["valid_until_source"]
    assert record["valid_until_defaulted"] is False


@pytest.mark.clause("NT-30", "NT-21")
@pytest.mark.parametrize(("day", "shown"), [("2027-02-24", 1), ("2027-02-25", 1), ("2027-02-26", 0)])
def test_a_record_leaves_every_public_answer_the_day_after_it_ends_job_or_no_job(send: Send, day: str, shown: int) -> None:
    send("penalties", a_penalty())
    assert len(_answer(day=day)["records"]) == shown  # type: ignore[arg-type]
    assert len(publicity.announced("penalties", day=date.fromisoformat(day))["items"]) == shown


def test_a_licence_without_end_has_none(send: Send) -> None:
    send("licences", a_licence(有效期至="2099/12/31"))
    (record,) = _answer()["records"]  # type: ignore[misc]
    assert record["valid_until"] is None
    assert record["severity"] is None
    assert set(record["content"]) == {
        "licence_name",
        "licence_no",
        "licence_type",
        "content",
        "valid_from",
        "valid_to",
        "authority",
        "authority_code",
        "state",
    }
    assert clock.today() == date(2026, 11, 21)


def test_a_changed_state_of_a_licence_is_a_new_version_and_the_old_one_stays(send: Send) -> None:
    send("licences", a_licence())
    outcome = send("licences", a_licence(当前状态="2"))
    assert (outcome.accepted, outcome.duplicate, outcome.refused) == (1, 0, ())
    (record,) = _answer()["records"]  # type: ignore[misc]
    assert record["content"]["state"] == "2"
    assert send("licences", a_licence(当前状态="2")).duplicate == 1
    identifier = Identifier("uscc", a_code())
    subject_id = storage.subjects_of([identifier])[identifier]
    assert [old.content["state"] for old in storage.earlier_records(subject_id, record["id"])] == ["1"]
    assert len(publicity.announced("licences", day=date(2026, 11, 21))["items"]) == 1


def test_states_that_change_twice_in_one_file_are_three_versions(send: Send) -> None:
    outcome = send("licences", a_licence(), a_licence(当前状态="2"), a_licence(当前状态="1"))
    assert outcome.accepted == 3
    (record,) = _answer()["records"]  # type: ignore[misc]
    assert record["content"]["state"] == "1"


def test_a_licence_must_say_that_it_has_no_end(send: Send) -> None:
    (refusal,) = send("licences", a_licence(有效期至="")).refused
    assert (refusal.column, "2099/12/31" in refusal.reason) == ("有效期至", True)


def test_what_nobody_can_see_is_not_kept(send: Send) -> None:
    send("penalties", a_penalty(违法事实="当事人\x00发布\x1b[31m虚假\u202e广告。"))
    assert _answer()["records"][0]["content"]["facts"] == "当事人发布[31m虚假广告。"  # type: ignore[index]


def _sent(tmp_path: Path, *lines: str) -> tuple[int, list[tuple[int, str]]]:
    path = tmp_path / "quotes.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    outcome = intake.import_file("penalties", path, provider=OFFICE)
    return outcome.accepted, [(refusal.line, refusal.reason) for refusal in outcome.refused]


def test_rows_that_an_unclosed_quote_swallows_never_vanish_unsaid(archive: None, tmp_path: Path) -> None:
    rows = [a_penalty(行政处罚决定书文号=f"示罚〔2026〕{number}号") for number in range(4)]
    header, lines = ",".join(rows[0]), [",".join(row.values()) for row in rows]
    accepted, refused = _sent(tmp_path, header, lines[0], lines[1].rpartition(",")[0] + ',"开口', lines[2], lines[3])
    assert accepted == 1
    assert [line for line, _ in refused] == [3]
    accepted, refused = _sent(tmp_path, header, lines[0], '"' + lines[1], lines[2], '"' + lines[3])
    assert accepted == 0
    assert all("引号" in reason for _, reason in refused)
    assert refused


def test_a_file_with_a_header_alone_says_so(archive: None, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(",".join(a_penalty()) + "\n", "utf-8")
    with pytest.raises(Refused, match="没有数据行"):
        intake.import_file("penalties", path, provider=OFFICE)


def test_one_row_that_the_law_cannot_place_never_stops_the_others(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise Refused("规则没有值")

    monkeypatch.setattr(rows_module, "public_until", cannot)
    outcome = send("penalties", a_penalty())
    assert [refusal.reason for refusal in outcome.refused] == ["规则没有值"]


def test_a_refused_file_that_cannot_be_written_is_said_and_loses_nothing(send: Send, tmp_path: Path) -> None:
    (tmp_path / "sent.csv.refused.csv").mkdir()
    outcome = send("penalties", a_penalty(), a_penalty(行政处罚决定书文号=""))
    assert (outcome.accepted, len(outcome.refused)) == (1, 1)
