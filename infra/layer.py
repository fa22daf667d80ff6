"""The layer of the functions that make reports: what typesets and signs, and the fonts; `dist/reports-layer.zip`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from infra.package import LONG_AGO, ROOT

FONTS = ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
USED = ("400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf", "LICENSE_FONT")
LARGEST = 250 * 1024 * 1024
"""Bytes that a function and its layers may have unpacked (AWS Lambda quotas)."""


def build(target: Path) -> int:
    """Make the zip; how many bytes it has unpacked. Two builds of the same packages give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="mingxin-layer-") as temporary:
        folder = Path(temporary)
        command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps", "--no-compile"]
        command += ["--only-binary", ":all:"]
        subprocess.run([*command, "--target", str(folder / "python"), "-r", str(ROOT / "requirements-reports.txt")], check=True)
        for path in [*folder.rglob("__pycache__"), *folder.rglob("tests")]:
            shutil.rmtree(path)
        for name in USED:
            (folder / "fonts").mkdir(exist_ok=True)
            shutil.copy(FONTS / name, folder / "fonts")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
            for path in files:
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), LONG_AGO)
                entry.external_attr = 0o100644 << 16
                out.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
        return sum(path.stat().st_size for path in files)


def main() -> int:
    """Build into the file that is named (default `dist/reports-layer.zip`); 1 when Lambda would refuse it."""
    target = Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT / "dist" / "reports-layer.zip"
    unpacked = build(target)
    print(f"{target.stat().st_size:>12,}  {target.name}, {unpacked:,} unpacked")
    return int(unpacked > LARGEST)


if __name__ == "__main__":
    sys.exit(main())
