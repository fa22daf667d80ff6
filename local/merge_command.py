"""The commands `merge` and `separate`: two archives become one, or a wrong merge is taken back; shown first, done only when asked."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command()
@click.argument("code_from", metavar="CODE_FROM")
@click.argument("code_into", metavar="CODE_INTO")
@click.option("--reason", required=True, metavar="TEXT", help="合并的理由（加密保存在被合并的档案中）。")
@click.option("--by", required=True, metavar="OFFICE", help="由谁办理：科室或工作人员。")
@click.option("--confirmed-by", multiple=True, metavar="OFFICE", help="由哪一位另外的人复核（执行时必填）；可以多次给出。")
@click.option("--yes", is_flag=True, help="确实合并；不给出时只显示将会发生什么。")
def merge(code_from: str, code_into: str, reason: str, by: str, confirmed_by: tuple[str, ...], yes: bool) -> None:
    """把 CODE_FROM 的档案并入 CODE_INTO：同一单位的两个档案合为一个，两个代码都指向它。

    原档案保留并关闭，注明去向；记录复制过去，姓名转为曾用名。中断后重新执行，会接着做完。自然人不在此合并。
    """
    from local import command

    command.use_running_system()
    from chalicelib.services.upkeep import merge as service

    if yes:
        told = command.asked(service.merge, code_from, code_into, service.Order(by, reason, confirmed_by))
    else:
        told = command.asked(service.show, code_from, code_into)
    command.say(_sentence(told))
    click.echo(json.dumps(told, ensure_ascii=False))


@click.command()
@click.argument("code", metavar="CODE")
@click.option("--reason", required=True, metavar="TEXT", help="分开的理由（加密保存在恢复的档案中）。")
@click.option("--by", required=True, metavar="OFFICE", help="由谁办理：科室或工作人员。")
@click.option("--confirmed-by", multiple=True, metavar="OFFICE", help="由哪一位另外的人复核（执行时必填）；可以多次给出。")
@click.option("--yes", is_flag=True, help="确实分开；不给出时只显示将会发生什么。")
def separate(code: str, reason: str, by: str, confirmed_by: tuple[str, ...], yes: bool) -> None:
    """撤销一次错误的合并：代码 CODE 的档案恢复为合并之前的样子，各自独立。

    只撤销合并本身。合并以后有变动、不能自动判断归属的，不执行，并逐项列出。中断后重新执行，会接着做完。
    """
    from local import command

    command.use_running_system()
    from chalicelib.services.upkeep import separate as service

    told = command.asked(service.separate, code, service.Order(by, reason, confirmed_by)) if yes else command.asked(service.show, code)
    command.say(_of_separation(told))
    click.echo(json.dumps(told, ensure_ascii=False))


def _of_separation(told: dict[str, Any]) -> str:
    if told["state"] == "separated":
        return f"已于 {told['at']} 由 {told['by']} 分开：归还 {told['returned']} 条记录"
    if told["state"] == "in the way":
        return f"不能分开：合并以后有 {len(told['in_the_way'])} 项变动，须先由人工核定"
    names = f"{told['name']}（{told['code']}）从 {told['from']['name']}（{told['from']['code']}）分开"
    return f"尚未分开。将把 {names}，归还 {told['returned']} 条记录。确认无误后加 --yes 执行"


def _sentence(told: dict[str, Any]) -> str:
    if told["state"] == "merged":
        return f"已于 {told['at']} 由 {told['by']} 合并：转入 {told['moved']} 条记录，{told['same']} 条两处相同"
    names = f"{told['from']['name']}（{told['from']['code']}）并入 {told['into']['name']}（{told['into']['code']}）"
    counts = f"转入 {told['moved']} 条记录，{told['same']} 条两处相同，{told['identifiers']} 个号码改指"
    if told["state"] == "contradicting":
        return f"不能合并：{names}。{len(told['contradicting'])} 份文书内容不同或关联了责任人员，须先由人工核定"
    return f"尚未合并。将把 {names}：{counts}。确认无误后加 --yes 执行"
