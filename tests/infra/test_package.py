"""What `make package` makes: only what is needed, compiled, small, the same again, free of partitions and regions."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra.package import ENDPOINT_OF
from tests.infra.building import build
from tests.infra.functions import PYTHON, ROOT

FACES = ("public", "members")
MEGABYTE = 1 << 20
PUBLIC_BUDGET = 25 * MEGABYTE
"""Unzipped, beyond botocore."""
LAMBDA_LIMIT = 250 * MEGABYTE
"""Unzipped, of a function and its layers (AWS Lambda quotas)."""


def entries(dist: Path, face: str) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(dist / f"{face}.zip") as zipped:
        return zipped.infolist()


def test_two_builds_are_the_same_to_the_byte(dist: Path, tmp_path: Path) -> None:
    build(tmp_path / "again")
    first, again = (sorted(path for path in folder.rglob("*") if path.is_file()) for folder in (dist, tmp_path / "again"))
    assert [path.relative_to(dist) for path in first] == [path.relative_to(tmp_path / "again") for path in again]
    assert [one.name for one, other in zip(first, again, strict=True) if one.read_bytes() != other.read_bytes()] == []


@pytest.mark.parametrize("face", FACES)
def test_the_zip_holds_the_code_the_pages_their_style_and_the_cities(dist: Path, face: str) -> None:
    names = {entry.filename for entry in entries(dist, face)}
    for folder in ("static", "chalicelib"):
        kept = {path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in (".pyc", ".scss", ".po", ".pot")}
        assert {path.relative_to(ROOT).as_posix() for path in kept} <= names
    pages = [ModuleLoader.get_module_filename(path.name) for path in (ROOT / "templates").glob("*.html")]
    assert {f"compiled_templates/{language}/{page}" for language in ("zh", "en") for page in pages} <= names
    sheets = {f"templates/{path.name}" for path in (ROOT / "templates").glob("*.typ")}
    assert {name for name in names if name.startswith("templates/")} == (sheets if face == "members" else set())
    assert "static/mingxin.css" in names
    assert "chalicelib/cities/nantong/city.toml" in names


@pytest.mark.parametrize("face", FACES)
def test_every_module_is_compiled_for_the_python_that_the_templates_name(dist: Path, unpacked: dict[str, Path], face: str) -> None:
    names = {entry.filename for entry in entries(dist, face)}
    version = subprocess.check_output([PYTHON, "-c", "import sys; print('%d%d' % sys.version_info[:2])"], text=True).strip()
    sources = {name for name in names if name.endswith(".py")}
    compiled = {re.sub(rf"__pycache__/(\w+)\.cpython-{version}\.pyc$", r"\1.py", name) for name in names if name.endswith(".pyc")}
    assert sources - compiled == set()
    assert f"Runtime: python{version[0]}.{version[1:]}\n" in (dist / "prod" / f"{face}.yaml").read_text(encoding="utf-8")
    magic = bytes.fromhex(
        subprocess.check_output([PYTHON, "-c", "from importlib.util import MAGIC_NUMBER as m; print(m.hex())"], text=True)
    )
    assert {path.read_bytes()[:4] for path in (unpacked[face] / "chalicelib").rglob("*.pyc")} == {magic}
    assert len(magic) == len(MAGIC_NUMBER)


def test_it_is_built_for_the_newest_python_here() -> None:
    present = {
        version
        for version in (11, 12, 13)
        for program in (
            f"python3.{version}",
            *map(str, Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/3.{version}.*/bin/python3.{version}")),
        )
        if _runs(program)
    }
    assert subprocess.check_output([PYTHON, "--version"], text=True).startswith(f"Python 3.{max(present)}.")


def _runs(program: str) -> bool:
    try:
        return subprocess.run([program, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def test_the_public_face_is_small(dist: Path) -> None:
    size = sum(entry.file_size for entry in entries(dist, "public") if not entry.filename.startswith("botocore/"))
    print(f"public, beyond botocore: {size / MEGABYTE:.1f} MB unzipped")
    assert size <= PUBLIC_BUDGET


def test_the_members_face_fits_in_lambda_together_with_the_layer_of_reports(dist: Path, layer_zip: Path) -> None:
    with zipfile.ZipFile(layer_zip) as zipped:
        layer = sum(entry.file_size for entry in zipped.infolist())
    members = sum(entry.file_size for entry in entries(dist, "members"))
    print(f"members: {members / MEGABYTE:.1f} MB, layer: {layer / MEGABYTE:.1f} MB unzipped")
    assert members + layer <= LAMBDA_LIMIT


def test_no_package_of_the_layer_is_in_the_zip_too(dist: Path, layer: Path) -> None:
    tops = {entry.filename.partition("/")[0] for entry in entries(dist, "members")}
    assert tops & {path.name for path in (layer / "python").iterdir() if not path.name.endswith(".dist-info")} == set()


def test_the_public_face_has_nothing_that_could_open_the_archive_and_no_face_has_tools_of_the_build(dist: Path) -> None:
    tops = {face: {entry.filename.partition("/")[0] for entry in entries(dist, face)} for face in FACES}
    assert tops["public"] & {"cryptography", "pynamodb", "openpyxl", "holidays"} == set()
    assert (tops["public"] | tops["members"]) & {
        "babel",
        "pip",
        "setuptools",
        "pytest",
        "moto",
        "local",
        "infra",
        "tests",
        "flask",
    } == set()


def test_botocore_knows_the_services_that_the_code_calls_and_no_other(unpacked: dict[str, Path]) -> None:
    called = set()
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("create_client") | ast.Attribute(attr="create_client"), [ast.Constant(str(service)), *_]):
                    called.add(service)
                case ast.Call(ast.Attribute(ast.Name("aws"), "client"), [ast.Constant(str(service))]):  # the channels
                    called.add(service)
    for face in FACES:
        data = unpacked[face] / "botocore" / "data"
        assert {path.name for path in data.iterdir() if path.is_dir()} == called
        partitions = json.loads((data / "endpoints.json").read_text(encoding="utf-8"))["partitions"]
        assert {partition["partition"] for partition in partitions} >= {"aws", "aws-cn"}
        listed = {ENDPOINT_OF.get(service, service) for service in called}
        assert {service for partition in partitions for service in partition["services"]} == listed


def test_no_partition_region_or_endpoint_is_written_in_what_is_deployed(dist: Path) -> None:
    written = re.compile(r"arn:aws|\b(?:us|eu|ap|cn|af|ca|me|sa|il|mx)-[a-z]+-[0-9]\b|https?://[\w.-]*amazonaws")
    texts = [*dist.rglob("*.yaml"), *(ROOT / ".chalice").glob("*.json"), *(ROOT / "infra").glob("*.py"), *(ROOT / "infra").glob("*.yaml")]
    found = [f"{path.name}: {match[0]}" for path in texts for match in written.finditer(path.read_text(encoding="utf-8"))]
    assert found == []
