"""`./mingxin verify`: works from the file and the certificate alone, and its exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.services.reporting import signing, verify
from chalicelib.storage.report_keys import KeyFile
from local import command


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path]:
    """A signed file and the certificate that signed it."""
    key = KeyFile(tmp_path / "key.pem", "示例单位")
    file, certificate = tmp_path / "report.pdf", tmp_path / "certificate.pem"
    plain = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(111, 99))
        pdf.save(plain)
    file.write_bytes(signing.signed(plain.getvalue(), key, name="示例单位", reason="演示"))
    certificate.write_bytes(key.certificate.public_bytes(Encoding.PEM))
    return file, certificate


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(command.main, ["verify", *map(str, arguments)])


def last_line(result: Result) -> dict[str, object]:
    told: dict[str, object] = json.loads(result.stdout.strip().split("\n")[-1])
    return told


def test_a_genuine_file_is_told_without_a_running_system(signed: tuple[Path, Path]) -> None:
    result = invoke(signed[0], "--certificate", signed[1])
    assert result.exit_code == 0
    assert last_line(result)["genuine"] is True


def test_a_changed_file_and_anothers_signature_are_found(signed: tuple[Path, Path], tmp_path: Path) -> None:
    file, certificate = signed
    content = file.read_bytes()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(content.replace(b"111", b"112"))
    result = invoke(changed, "--certificate", certificate)
    assert (result.exit_code, last_line(result)["unchanged"]) == (1, False)
    other = tmp_path / "other.pem"
    other.write_bytes(KeyFile(tmp_path / "other-key.pem", "另一单位").certificate.public_bytes(Encoding.PEM))
    result = invoke(file, "--certificate", other)
    assert (result.exit_code, last_line(result)["ours"]) == (1, False)


def test_without_a_certificate_that_of_the_running_system_is_asked(signed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "use_running_system", lambda: None)
    monkeypatch.setattr(verify, "certificates", lambda: signed[1].read_text("utf-8"))
    assert invoke(signed[0]).exit_code == 0
    monkeypatch.setattr(verify, "certificates", lambda: "")
    assert invoke(signed[0]).exit_code == 2


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert invoke(tmp_path / "none.pdf").exit_code == 2
