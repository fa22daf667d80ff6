"""Private files by their short-lived links, on one machine; in the cloud the links lead to the bucket itself."""

from __future__ import annotations

from typing import Any

from chalice.app import Request, Response

from chalicelib.web import problems
from chalicelib.web.coding import Bytes
from chalicelib.web.routes import Routes

files = Routes(__name__)

TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
"""What private files are: reports, and scans of papers."""


@files.reads("/members/files/{token}")
def file(request: Request, token: str) -> Response:
    """The file of a link that is not older than five minutes."""
    from chalicelib.services.own import private_files  # no first answer in the cloud pays for it

    found = private_files.linked(token)
    if found is None:
        raise problems.Missing("这个下载链接已经失效", "链接五分钟内有效，请回到原来的页面重新点击下载。")
    name, content = found
    headers: dict[str, Any] = {
        "Content-Type": TYPES[name.rpartition(".")[2]],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Bytes(content, headers)
