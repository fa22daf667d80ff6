"""`./mingxin incident`: whom a security incident concerns, by the trail, and telling them (docs/incidents.md)."""

from __future__ import annotations

import getpass
import json
from datetime import datetime

import click

from chalicelib import clock

BY = "operator"


def _instant(context: click.Context, option: click.Parameter, value: str) -> datetime:
    """An instant, in China's time where it names no other."""
    try:
        return clock.parse_now(value)
    except ValueError as error:
        raise click.BadParameter("请按 2026-11-21T08:00 的格式填写") from error


@click.command()
@click.option("--from", "begin", callback=_instant, required=True, metavar="T", help="从何时起，例如 2026-11-21T08:00（北京时间）。")
@click.option("--to", "end", callback=_instant, required=True, metavar="T", help="到何时止。")
@click.option("--actor", "actors", multiple=True, metavar="ID", help="只看这些人或密钥（跟踪记录中的编号）做的，可写多次。")
@click.option("--record", "records", multiple=True, metavar="ID", help="只看涉及这些记录的，可写多次。")
@click.option("--tell", metavar="TEXT", help="告知每个受影响的主体：发生了什么、可以怎么做（10至500个字）。不写则只清点。")
def incident(begin: datetime, end: datetime, actors: tuple[str, ...], records: tuple[str, ...], tell: str | None) -> None:
    """按跟踪记录查明一起安全事件影响了谁，并各告知一次（处置步骤见 docs/incidents.md）。最后一行以 JSON 给出数目。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.desk import incident as service
    from chalicelib.services.identity.who_acts import keyed

    scope = service.Scope(begin, end, actors, records)
    if tell is None:
        found = command.asked(service.affected, scope)
        command.say(f"{found.entries} 条跟踪记录，涉及 {len(found.subjects)} 个主体。加 --tell 告知他们。")
        click.echo(json.dumps({"entries": found.entries, "affected": len(found.subjects), "elsewhere": found.elsewhere}))
        return
    click.echo(json.dumps(command.asked(service.tell, scope, tell, keyed(f"{BY} {getpass.getuser()}"))))
