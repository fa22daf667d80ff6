"""A provider's clerk at the desk: template, preview, receipt, and refused rows mended on the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import boto3
import pytest
from chalice import Chalice
from openpyxl import load_workbook

from local.demo import a_person_number
from tests.people.browser import Browser, said
from tests.people.desk import at_desk, send_file
from tests.services.rows import CODE, a_code, a_penalty
from tests.services.workbooks import write_as_excel_does
from tests.web.gateway import Answer, ask

pytestmark = pytest.mark.clause("NT-16")

HERE = "/desk/submissions"
OWN = "11990000YW00000048"
FORM = {"kind": "penalties", "office": "演示法规科"}
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


def a_row(**cells: str) -> dict[str, str]:
    """A row of the clerk's own body."""
    return a_penalty(**{"数据来源单位统一社会信用代码": OWN, "处罚机关统一社会信用代码": OWN, **cells})


def a_file(*rows: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


GOOD, WRONG = a_row(), a_row(**{"行政处罚决定书文号": "示罚〔2026〕2号", CODE: "wrong"})


@pytest.fixture
def clerk(members: Chalice) -> Browser:
    return at_desk(members, "provider-yi", HERE)


def preview(browser: Browser, *rows: Mapping[str, str], **form: str) -> Answer:
    browser.get(HERE)
    return send_file(browser, HERE, {**FORM, **form}, "file", a_file(*rows))


def fields(page: str, action: str) -> dict[str, str]:
    """What a browser sends of a form as it stands."""
    (form,) = re.findall(rf'<form action="{action}".*?</form>', page, re.DOTALL)
    inputs = re.findall(r'<input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', form)
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return {name: unescape(value) for name, value in (*inputs, *areas) if name != "token"}


def press(browser: Browser, action: str, **typed: str) -> Answer:
    """Send a form of the page that was seen last, which can then be sent again; where it led."""
    page = browser.page
    answer = send_file(browser, action, {**fields(page, action), **typed}, "none", b"")
    if answer.status == 303:
        answer = browser.get(answer.headers["Location"])
        browser.page = page
    return answer


def count(kind: str) -> int:
    items = boto3.client("dynamodb").scan(TableName="mingxin-archive")["Items"]
    return sum(item["type"]["S"] == kind for item in items if "type" in item)


def test_a_preview_tells_what_the_file_holds_and_stores_nothing(clerk: Browser) -> None:
    page = said(preview(clerk, GOOD, WRONG))
    assert "读到的行 2 行" in page
    assert "不能接收的行 1 行" in page
    assert re.search(r"第3行 字段 行政相对人代码_1\(统一社会信用代码\)", page)
    assert "示例甲食品有限公司" in page
    assert GOOD["法定代表人证件号码"] not in clerk.page
    assert (count("batch"), count("record")) == (0, 0)


def test_what_was_looked_at_is_taken_in_once_and_answered_with_a_receipt(clerk: Browser) -> None:
    preview(clerk, GOOD, WRONG)
    seen = clerk.page
    page = said(press(clerk, f"{HERE}/send"))
    assert re.search(r"批次号 b_\w{20}", page)
    assert "收到时间 2026年11月21日 09:0" in page
    assert re.search(r"入库 1 行 .*退回 1 行", page)
    assert "演示法规科" in page
    clerk.page = seen
    assert re.search(r"b_\w{20}", said(press(clerk, f"{HERE}/send")))[0] == re.search(r"b_\w{20}", page)[0]  # type: ignore[index]
    assert (count("batch"), count("record")) == (1, 1)


def test_only_the_rows_that_were_mended_are_sent_again_with_their_covered_numbers_as_they_came(clerk: Browser) -> None:
    other = a_row(**{"行政处罚决定书文号": "示罚〔2026〕3号", CODE: "also wrong"})
    preview(clerk, GOOD, WRONG, other)
    press(clerk, f"{HERE}/send")
    assert WRONG["法定代表人证件号码"] not in clerk.page
    names = {value: name for name, value in fields(clerk.page, f"{HERE}/again").items()}
    page = said(press(clerk, f"{HERE}/again", **{names["wrong"]: a_code()}))
    assert re.search(r"入库 1 行 .*退回 0 行", page)
    assert (count("batch"), count("record")) == (2, 2)


def test_a_form_in_which_nothing_was_mended_is_not_sent(clerk: Browser) -> None:
    preview(clerk, WRONG)
    press(clerk, f"{HERE}/send")
    answer = press(clerk, f"{HERE}/again")
    assert answer.status == 422
    assert "没有改动任何一行" in said(answer)
    assert count("batch") == 1


def test_the_receipt_stays_and_from_there_a_covered_number_has_to_be_typed_again(clerk: Browser) -> None:
    preview(clerk, WRONG)
    page = press(clerk, f"{HERE}/send").body
    batch = re.search(r"b_\w{20}", page)
    assert batch
    clerk.get("/desk/batches")
    assert batch[0] in clerk.page
    assert "请把遮盖的号码重新填写完整" in said(clerk.get(f"/desk/batches/{batch[0]}"))
    names = {value: name for name, value in fields(clerk.page, f"{HERE}/again").items()}
    answer = press(clerk, f"{HERE}/again", **{names["wrong"]: a_code()})
    assert re.search(r"入库 0 行 .*退回 1 行", said(answer))
    file = clerk.get(f"/desk/batches/{batch[0]}/refused").body
    (row,) = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))
    assert (row["行号"], row["字段"]) == ("2", CODE)
    assert row["法定代表人证件号码"] != WRONG["法定代表人证件号码"]


@pytest.mark.parametrize(
    ("form", "content", "reason"),
    [
        ({}, OLD_EXCEL, "旧版 XLS"),
        ({}, "主体名称\r\n".encode(), "缺少列"),
        ({}, a_file({**GOOD, "病史": "无"}), "禁止归集"),
        ({"office": ""}, a_file(GOOD), "负责审核的科室"),
        ({"kind": "nothing"}, a_file(GOOD), "请选择报送的种类"),
        ({}, b"", "请选择要报送的文件"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(clerk: Browser, form: dict[str, str], content: bytes, reason: str) -> None:
    answer = send_file(clerk, HERE, {**FORM, **form}, "file", content)
    assert answer.status == 422
    assert reason in said(answer)
    assert count("batch") == 0


def test_a_workbook_is_read_like_a_table(clerk: Browser, tmp_path: Path) -> None:
    book = write_as_excel_does(tmp_path / "sent.xlsx", GOOD)
    assert "读到的行 1 行" in said(send_file(clerk, HERE, FORM, "file", book.read_bytes()))
    assert re.search(r"入库 1 行", said(press(clerk, f"{HERE}/send")))


def test_the_template_is_a_file_that_would_be_taken(clerk: Browser) -> None:
    answer = ask(clerk.app, f"{HERE}/template?kind=penalties&format=xlsx", headers=clerk._headers())
    assert 'filename="penalties.xlsx"' in answer.headers["Content-Disposition"]
    assert load_workbook(io.BytesIO(answer.raw)).active["A1"].value == "行政相对人名称"
    assert clerk.get(f"{HERE}/template?kind=penalties&format=csv").body.startswith("\ufeff行政相对人名称")
    assert clerk.get(f"{HERE}/template?kind=nothing").status == 422


def test_rows_that_name_another_body_as_their_source_are_refused(clerk: Browser) -> None:
    foreign = a_row(数据来源单位统一社会信用代码=a_code(901, "11"))
    assert "您不能替本行写明的数据来源单位报送" in said(preview(clerk, foreign))
    assert re.search(r"入库 0 行 .*退回 1 行", said(press(clerk, f"{HERE}/send")))


def test_what_one_clerk_looked_at_another_cannot_send(clerk: Browser, members: Chalice) -> None:
    preview(clerk, GOOD)
    sealed = fields(clerk.page, f"{HERE}/send")["sealed"]
    other = at_desk(members, "provider-er", HERE)
    answer = send_file(other, f"{HERE}/send", {"sealed": sealed}, "none", b"")
    assert answer.status == 422
    assert "请重新选择文件" in said(answer)
    assert count("batch") == 0


def test_what_was_looked_at_long_ago_is_not_sent(clerk: Browser, at: Callable[[str], None]) -> None:
    preview(clerk, GOOD)
    for time in ("09:25", "09:50", "10:15", "10:40"):
        at(f"2026-11-21T{time}:00+08:00")
        assert clerk.get("/desk/batches").status == 200
    preview(clerk, GOOD)
    seen = clerk.page
    for time in ("11:05", "11:30", "11:55", "12:20", "12:41"):
        at(f"2026-11-21T{time}:00+08:00")
        clerk.get("/desk/batches")
    clerk.page = seen
    assert "已经过了2小时" in said(press(clerk, f"{HERE}/send"))
    assert count("batch") == 0


def test_a_batch_is_shown_to_its_own_body_and_to_officers_alone(clerk: Browser, members: Chalice) -> None:
    preview(clerk, GOOD)
    batch = re.search(r"b_\w{20}", press(clerk, f"{HERE}/send").body)
    assert batch
    paths = [f"/desk/batches/{batch[0]}", f"/desk/batches/{batch[0]}/refused", "/desk/batches/b_00000000000000000000"]
    expected = {"provider-yi": [200, 200, 404], "provider-er": [404, 404, 404], "officer-yi": [200, 200, 404]}
    for sub, statuses in expected.items():
        browser = at_desk(members, sub)
        assert [browser.get(path).status for path in paths] == statuses, sub
    assert a_person_number(1) not in clerk.page
