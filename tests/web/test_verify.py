"""The verification pages on the public face: one shape for all that is wrong, nothing kept, nothing parsed."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from chalice import Chalice

from chalicelib.services.reporting import verify
from chalicelib.services.reporting.verify import LARGEST_FILE, Verdict

from .gateway import Answer, ask

NUMBER, CODE = "NT-20261121-7K3M9Q2X", "ABCDEFGH12345678"
GENUINE = Verdict(True, NUMBER, "2026-11-21T09:00:00+08:00", "孙**", "示例乙贸易有限公司", False)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Verdict(genuine=False)
    monkeypatch.setattr(verify, "by_code", lambda number, code, **_: GENUINE if (number, code) == (NUMBER, CODE) else wrong)
    monkeypatch.setattr(verify, "certificates", lambda: "")
    monkeypatch.setattr(verify, "by_file", lambda content, **_: GENUINE if content == b"%PDF the file\r\n" else wrong)


def _send_file(public: Chalice, content: bytes, name: str = "file") -> Answer:
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="r.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    body = head.encode() + content + b"\r\n--edge--\r\n"
    return ask(public, "/verify", "POST", {"Content-Type": "multipart/form-data; boundary=edge"}, body)


def test_a_genuine_report_is_told_by_code_by_link_by_file_and_to_programs(public: Chalice) -> None:
    answers = [
        ask(public, "/verify", "POST", FORM, f"number={NUMBER}&code={CODE}".encode()),
        ask(public, f"/verify/{NUMBER}/{CODE}"),
        _send_file(public, b"%PDF the file\r\n"),
    ]
    for answer in answers:
        assert answer.status == 200
        assert "报告真实" in answer.body
        assert "孙**" in answer.body
    assert ["一个字节也没有改动" in answer.body for answer in answers] == [False, False, True]
    told = ask(public, f"/api/v1/verify/{NUMBER}/{CODE}")
    assert told.json["genuine"] is True
    assert told.json["superseded"] is False
    for answer in (*answers, told):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_superseded_report_says_so_and_not_why(public: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    old: Any = Verdict(True, NUMBER, "2026-11-21T09:00:00+08:00", "孙**", None, True)
    monkeypatch.setattr(verify, "by_code", lambda *_, **__: old)
    assert "报告已被替代" in ask(public, f"/verify/{NUMBER}/{CODE}").body


def test_every_wrong_input_gets_the_same_page(public: Chalice) -> None:
    pages = {
        ask(public, "/verify", "POST", FORM, b"number=1&code=2").body,
        ask(public, "/verify", "POST", FORM, b"").body,
        ask(public, "/verify", "POST", FORM, f"number={NUMBER}&code=".encode()).body,
        _send_file(public, b"another file").body,
        _send_file(public, b"%PDF the file\r\n", name="other").body,
        ask(public, "/verify", "POST", {"Content-Type": "multipart/form-data"}, b"nonsense").body,
    }
    assert len(pages) == 1
    assert "没有核验通过" in pages.pop()
    programs = {ask(public, f"/api/v1/verify/{number}/{code}").body for number, code in ((NUMBER, "X"), ("1", CODE), ("%E4", "%00"))}
    assert len(programs) == 1


EDGE = {"Content-Type": "multipart/form-data; boundary=b0"}
NESTED = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (depth, depth + 1) for depth in range(3000))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (FORM, b"&".join(b"a%d=1" % number for number in range(100))),
        (FORM, b"number=%ff%00&code=%ed%a0%80"),
        (EDGE, NESTED),
        (EDGE, b"--b0\r\n" + b"A: b\r\n" * 600_000),
        (EDGE, b"--b0\r\n\r\n" * 400_000),
        (EDGE, b'--b0\r\nContent-Disposition: form-data; name="file"; ' + b"x*0*=a;" * 500_000 + b"\r\n\r\nx\r\n--b0--"),
        ({"Content-Type": 'multipart/form-data; boundary="'}, b"--\r\n"),
    ],
    ids=["many fields", "broken text", "forms in forms", "many headers", "many parts", "a long header", "no edge"],
)
def test_a_form_made_to_keep_a_reader_busy_is_answered_at_once_like_any_wrong_one(
    public: Chalice, headers: dict[str, str], body: bytes
) -> None:
    began = process_time()
    answer = ask(public, "/verify", "POST", headers, body)
    assert process_time() - began < 3
    assert (answer.status, "没有核验通过" in answer.body) == (200, True)


def test_a_file_may_have_four_megabytes_and_no_more(public: Chalice) -> None:
    assert _send_file(public, b"x" * LARGEST_FILE).status == 200
    assert _send_file(public, b"x" * (LARGEST_FILE + 5000)).status == 413
    assert ask(public, "/verify", "POST", {"Content-Type": "application/pdf"}, b"x").status == 415


def test_the_page_leads_to_the_certificates_once_there_are_any(public: Chalice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/verify/certificate" not in ask(public, "/verify").body
    assert ask(public, "/verify/certificate").status == 404
    monkeypatch.setattr(verify, "certificates", lambda: "-----BEGIN CERTIFICATE-----")
    assert "/verify/certificate" in ask(public, "/verify").body
    assert ask(public, "/verify/certificate").headers["Content-Type"] == "application/x-pem-file"
