"""What a scan of a paper may be: PDF, PNG or JPEG by its bytes, whatever it is called, and not too large."""

from __future__ import annotations

from typing import Literal

from chalicelib.law.decisions import Refused

ScanKind = Literal["pdf", "png", "jpg"]
LARGEST = 4 << 20
"""Bytes."""

_TAIL = 1024
"""Bytes at the end of a PDF among which its end mark stands (ISO 32000-1, annex H.3)."""


def kind_of(content: bytes) -> ScanKind:
    """Which of the three a scan is; `Refused` for anything else, for one that breaks off, and for one that is too large."""
    if len(content) > LARGEST:
        raise Refused("扫描件超过 {most} MB：请降低清晰度后重新扫描", most=LARGEST >> 20)
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82"):
        return "png"
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return "jpg"
    raise Refused("扫描件应为完整的 PDF、PNG 或 JPEG 文件：请重新扫描后上传")
