"""Commands that look after what is stored: `rebuild`, `backup`, `restore`, and `batch` with its list and its single sheets."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

ALL_DONE, SOME_FAILED = 0, 1
STATES = {"running": "进行中", "ended": "已结束", "cut_off": "中断"}


@click.command()
def rebuild() -> None:
    """依据档案库重做全部公开内容；期间照常服务、照常导入。中断后重新执行即可。退出码 1：有的主体没能做好。"""
    command = _system()
    from chalicelib.services.publication import rebuild as service

    with command.progress_bar("重做公开内容") as progress:
        _finish(command.asked(service.rebuild, progress))


@click.command()
@click.argument("to", metavar="TO", type=click.Path(path_type=Path, file_okay=False))
def backup(to: Path) -> None:
    """备份到新文件夹 TO；期间照常服务。中断后对同一文件夹重新执行，接着做完。主密钥不在备份里，须另行保管。"""
    command = _system()
    from chalicelib.services.upkeep import backup as service

    with command.progress_bar("备份") as progress:
        counts = _patiently(command, service.backup, to, progress)
    command.say(f"已备份到 {to}。主密钥（keys.json 或 KMS 密钥）不在其中：请与备份分开保管。")
    _finish(counts)


@click.command()
@click.argument("from_", metavar="FROM", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--erasures",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="较新的跟踪记录文件或备份文件夹：其后删除的主体、撤销的密钥不再恢复。",
)
def restore(from_: Path, erasures: Path | None) -> None:
    """把文件夹 FROM 里的备份恢复到空的系统，再重做公开内容。先核对文件和主密钥；中断后重新执行，接着做完。"""
    command = _system()
    from chalicelib.services.upkeep import backup as service

    with command.progress_bar("恢复") as progress:
        counts = _patiently(command, service.restore, from_, erasures=erasures, progress=progress)
    _finish(counts)


@click.group()
def batch() -> None:
    """查看报送批次：谁、何时、多少、哪些行被拒收。"""


@batch.command("list")
@click.option("--month", metavar="YYYY-MM", help="开始于哪个月（默认本月）。")
def batch_list(month: str | None) -> None:
    """列出一个月的报送批次，最近的在前；最后一行以 JSON 给出数目。"""
    command = _system()
    from chalicelib.services.submission import batches

    found = command.asked(batches.listing, month)
    for one in found:
        click.echo("\t".join(map(str, _line(one))))
    command.say(f"共 {len(found)} 批" + ("；其他月份请用 --month" if month is None else ""))
    click.echo(json.dumps({"batches": len(found)}))


@batch.command("show")
@click.argument("id_", metavar="ID")
@click.option("--refused", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="把拒收的行再次写入这个 CSV 文件。")
def batch_show(id_: str, refused: Path | None) -> None:
    """查看一个批次；最后一行是 JSON。"""
    command = _system()
    from chalicelib.services.submission import batches

    found = command.asked(batches.show, id_, refused_to=refused)
    command.say(f"{STATES[found['state']]}：收下 {found['accepted']} 行，重复 {found['duplicate']} 行，拒收 {found['refused']} 行")
    if refused and found["refused"]:
        command.say(f"拒收的行已写入 {refused}")
    click.echo(json.dumps(found, ensure_ascii=False))


def _line(one: dict[str, Any]) -> tuple[Any, ...]:
    counts = (one[name] for name in ("accepted", "duplicate", "refused"))
    return one["batch"], one["started"], one["kind"], one["provider"], STATES[one["state"]], *counts


def _system() -> Any:
    """The command line's helpers, once the running system is found. Imported late: the command line imports this module."""
    from local import command

    command.use_running_system()
    return command


def _patiently(command: Any, service: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
    """What a service answers; an engine that stays too busy ends the command with what to do."""
    try:
        counts: dict[str, Any] = command.asked(service, *arguments, **named)
    except TimeoutError as error:
        raise command.NothingUsable("数据库持续繁忙，已停下：稍后对同一文件夹重新执行，会接着做完") from error
    return counts


def _finish(counts: dict[str, Any]) -> None:
    click.echo(json.dumps(counts, ensure_ascii=False))
    sys.exit(SOME_FAILED if counts.get("failed") else ALL_DONE)
