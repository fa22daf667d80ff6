"""`./mingxin verify FILE.pdf`: whether a report is genuine, from the file and the certificate alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

GENUINE, NOT_GENUINE = 0, 1


@click.command()
@click.argument("file", metavar="FILE.pdf", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PEM",
    help="从本站 /verify/certificate 下载的证书；写明后不需要运行中的系统。",
)
def verify(file: Path, certificate: Path | None) -> None:
    """核验报告 FILE.pdf 的电子签名，最后一行是 JSON。

    退出码：0 是本平台出具的，没有改动；1 不是，或者改动过；2 无法核验。
    """
    from local import command

    if not file.is_file() or (certificate is not None and not certificate.is_file()):
        raise command.NothingUsable(f"找不到文件 {certificate if file.is_file() else file}：请核对路径")
    from chalicelib.services.reporting import signing

    found = signing.checked(file.read_bytes(), [certificate.read_text("utf-8") if certificate else _offered()])
    command.say("签名有效：报告由本平台出具，没有改动。" if found.genuine else "没有核验通过：不是本平台出具的报告，或者文件改动过。")
    click.echo(json.dumps({"genuine": found.genuine, "unchanged": found.unchanged, "ours": found.ours, "signed_at": found.signed_at}))
    sys.exit(GENUINE if found.genuine else NOT_GENUINE)


def _offered() -> str:
    """The certificates that the running system offers."""
    from local import command

    command.use_running_system()
    from chalicelib.services.reporting import verify as verifying

    offered = verifying.certificates()
    if not offered:
        raise command.NothingUsable("还没有证书：这个系统没有出具过报告；请用 --certificate 写明证书文件")
    return offered
