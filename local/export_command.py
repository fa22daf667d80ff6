"""The command `export`: what goes upward and to other cities, as files in a folder (docs/export.md)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, file_okay=False))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="从哪一天起新增、变动或移出的（默认上次导出以来）。")
@click.option("--full", is_flag=True, help="现在有效的全部记录。")
@click.option("--receiver", default="上级信用信息系统", show_default=True, metavar="NAME", help="交给谁：记录的主体会看到。")
def export(out: Path, since: datetime | None, full: bool, receiver: str) -> None:
    """导出到新文件夹 OUT：各种记录、退出和移出，供上级系统和其他城市导入。最后一行以 JSON 给出各文件的行数。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.exchange.export import export as write

    counts = command.asked(write, out, since=since.date() if since else None, full=full, receiver=receiver)
    command.say(f"已导出到 {out}：文件含非公开的政府共享信息，请按约定的渠道交付，不要上传到公开的地方。")
    click.echo(json.dumps(counts, ensure_ascii=False))
