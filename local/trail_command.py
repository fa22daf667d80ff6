"""`./mingxin trail check` and `prove`: whether the trail is what was signed day by day, and that one entry is in it."""

from __future__ import annotations

import json
import sys

import click

ALL_RIGHT, SOMETHING_WRONG = 0, 1
SAYINGS = {
    "missing": "签名的根里有、现在的跟踪记录里没有（或被改动）的条目",
    "strange": "已经结束的日子里多出来的条目",
    "unsigned": "签名、次序或内容不对的根",
    "late": "早该签署却没有签署的日子",
}


@click.group()
def trail() -> None:
    """核对跟踪记录：有没有被改动、删去、插入。"""


@trail.command()
def check() -> None:
    """把全部跟踪记录与每天签名的根逐条核对，最后一行以 JSON 给出数目。退出码 1：有不符之处。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.upkeep import trail_check

    counts = trail_check.check()
    for name, saying in SAYINGS.items():
        if counts[name]:
            command.say(f"{saying}：{counts[name]}")
    command.say("有不符之处：请保全现场，按安全事件处理。" if counts["failed"] else "跟踪记录与签名的根全部相符。")
    click.echo(json.dumps(counts))
    sys.exit(SOMETHING_WRONG if counts["failed"] else ALL_RIGHT)


@trail.command()
@click.argument("entry", metavar="ENTRY")
def prove(entry: str) -> None:
    """证明一条跟踪记录 ENTRY（时刻#标记）在当天签名的根里：最后一行是 JSON，任何人不用本系统也能验算。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.upkeep import roots

    click.echo(json.dumps(command.asked(roots.prove, entry), ensure_ascii=False))
