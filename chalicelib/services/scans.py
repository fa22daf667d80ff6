"""Scans and other files that people bring: of few types, told by their bytes."""

from __future__ import annotations

from chalicelib.law.decisions import Refused

LARGEST_SCAN = 4 << 20
"""Bytes."""
_TYPES = (
    (b"%PDF-", b"%%EOF", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", b"IEND", "png", "image/png"),
    (b"\xff\xd8\xff", b"\xff\xd9", "jpg", "image/jpeg"),
)
"""How a file of each type begins, what stands at its end, how its name ends, and its type."""
_TAIL = 1024


def checked_scan(scan: bytes) -> tuple[str, str]:
    """How the name of a sheet's file ends, and its type, by its bytes; `Refused` for anything but a PDF, PNG or JPEG up to 4 MB."""
    if len(scan) > LARGEST_SCAN:
        raise Refused("扫描件超过{most} MB：请降低分辨率后重新扫描", most=LARGEST_SCAN >> 20)
    for begins, ends, ending, type_ in _TYPES:
        if scan.startswith(begins) and ends in scan[-_TAIL:]:
            return ending, type_
    raise Refused("扫描件须是完整的 PDF、PNG 或 JPEG 文件：请重新扫描或导出")
