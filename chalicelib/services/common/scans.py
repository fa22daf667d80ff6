"""Scans and other files that people bring: of few types, told by their bytes, and kept sealed under their subject's data key."""

from __future__ import annotations

import secrets

from chalicelib.law.decisions import Refused
from chalicelib.storage import archive, files
from chalicelib.storage.keys import keyring

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


def keep(folder: str, subject_id: str, content: bytes, ending: str) -> str:
    """Keep a file that belongs to a subject's archive, in a folder (`mandates/`); where it is kept."""
    file = f"{folder}{subject_id}/{secrets.token_hex(16)}.{ending}"
    data_key = archive.load_subjects([subject_id])[subject_id].data_key
    files.files().put(file, keyring().seal_bytes(data_key, content, owner=subject_id, place=file), "application/octet-stream")
    return file


def opened(file: str, content: bytes) -> bytes | None:
    """A file as it was brought; None when its subject's data key is erased."""
    subject_id = file.split("/")[1]
    loaded = archive.load_subjects([subject_id]).get(subject_id)
    return keyring().open_bytes(loaded.data_key, content, owner=subject_id, place=file) if loaded else None
