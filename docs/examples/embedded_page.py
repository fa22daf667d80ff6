"""A page of another system, an approval case, that shows what the window answers: the key stays on the server, the browser gets words.

`MINGXIN_URL=... MINGXIN_KEY=... python docs/examples/embedded_page.py 8080`, then http://127.0.0.1:8080/cases/12?code=91...
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, quote
from urllib.request import Request, urlopen
from wsgiref.simple_server import make_server

PURPOSE = "行政审批"


def credit_of(code: str, matter: str) -> tuple[dict[str, Any] | None, str]:
    """What the window answers of an organisation, or why it does not: one of the two is empty."""
    headers = {"Authorization": f"Bearer {os.environ['MINGXIN_KEY']}", "X-Purpose": quote(PURPOSE), "X-Matter": quote(matter)}
    request = Request(f"{os.environ['MINGXIN_URL']}/api/v1/shared/subjects/{quote(code, safe='')}", headers=headers)  # noqa: S310
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
            return json.load(answer), ""
    except HTTPError as error:
        with error:
            return None, str(json.load(error)["detail"])
    except URLError:
        return None, "信用信息暂时查不到，请稍后刷新"


def case_page(number: str, code: str) -> str:
    """The page of a case. Everything that came from elsewhere is escaped; nothing of it is kept."""
    found, why_not = credit_of(code, f"演示审批{number}")
    return f"""<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>演示审批系统</title>
<h1>办件 {escape(number)}</h1>
<section aria-labelledby="credit"><h2 id="credit">公共信用信息</h2>{_credit(found) if found else f"<p>{escape(why_not)}</p>"}</section>
</html>"""


def _credit(found: dict[str, Any]) -> str:
    entries = [(entry["title"], entry) for entry in found["records"]] + [(entry["name"], entry) for entry in found["lists"]]
    rows = "".join(f"<li>{_entry(title, entry)}</li>" for title, entry in entries) or "<li>无记录</li>"
    asked = f"查询编号 {escape(found['query'])}，依据 {escape(found['as_of'])} 的数据；对方看得到这次查询。"
    return f"<p>{escape(found['name'])}（{escape(found['code'])}）</p><ul>{rows}</ul><p>{asked}</p>"


def _entry(title: str, entry: dict[str, Any]) -> str:
    doubted = "（异议处理中，请以核实结果为准）" if "under_objection" in entry["flags"] else ""
    return f"{escape(title)}，有效期至 {escape(entry['valid_until'] or '长期')}{doubted}"


def app(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """The page as a WSGI application."""
    code = parse_qs(environ.get("QUERY_STRING", "")).get("code", [""])[0]
    start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
    return [case_page(environ["PATH_INFO"].rpartition("/")[2], code).encode()]


if __name__ == "__main__":
    with make_server("127.0.0.1", int(sys.argv[1]), app) as server:
        print(f"http://127.0.0.1:{server.server_port}/cases/12?code=", flush=True)
        server.serve_forever()
