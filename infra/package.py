"""`make package`: the zip of each face, and the three templates, into `dist/`. Two builds of the same files give the same bytes.

Chalice gathers the dependencies and writes the templates; here its project is laid out cleanly, and its zip is packed anew.
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from chalicelib import cities
from chalicelib.law.decisions import Refused
from chalicelib.web import pages
from infra import front

ROOT = Path(__file__).resolve().parent.parent
INFRA = ROOT / "infra"
FACES = ("public", "members")
ENVIRONMENTS = ("dev", "prod")

IN_LAMBDA = "/var/task"
"""Where Lambda unpacks the zip: what the compiled files say where they are from."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip; the earliest that a zip can tell."""
SERVICES = ("dynamodb", "kms", "s3", "sesv2", "sns", "sqs")
"""The AWS services that are called: botocore's descriptions of the others (20 MB) stay out. A test compares it with the code."""
ASK_THEIR_VERSION = ("holidays",)
"""Packages that look up their own version when they are imported: without their metadata they are not."""
ENDPOINT_OF = {"sesv2": "email"}
"""By which name botocore lists the endpoints of a service, where that is another."""
NOT_SHIPPED = ("__pycache__", "*.pyc", "*.po", "*.pot", "src")


def build(target: Path, city: str) -> None:
    """Make everything for a city (a name, or a folder of one's own) in `target`; what lay there goes. `Refused` for an unfinished city."""
    folder = cities.folder(city)
    cities.load(str(folder))
    with tempfile.TemporaryDirectory(prefix="mingxin-package-") as temporary:
        made = Path(temporary) / "dist"
        for face in FACES:
            project = Path(temporary) / face
            _lay_out(project, face, folder)
            for environment in ENVIRONMENTS:
                _chalice(project, face, environment, made / environment, folder.name)
            _pack(project / "made.zip", made / f"{face}.zip")
        shutil.copy(INFRA / "resources.yaml", made / "data.yaml")
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, target)


def _lay_out(project: Path, face: str, city: Path) -> None:
    """The project of a face as Chalice wants it: nothing in it but what is deployed."""
    ignore = shutil.ignore_patterns(*NOT_SHIPPED)
    project.mkdir()
    shutil.copy(ROOT / "app.py", project)
    shutil.copy(ROOT / f"requirements-{face}.txt", project / "requirements.txt")
    if face == "members":
        shutil.copy(ROOT / "requirements-public.txt", project)
        (project / "vendor" / "templates").mkdir(parents=True)
        for sheet in (ROOT / "templates").glob("*.typ"):
            shutil.copy(sheet, project / "vendor" / "templates")
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=ignore)
    shutil.copytree(ROOT / "static", project / "vendor" / "static", ignore=ignore)
    pages.compile_templates(project / "vendor" / pages.COMPILED.name)
    shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deployments", "deployed"))
    if city.parent != cities.HERE:
        shutil.copytree(city, project / "chalicelib" / "cities" / city.name, ignore=ignore)


def _chalice(project: Path, face: str, environment: str, target: Path, city: str) -> None:
    """Have Chalice write a face's template for an environment; its zip goes to `made.zip` of the project."""
    merge, out = project.parent / "merge.json", project.parent / "out"
    merge.write_text(json.dumps(_ours(face, environment, city)), encoding="utf-8")
    command = [sys.executable, "-c", "import chalice.cli; chalice.cli.main()", "package", "--stage", f"{face}-{environment}"]
    command += ["--template-format", "yaml", "--merge-template", str(merge), str(out)]
    # Chalice asks for a region and uses it nowhere.
    given = {**os.environ, "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "none-1"), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=project, env=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{face}-{environment} could not be packaged:\n{done.stdout}{done.stderr}")
    template = yaml.safe_load((out / "sam.yaml").read_text(encoding="utf-8"))
    for function in _functions(template):
        function["CodeUri"] = f"../{face}.zip"
    target.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(template, allow_unicode=True, width=140, Dumper=_WithoutAliases)
    (target / f"{face}.yaml").write_text(text, encoding="utf-8")
    shutil.move(out / "deployment.zip", project / "made.zip")


class _WithoutAliases(yaml.SafeDumper):
    """Writes what occurs twice twice: CloudFormation knows no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True


def _functions(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            yield resource["Properties"]


def _ours(face: str, environment: str, city: str) -> dict[str, Any]:
    """What is added to Chalice's template: the parts of both faces, of this one, and what stands before it."""
    parts = [yaml.safe_load((INFRA / name).read_text(encoding="utf-8")) for name in ("face.yaml", f"{face}.yaml")]
    parts.append(front.wall(environment))
    if face == "public":
        parts.append(front.front(environment))
    parts.append({"Parameters": {"City": {"Default": city}}})
    merged: dict[str, Any] = {}
    for part in parts:
        _merge(merged, part)
    return merged


def _merge(into: dict[str, Any], part: dict[str, Any]) -> None:
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = json.loads(json.dumps(value))


def _pack(zipped: Path, target: Path) -> None:
    """Pack a zip anew: without what no function needs, with everything compiled, in one order and of one time."""
    with tempfile.TemporaryDirectory(prefix="mingxin-zip-") as temporary:
        folder = Path(temporary)
        with zipfile.ZipFile(zipped) as given:
            given.extractall(folder)
        _trim(folder)
        _compile(folder)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), LONG_AGO)
                entry.external_attr = 0o100644 << 16
                out.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def _trim(folder: Path) -> None:
    services = folder / "botocore" / "data"
    for path in services.iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)
    _trim_endpoints(services / "endpoints.json")
    asked = {path for name in ASK_THEIR_VERSION for path in folder.glob(f"{name}-*.dist-info")}
    for path in [*folder.rglob("*.dist-info"), *folder.rglob("*.data"), *folder.rglob("__pycache__"), *folder.rglob("tests")]:
        if path not in asked:
            shutil.rmtree(path)


def _trim_endpoints(file: Path) -> None:
    """Leave of botocore's list of endpoints what concerns our services: reading all of it takes 40 ms of every cold start."""
    listed = json.loads(file.read_text(encoding="utf-8"))
    known = {ENDPOINT_OF.get(name, name) for name in SERVICES}
    for partition in listed["partitions"]:
        partition["services"] = {name: given for name, given in partition["services"].items() if name in known}
    file.write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")


def _compile(folder: Path) -> None:
    """Compiled files that are taken as they are: neither time nor content of the source is looked at."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, stripdir=folder, prependdir=IN_LAMBDA, invalidation_mode=unchecked, workers=1):
        raise SystemExit("The package holds files that do not compile.")


def main() -> None:
    """Build into the folder that is named (default `dist/`) for `MINGXIN_CITY`, and say what is in it."""
    target = Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT / "dist"
    try:
        build(target, os.environ.get("MINGXIN_CITY") or "nantong")
    except Refused as error:
        raise SystemExit(f"{error}") from error
    for path in sorted(target.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>12,}  {path.relative_to(target.parent)}")


if __name__ == "__main__":
    main()
