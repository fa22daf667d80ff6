"""`./mingxin key`: API keys made and shown once, listed, revoked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from chalicelib.records.access import ApiKey


@click.group()
def key() -> None:
    """制作、列出或撤销 API 密钥。"""


@key.command("create")
@click.option("--name", required=True, metavar="N", help="由谁的哪个系统使用。")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    metavar="S",
    help="权限范围，可写多次：submit:提供单位统一社会信用代码、shared:read、review、compare、compare:persons、consent。",
)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="可用的最后一天（默认不限）。")
@click.option("--network", "networks", multiple=True, metavar="CIDR", help="只能从这个网段使用，可写多次（默认不限）。")
@click.option("--item", "items", multiple=True, metavar="CODE", help="可以查询的目录项代码，可写多次（默认为公开和政府共享的全部目录项）。")
@click.option("--office", metavar="O", help="使用单位负责审核的部门或岗位（不写个人姓名），报送和查询记录中会显示。")
@click.option("--holder", metavar="USCC", help="以哪个单位的名义申请授权（权限范围 consent 须写明）。")
def key_create(
    name: str,
    scopes: tuple[str, ...],
    expires: datetime | None,
    networks: tuple[str, ...],
    items: tuple[str, ...],
    office: str | None,
    holder: str | None,
) -> None:
    """制作一把密钥。密钥只在这时显示一次，最后一行是 JSON。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.identity import api_keys

    last_day = expires.date() if expires else None
    made, secret = command.asked(
        api_keys.create, name, scopes, expires=last_day, networks=networks, office=office, items=items, holder=holder
    )
    command.say("密钥只显示这一次，系统只保存它的摘要：请马上交给使用人妥善保管。")
    facts = _facts(made)
    shown = {"id": made.id, "key": secret, **{part: facts[part] for part in ("name", "office", "scopes", "expires", "networks", "items")}}
    click.echo(json.dumps(shown, ensure_ascii=False))


@key.command("list")
def key_list() -> None:
    """列出全部密钥（不含密钥本身），最后一行是 JSON。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.identity import api_keys

    keys = command.asked(api_keys.all_keys)
    for one in keys:
        state = "已撤销" if one.revoked else f"可用至 {one.expires}" if one.expires else "不限期"
        click.echo("\t".join((one.id, one.name, " ".join(one.scopes), state, f"最近使用 {one.last_used or '从未'}")))
    click.echo(json.dumps({"keys": [_facts(one) for one in keys]}, ensure_ascii=False))


@key.command("revoke")
@click.argument("key_id", metavar="ID")
def key_revoke(key_id: str) -> None:
    """撤销一把密钥，立刻生效，不能恢复。ID 以 k_ 开头，见 key list。"""
    from local import command

    command.use_running_system()
    from chalicelib.services.identity import api_keys

    revoked = command.asked(api_keys.revoke, key_id)
    click.echo(json.dumps({"id": revoked.id, "name": revoked.name, "revoked": revoked.revoked}, ensure_ascii=False))


def _facts(one: ApiKey) -> dict[str, Any]:
    """What may be told of a key."""
    return {
        "id": one.id,
        "name": one.name,
        "office": one.office,
        "scopes": list(one.scopes),
        "networks": list(one.networks),
        "items": list(one.items),
        "created": one.created,
        "expires": one.expires.isoformat() if one.expires else None,
        "last_used": one.last_used.isoformat() if one.last_used else None,
        "revoked": one.revoked,
    }
