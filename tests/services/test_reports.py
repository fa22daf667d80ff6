"""A report says what its reader may know, proves itself, and says when it no longer holds."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import boto3
import pikepdf
import pytest

from chalicelib import cities, clock
from chalicelib.law.decisions import Refused
from chalicelib.records.identifiers import Identifier
from chalicelib.records.reports import Report
from chalicelib.services.own import private_files
from chalicelib.services.reporting import making, reports, signing, typesetting, verify
from chalicelib.services.reporting.verify import Verdict
from chalicelib.storage import archive as archives
from chalicelib.storage import files, queues, report_keys
from chalicelib.storage import reports as stored

from .conftest import Send
from .rows import a_code, a_licence, a_penalty, a_person, a_person_number, a_red_entry, a_subject

TODAY = date(2026, 11, 21)
PLACE = Identifier("uscc", a_code())


@pytest.fixture
def house(archive: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Private files and keys of a test's own; gives the messages that were queued."""
    monkeypatch.setenv("MINGXIN_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    queued: list[str] = []
    monkeypatch.setattr(queues, "send", lambda queue, body: queued.append(body))
    files.files.cache_clear()
    report_keys.report_key.cache_clear()
    yield queued
    files.files.cache_clear()
    report_keys.report_key.cache_clear()


def _id(identifier: Identifier = PLACE) -> str:
    return archives.subjects_of([identifier])[identifier]


def _own(subject_id: str) -> Report:
    return reports.ask_for(subject_id, asked_by="p_1", purpose="了解自己的信用情况")


def _pdf(report: Report) -> bytes:
    link = reports.fetch_link(report.subject_id, report.number)
    assert link
    found = private_files.linked(link.removeprefix(files.LINKS))
    assert found
    assert found[0] == f"{report.number}.pdf"
    return found[1]


def _made(report: Report) -> bytes:
    assert reports.render(report.number)
    return _pdf(report)


def _code(report: Report) -> str:
    kept = stored.kept(report.number)
    assert kept
    return kept.code


@pytest.mark.clause("NT-27")
def test_a_report_lists_what_counts_with_source_and_end_and_says_where_there_is_nothing(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    send(
        "penalties",
        a_penalty(),
        a_penalty(行政处罚决定书文号="示罚〔2024〕9号", 处罚决定日期="2024/02/26", 处罚有效期="2025/02/25", 公示截止期="2025/02/25"),
    )
    report = _own(_id())
    content = reports.content(report.subject_id, report.number)
    assert content
    negative = next(section for section in content.sections if section.category == "negative")
    assert [entry.document_no for entry in negative.entries] == ["示罚〔2026〕1号"], "an ended record is in no report"
    assert negative.entries[0].source.label == "示例市演示市场监督管理局"
    assert negative.entries[0].valid_until == date(2027, 2, 25)
    assert [section.category for section in content.sections if not section.entries] == ["basic", "positive", "other"]
    assert house == [report.number], "a hint was queued"
    assert reports.fetch_link(report.subject_id, report.number) is None, "nothing to fetch before it is made"


@pytest.mark.clause("NT-19", "NT-26")
def test_an_authorised_reader_gets_the_scope_of_the_consent_and_no_shared_information(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty())
    send("licences", a_licence())
    report = reports.ask_for(
        _id(), asked_by="p_2", purpose="签订合同", reader="authorised", recipient="示例乙贸易有限公司", scope=("licence",), basis="c_1"
    )
    content = reports.content(report.subject_id, report.number)
    assert content
    assert [(section.category, len(section.entries)) for section in content.sections] == [("basic", 1)]
    assert content.recipient == "示例乙贸易有限公司"
    (licence,) = content.sections[0].entries
    assert ("当前状态", "有效") in {(line.label, line.text) for line in licence.lines}, "in words, and not as the layout codes it"
    assert ("有效期至", "2027年3月1日") in {(line.label, line.text) for line in licence.lines}


@pytest.mark.clause("AK-4.2")
def test_a_list_of_an_association_is_in_ones_own_report_and_in_nobody_elses(send: Send, house: list[str]) -> None:
    send("redlist", a_red_entry(), a_red_entry(认定单位="示例行业协会", 认定单位统一社会信用代码=a_code(901, "51")))
    of_others = reports.ask_for(_id(), asked_by="p_2", purpose="签订合同", reader="authorised", recipient="示例乙贸易有限公司")
    for report, entries in ((_own(_id()), 2), (of_others, 1)):
        content = reports.content(report.subject_id, report.number)
        assert content
        assert sum(len(section.entries) for section in content.sections) == entries


def test_a_report_without_a_purpose_or_a_subject_is_refused(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    with pytest.raises(Refused):
        reports.ask_for(_id(), asked_by="p_1", purpose="  ")
    with pytest.raises(Refused):
        reports.ask_for("s_nobody", asked_by="p_1", purpose="查询")


TYPESET = """
import hashlib, pickle, sys
from chalicelib import cities
from chalicelib.services.reporting import typesetting
content = pickle.loads(sys.stdin.buffer.read())
print(hashlib.sha256(typesetting.typeset(content, "0" * 16, cities.identity("nantong"), demo=True)).hexdigest())
"""


def test_the_same_report_gives_the_same_bytes_before_it_is_signed(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    content = reports.content(_id(), _own(_id()).number)
    assert content
    one, two = (typesetting.typeset(content, "0" * 16, cities.identity("nantong"), demo=True) for _ in range(2))
    assert one == two
    elsewhere = {**os.environ, "TZ": "America/Lima", "PYTHONHASHSEED": "7", "LANG": "C"}
    done = subprocess.run([sys.executable, "-c", TYPESET], input=pickle.dumps(content), capture_output=True, env=elsewhere, check=True)
    assert done.stdout.decode().strip() == hashlib.sha256(one).hexdigest(), "in another process, at another time and place"


def test_the_pdf_is_signed_whole_and_carries_its_data(send: Send, house: list[str], tmp_path: Path) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty())
    report = _own(_id())
    file = tmp_path / "report.pdf"
    file.write_bytes(_made(report))
    said = subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    with pikepdf.open(file) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")
        data = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
        made = datetime.fromisoformat(str(metadata["xmp:CreateDate"]))
        (field,) = pdf.Root.AcroForm.Fields
        corner, flags = [float(place) for place in field.Rect], int(field.F)
    assert data["number"] == report.number
    assert made == datetime.fromisoformat(data["made_at"]).replace(microsecond=0)
    assert max(corner) < 0, "PDF/UA lets a field that is not in the structure be nowhere on the page"
    assert (flags & 4, flags & 2) == (4, 0), "PDF/A lets no field be hidden"
    assert data["sections"][2]["entries"][0]["document_no"] == "示罚〔2026〕1号"


def test_a_flipped_byte_is_found_by_signature_and_by_file(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    pdf = _made(_own(_id()))
    certificates = [verify.certificates()]
    assert signing.checked(pdf, certificates).genuine
    assert verify.by_file(pdf, day=TODAY).genuine
    for place in (100, len(pdf) // 2, len(pdf) - 200):
        flipped = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        assert not signing.checked(flipped, certificates).genuine
        assert verify.by_file(flipped, day=TODAY) == Verdict(genuine=False)
    assert not signing.checked(pdf, []).genuine, "without the certificate nothing is proved"
    assert not signing.checked(pdf + b"\n%more", certificates).genuine
    assert not signing.checked(b"no PDF at all", certificates).genuine


def test_a_report_is_verified_by_number_and_code_and_every_wrong_input_gets_one_answer(send: Send, house: list[str]) -> None:
    send("penalties", a_penalty(**a_person()))
    report = _own(_id(Identifier("resident_id", a_person_number("19900615"))))
    code = _code(report)
    assert verify.by_code(report.number, code, day=TODAY) == Verdict(genuine=False), "not before it is made"
    _made(report)
    found = verify.by_code(report.number, f" {code[:4]}-{code[4:].lower()} ", day=TODAY)
    assert found.genuine
    assert found.subject == "孙**"
    assert found.superseded is False
    assert len(code) == 16, "16 characters of 5 random bits"
    wrong = ("X" if code[0] != "X" else "Y") + code[1:]
    for number, tried in ((report.number, wrong), (report.number, ""), ("NT-20261121-00000000", code), ("x" * 300, "y" * 300)):
        assert verify.by_code(number, tried, day=TODAY) == Verdict(genuine=False)


def test_a_report_is_superseded_when_its_subject_changes_person_or_organisation(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    send("penalties", a_penalty(**a_person()))
    for identifier, row in (
        (PLACE, a_penalty()),
        (Identifier("resident_id", a_person_number("19900615")), a_penalty(**a_person(行政处罚决定书文号="示罚〔2026〕7号"))),
    ):
        report = _own(_id(identifier))
        _made(report)
        assert verify.by_code(report.number, _code(report), day=TODAY).superseded is False
        assert send("penalties", row).accepted == 1
        assert verify.by_code(report.number, _code(report), day=TODAY).superseded is True
        newer = _own(_id(identifier))
        _made(newer)
        assert verify.by_code(newer.number, _code(newer), day=TODAY).superseded is False
        assert send("penalties", row).duplicate == 1
        assert verify.by_code(newer.number, _code(newer), day=TODAY).superseded is False, "what was there already changes nothing"


@pytest.mark.clause("NT-30")
def test_a_report_is_superseded_the_day_after_a_record_in_it_ends(send: Send, house: list[str]) -> None:
    send("penalties", a_penalty())
    report = _own(_id())
    _made(report)
    for day, superseded in ((date(2027, 2, 25), False), (date(2027, 2, 26), True)):
        assert verify.by_code(report.number, _code(report), day=day).superseded is superseded


def test_a_change_between_asking_and_making_supersedes_the_report(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    report = _own(_id())
    send("penalties", a_penalty())
    _made(report)
    assert verify.by_code(report.number, _code(report), day=TODAY).superseded is True


def test_a_writer_who_does_not_know_of_the_first_report_reads_again(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    subject_id = _id()
    unaware = archives.load_subjects([subject_id])[subject_id]
    _own(subject_id)
    changes = archives.Changes()
    archives.put_subject(changes, unaware, clock.now())
    with pytest.raises(archives.Conflict):
        changes.commit()


@pytest.mark.clause("NT-26")
def test_a_report_stays_true_when_something_changes_of_which_it_does_not_speak(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    scopes = {"penalty": ("penalty",), "licence": ("licence",)}
    facts = {"asked_by": "p_2", "purpose": "签订合同", "reader": "authorised"}
    made = {name: reports.ask_for(_id(), scope=scope, **facts) for name, scope in scopes.items()}  # type: ignore[arg-type]
    for report in made.values():
        _made(report)

    def superseded() -> dict[str, bool | None]:
        return {name: verify.by_code(report.number, _code(report), day=TODAY).superseded for name, report in made.items()}

    send("penalties", a_penalty())
    assert superseded() == {"penalty": True, "licence": False}
    send("subjects", a_subject(主体名称="示例甲食品集团有限公司", 变更日期="2026/11/20"))
    assert superseded() == {"penalty": True, "licence": True}, "each says whose it is"


@pytest.mark.parametrize("recipient", ["孙示例", "阿卜杜热合曼·示例提", "示例乙贸易有限公司"])
def test_verifiers_see_of_a_recipient_the_first_character(send: Send, house: list[str], recipient: str) -> None:
    send("subjects", a_subject())
    report = reports.ask_for(_id(), asked_by="p_2", purpose="签订合同", reader="authorised", recipient=recipient)
    _made(report)
    assert verify.by_code(report.number, _code(report), day=TODAY).recipient == recipient[0] + "*" * (len(recipient) - 1)


def test_a_report_that_cannot_be_made_ends_and_keeps_no_other_from_being_made(
    send: Send, house: list[str], at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("nothing can be made of this one")

    send("subjects", a_subject())
    report = _own(_id())
    with monkeypatch.context() as broken:
        broken.setattr(making, "make", fail)
        for tries in range(1, reports.MOST_TRIES + 1):
            assert reports.pending() == {"due": 1, "done": 0, "failed": 1}, tries
            assert reports.pending()["due"] == 0, "the next time is later"
            at(f"2026-11-{21 + tries}T09:00:00+08:00")
    assert reports.reports_on(report.subject_id)[0].state == "failed"
    other = _own(_id())
    assert reports.pending() == {"due": 1, "done": 1, "failed": 0}
    assert {one.number: one.state for one in reports.reports_on(report.subject_id)} == {report.number: "failed", other.number: "ready"}


def test_what_was_never_queued_is_made_by_the_job(send: Send, house: list[str]) -> None:
    send("subjects", a_subject())
    report = _own(_id())
    assert reports.pending() == {"due": 1, "done": 1, "failed": 0}
    assert reports.pending() == {"due": 0, "done": 0, "failed": 0}
    assert not reports.render(report.number), "a second message makes nothing anew"
    assert hashlib.sha256(_pdf(report)).hexdigest() == reports.reports_on(report.subject_id)[0].digest


def test_a_link_is_new_each_time_and_ends_after_five_minutes(send: Send, house: list[str], at: Callable[[str], None]) -> None:
    send("subjects", a_subject())
    report = _own(_id())
    _made(report)
    first, second = (reports.fetch_link(report.subject_id, report.number) for _ in range(2))
    assert first
    assert first != second
    token = first.removeprefix(files.LINKS)
    assert private_files.linked(token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    at("2026-11-21T09:04:30+08:00")
    assert private_files.linked(token)
    at("2026-11-21T09:05:30+08:00")
    assert private_files.linked(token) is None


def test_rare_characters_are_printed_or_named_by_their_number(send: Send, house: list[str], tmp_path: Path) -> None:
    send("subjects", a_subject(法定代表人="龴𬭎𠀀示例"))
    file = tmp_path / "rare.pdf"
    file.write_bytes(_made(_own(_id())))
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "龴𬭎〔U+20000〕示例" in text.replace("\n", "")


def test_nothing_personal_of_a_report_lies_open_in_the_tables(send: Send, house: list[str]) -> None:
    send("penalties", a_penalty(**a_person()))
    report = _own(_id(Identifier("resident_id", a_person_number("19900615"))))
    _made(report)
    for table in ("archive", "publication", "trail"):
        text = str(boto3.client("dynamodb").scan(TableName="mingxin-" + table)["Items"])
        assert "孙示例" not in text
        assert a_person_number("19900615") not in text
        assert _code(report) not in text
