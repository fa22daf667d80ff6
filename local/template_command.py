"""The command `./mingxin template KIND`: writes an empty form for departments. No system needs to run for it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chalicelib import cities, clock, settings
from chalicelib.law.decisions import Refused
from chalicelib.services.submission import templates

NOTHING_WRITTEN = 2


@click.command()
@click.argument("kind", metavar="KIND")
@click.option("--format", "form", type=click.Choice(tuple(templates.FORMATS)), help="CSV 或 XLSX（默认看 --to 的后缀，没有则为 XLSX）。")
@click.option("--to", "path", type=click.Path(path_type=Path), metavar="FILE", help="写入哪个文件（默认当前目录的 KIND.xlsx）。")
def template(kind: str, form: str | None, path: Path | None) -> None:
    """生成一类信息的填报模板：表头和一行演示内容。KIND：subjects licences penalties redlist … 或信息目录的任一项。

    已有的文件不会被覆盖。填报时请删去演示行。城市取自 MINGXIN_CITY。
    """
    try:
        written = _write(kind, form, path)
    except (Refused, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(NOTHING_WRITTEN)
    click.echo(f"已写入 {written}：第一行是列名，第二行是演示内容，填报时请删去第二行", err=True)
    click.echo(str(written))


def _write(kind: str, form: str | None, path: Path | None) -> Path:
    """The file that was written; never over an existing one."""
    suffix = path.suffix.lower().lstrip(".") if path else ""
    form = form or (suffix if suffix in templates.FORMATS else "xlsx")
    path = path or Path(f"{kind}.{form}")
    content = templates.FORMATS[form](kind, cities.load(settings.city()), clock.today())
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Refused(f"{path} 已经存在，未做任何改动：请用 --to 另起一个文件名") from error
    return path
