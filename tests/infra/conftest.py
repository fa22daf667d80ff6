"""The package, built once for its present sources, unpacked into empty folders; DynamoDB Local and a stand-in for the rest of AWS."""

from __future__ import annotations

import fcntl
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.storage import report_keys
from local import engine as engines
from local import resources
from local.children import stop, wait_for
from tests.infra.building import build, build_layer, fingerprint, layer_fingerprint
from tests.infra.functions import FACE_OF, ROOT, SECRET, WITH_LAYER, Function
from tests.people.browser import SITE
from tests.people.conftest import issuers as issuers

BUCKET = "mingxin-files"


@pytest.fixture(scope="session")
def dist() -> Path:
    """What `make package` makes of the present sources; built when it is not there yet."""
    folder = ROOT / ".package" / "tested"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / fingerprint()
        if not made.exists():
            build(made)
    return made


@pytest.fixture(scope="session")
def layer_zip() -> Path:
    """The layer that `make package` makes; made when it is not there yet for the present packages."""
    folder = ROOT / ".package" / "tested"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / f"reports-layer-{layer_fingerprint()}.zip"
        if not made.exists():
            build_layer(made)
    return made


@pytest.fixture(scope="session")
def layer(layer_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer, where nothing else is."""
    folder = tmp_path_factory.mktemp("layer")
    with zipfile.ZipFile(layer_zip) as zipped:
        zipped.extractall(folder)
    return folder


@pytest.fixture
def beside(unpacked: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """The zip of the members face with a module `probe` of a test's own beside what is in it."""

    def made(text: str) -> Path:
        for path in unpacked["members"].iterdir():
            (tmp_path / path.name).symlink_to(path)
        (tmp_path / "probe.py").write_text(text, encoding="utf-8")
        return tmp_path

    return made


@pytest.fixture(scope="session")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The zip of each face in a folder where nothing else is."""
    folders = {}
    for face in ("public", "members"):
        folders[face] = tmp_path_factory.mktemp(face)
        with zipfile.ZipFile(dist / f"{face}.zip") as zipped:
            zipped.extractall(folders[face])
    return folders


@pytest.fixture(scope="session")
def cloud(engine: engines.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A stand-in for KMS, S3 and SQS, and the settings that lead a function to a master key, a signing key, a bucket and queues."""
    child = engines._moto(tmp_path_factory.mktemp("moto"))
    try:
        wait_for(child)
        endpoint = f"http://127.0.0.1:{child.port}"
        kms, s3 = boto3.client("kms", endpoint_url=endpoint), boto3.client("s3", endpoint_url=endpoint)
        master = kms.create_key()["KeyMetadata"]["Arn"]
        signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": engines.REGION})
        s3.create_bucket(
            Bucket="mingxin-roots", CreateBucketConfiguration={"LocationConstraint": engines.REGION}, ObjectLockEnabledForBucket=True
        )
        certificate = certificate_for(kms.get_public_key(KeyId=signing)["PublicKey"])
        s3.put_object(Bucket=BUCKET, Key=report_keys.CERTIFICATE, Body=certificate)
        with pytest.MonkeyPatch.context() as there:
            there.setenv("AWS_ENDPOINT_URL", endpoint)
            resources.create(os.environ["MINGXIN_TABLES"])
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "MINGXIN_KEYS": f"kms:{master}",
            "MINGXIN_FILES": f"s3:{BUCKET}",
            "MINGXIN_ROOTS": "s3:mingxin-roots",
            "MINGXIN_SIGNING": f"kms:{signing}",
        }
    finally:
        stop([child])


def certificate_for(public_key: bytes) -> bytes:
    """A certificate (PEM) that an authority of the test's own issues for a public key (DER)."""
    key = serialization.load_der_public_key(public_key)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    issuer, subject = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("示例证书机构", "示例市信用中心"))
    usage = {name: name in ("digital_signature", "content_commitment") for name in report_keys._USAGES}
    builder = (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def start(
    engine: engines.Engine, cloud: dict[str, str], tables: str, unpacked: dict[str, Path], layer: Path, at: Callable[[str], None]
) -> Iterator[Callable[..., Function]]:
    """Starts functions, by name, on empty tables on the morning of 21 November 2026; ends them after the test."""
    at("2026-11-21T09:00:00+08:00")
    clock = {name: os.environ[name] for name in ("MINGXIN_NOW", "MINGXIN_NOW_SINCE")}
    started: list[Function] = []

    def started_function(name: str, handler: str = "", folder: Path | None = None, **settings: str) -> Function:
        face = FACE_OF[name]
        given = {
            **engine.environment,
            "AWS_ENDPOINT_URL": cloud["AWS_ENDPOINT_URL"],
            **clock,
            "MINGXIN_TABLES": tables,
            "MINGXIN_CITY": "nantong",
        }
        if face == "members":
            given |= {**cloud, "MINGXIN_ORIGIN_SECRET": SECRET, "MINGXIN_SITE": SITE}
        folders = [folder or unpacked[face]]
        if name in WITH_LAYER:
            folders.append(layer)
            given |= {"MINGXIN_FONTS": str(layer / "fonts")}
        started.append(Function.start(name, folders, {**given, **settings}, handler))
        return started[-1]

    yield started_function
    for function in started:
        function.stop()
