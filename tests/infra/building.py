"""Builds the package as `make package` does, into a folder of its own, and tells when it must be built again."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from tests.infra.functions import PYTHON, ROOT

SOURCES = ("app.py", "chalicelib", "templates", "static", "infra", ".chalice", "requirements*.txt")


def fingerprint() -> str:
    """A digest of everything that the package is made from."""
    digest = hashlib.sha256(subprocess.check_output([PYTHON, "--version"]))
    found = (path for name in SOURCES for top in ROOT.glob(name) for path in (top.rglob("*") if top.is_dir() else [top]))
    for path in sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts and "deployments" not in path.parts):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def layer_fingerprint() -> str:
    """A digest of everything that the layer is made from."""
    sources = (ROOT / "infra" / "layer.py", ROOT / "requirements-reports.txt", ROOT / "package-lock.json")
    digest = hashlib.sha256(subprocess.check_output([PYTHON, "--version"]))
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build_layer(target: Path) -> None:
    """Make the layer as `make package` does."""
    done = subprocess.run([str(PYTHON), "-m", "infra.layer", str(target)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def build(target: Path, city: str = "") -> None:
    """Run the build as `make package` does, into a folder of its own; for a city, if one is named."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINGXIN_"))}
    if city:
        environment["MINGXIN_CITY"] = city
    command = [str(PYTHON), "-m", "infra.package", str(target)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
