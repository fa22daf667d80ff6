"""The command line `./mingxin`: each command finds the running engine, calls one service, prints its result as JSON at the end."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import click

from chalicelib import clock
from chalicelib.law.decisions import Refused
from chalicelib.law.identifiers import check_uscc
from chalicelib.records.submissions import Outcome, Refusal
from local import (
    certificate_command,
    export_command,
    incident_command,
    keys_command,
    maintenance_command,
    merge_command,
    template_command,
    trail_command,
    verify_command,
)
from local.environment import how_to_start, running

ALL_IN, SOME_REFUSED, NOTHING_USABLE, CANNOT_RUN = 0, 3, 2, 2
IN_THE_CLOUD = "aws"
"""The MINGXIN_DATA of a deployed system."""
JOBS = ("expire", "effect", "follow", "publish", "remind", "deliver", "root", "forget", "bulletin", "count", "overdue", "recall", "export")
_SHOWN_REFUSALS = 5
P = ParamSpec("P")
T = TypeVar("T")


def say(text: str) -> None:
    """A sentence for the person at the terminal; stdout belongs to results."""
    click.echo(text, err=True)


def use_running_system() -> None:
    """Takes over the environment of the running system; ends with how to start it when there is none. The caller's own clock wins."""
    data, city, own_now = (os.environ.get(name) or None for name in ("MINGXIN_DATA", "MINGXIN_CITY", "MINGXIN_NOW"))
    if data == IN_THE_CLOUD:
        _need_settings_of_the_cloud()
        return
    run = running(data, city)
    if run is None:
        say(how_to_start(data, city))
        sys.exit(CANNOT_RUN)
    pretended = {name: os.environ.pop(name) for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE") if name in os.environ}
    os.environ.update(run.environment)
    if own_now:
        os.environ.pop("MINGXIN_CLOCK", None)
        os.environ["MINGXIN_NOW"] = own_now
        os.environ["MINGXIN_NOW_SINCE"] = pretended.get("MINGXIN_NOW_SINCE") or repr(time.time())
    try:
        clock.now()
    except ValueError as error:
        raise NothingUsable("MINGXIN_NOW 不是时间：请按 2027-01-04T09:00:00+08:00 的格式填写") from error


def _need_settings_of_the_cloud() -> None:
    """What a deployed system is reached by stands in the caller's own environment; ends when a part of it is missing."""
    missing = [name for name in ("MINGXIN_CITY", "MINGXIN_TABLES", "MINGXIN_KEYS") if not os.environ.get(name)]
    if missing:
        raise NothingUsable(f"MINGXIN_DATA={IN_THE_CLOUD} 时须写明 {'、'.join(missing)}：见 docs/deploy.md")


class NothingUsable(click.ClickException):
    """What was asked for cannot be done at all: one sentence and exit code 2."""

    exit_code = NOTHING_USABLE

    def show(self, file: IO[Any] | None = None) -> None:
        """Says the sentence as it is."""
        say(self.message)


def asked(service: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What a service answers; its refusal of the whole ends the command."""
    try:
        return service(*arguments, **named)
    except Refused as error:
        raise NothingUsable(str(error)) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def main() -> None:
    """明信：一座城市的公共信用信息窗口。命令在运行中的系统上工作（先执行 make run）。"""


@main.command("import")
@click.argument("kind", metavar="KIND")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--provider", required=True, metavar="USCC", help="提供单位的统一社会信用代码。")
@click.option("--office", metavar="O", help="提供单位负责审核的部门或岗位（不写个人姓名），记在批次中。")
def import_(kind: str, file: Path, provider: str, office: str | None) -> None:
    """从文件 FILE（CSV、XLSX、JSON Lines）导入一类信息。

    KIND：subjects licences penalties redlist blacklist watchlist warnings commitments，或目录项代码；exits 和 removed
    是其他城市导出的退出和移出，按行把这里的同一条记录移出。

    退出码：0 全部收下（含重复），3 有被拒收的行，2 没有可用的内容。拒收的行写入 FILE.refused.csv。
    """
    try:
        outcome = _imported(kind, file, provider, office)
    except NothingUsable as error:
        say(error.message)
        outcome = Outcome("")
    _say_refusals(outcome.refused, file)
    result = {"batch": outcome.batch or None, "accepted": outcome.accepted, "duplicate": outcome.duplicate, "refused": len(outcome.refused)}
    click.echo(json.dumps(result))
    sys.exit(exit_code(outcome.accepted, outcome.duplicate, len(outcome.refused)))


def _imported(kind: str, file: Path, provider: str, office: str | None) -> Outcome:
    """What became of the file; NothingUsable when it is refused as a whole."""
    if not file.is_file():
        raise NothingUsable(f"找不到文件 {file}：请核对路径")
    code = asked(check_uscc, provider).number
    use_running_system()
    from chalicelib.services.exchange import taken_off
    from chalicelib.services.identity.api_keys import checked_office
    from chalicelib.services.submission.intake import import_file

    reviewer = asked(checked_office, office)
    with progress_bar(f"导入 {file.name}") as progress:
        if kind in taken_off.KINDS:
            return asked(taken_off.import_file, kind, file, provider=code, progress=progress)
        return asked(import_file, kind, file, provider=code, reviewer=reviewer, progress=progress, warn=lambda text: say(f"注意：{text}"))


def exit_code(accepted: int, duplicate: int, refused: int) -> int:
    """0 all in (duplicates are in), 3 some refused, 2 nothing usable."""
    if not accepted and not duplicate:
        return NOTHING_USABLE
    return SOME_REFUSED if refused else ALL_IN


def _say_refusals(refused: tuple[Refusal, ...], file: Path) -> None:
    """The first refused rows and how many there are of each reason."""
    if not refused:
        return
    say(f"拒收 {len(refused)} 行，明细见 {file}.refused.csv")
    for refusal in refused[:_SHOWN_REFUSALS]:
        say(f"  第 {refusal.line} 行 {refusal.column}：{refusal.reason}")
    reasons = Counter((one.column, one.reason) for one in refused)
    if len(reasons) < len(refused) > _SHOWN_REFUSALS:
        say("  拒收原因合计：")
        for (column, reason), count in reasons.most_common(_SHOWN_REFUSALS):
            say(f"  {count} 行 {column}：{reason}")


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when that is a terminal, else nothing. What it gives takes rows done and rows in all."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@main.command()
@click.argument("name", type=click.Choice(JOBS))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="按这一天办理（默认今天）。")
def job(name: str, today: datetime | None) -> None:
    """把一项定时任务执行一次，最后一行以 JSON 给出数目。"""
    use_running_system()
    from chalicelib import jobs

    if today:
        _pretend(today.date())
    day, began = clock.today(), time.monotonic()
    counts = asked(getattr(jobs, name))
    result = {"job": name, "day": day.isoformat(), "due": 0, "done": 0, "failed": 0}
    result |= {key: value for key, value in counts.items() if key not in ("job", "day")}
    result["seconds"] = round(time.monotonic() - began, 1)
    click.echo(json.dumps(result, ensure_ascii=False))
    sys.exit(CANNOT_RUN if result["failed"] else ALL_IN)


def _pretend(day: date) -> None:
    """Sets this process's clock to another day, at the same time of day."""
    os.environ["MINGXIN_NOW"] = datetime.combine(day, clock.now().astimezone(clock.SHANGHAI).timetz()).isoformat()
    os.environ.pop("MINGXIN_CLOCK", None)
    os.environ["MINGXIN_NOW_SINCE"] = repr(time.time())


@main.group()
def city() -> None:
    """新建或检查一座城市的文件夹。"""


@city.command("new")
@click.argument("name")
@click.option(
    "--to",
    "parent",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="建在哪个文件夹里（默认当前）。",
)
def city_new(name: str, parent: Path) -> None:
    """新建城市文件夹 NAME，填好后用 city check 检查，用 MINGXIN_CITY=文件夹 make run 试运行。"""
    from chalicelib import cities

    folder = asked(cities.new, name, parent)
    say(f"已建立 {folder}：请填写 city.toml，然后执行 ./mingxin city check {folder}")
    click.echo(str(folder))


@city.command("check")
@click.argument("city_or_folder", metavar="NAME_OR_FOLDER")
def city_check(city_or_folder: str) -> None:
    """列出城市文件夹缺少、有误、没有依据或取自默认层的内容。退出码 1：须补正。"""
    from chalicelib import cities
    from chalicelib.cities import measures

    findings = asked(cities.check, city_or_folder) + asked(measures.check, city_or_folder)
    words = {"error": "有误", "missing": "缺少", "unsourced": "无依据", "defaulted": "默认"}
    for finding in findings:
        click.echo(f"{words[finding.level]}\t{finding.where}\t{finding.text}")
    counts = Counter[str](finding.level for finding in findings)
    say("，".join(f"{word} {counts[level]} 项" for level, word in words.items()))
    sys.exit(1 if counts["error"] + counts["unsourced"] + counts["missing"] else 0)


main.add_command(template_command.template)
main.add_command(keys_command.key)
main.add_command(merge_command.merge)
main.add_command(merge_command.separate)
main.add_command(verify_command.verify)
main.add_command(export_command.export)
main.add_command(trail_command.trail)
main.add_command(incident_command.incident)
main.add_command(certificate_command.certificate_request)
for _command in (maintenance_command.rebuild, maintenance_command.backup, maintenance_command.restore, maintenance_command.batch):
    main.add_command(_command)

if __name__ == "__main__":
    main(prog_name="mingxin")
