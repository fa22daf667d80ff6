"""Anyone reads the signed roots of the trail, and checks one with nothing but the published certificate."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chalice import Chalice
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app import create_app
from chalicelib import clock
from chalicelib.services.upkeep import roots
from chalicelib.storage import keys, report_keys
from chalicelib.storage import roots as stored
from tests.web.gateway import ask

pytestmark = pytest.mark.clause("NT-36")


@pytest.fixture
def public() -> Chalice:
    return create_app("public")


@pytest.fixture(autouse=True)
def vault(tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], None]) -> None:
    monkeypatch.setenv("MINGXIN_ROOTS", str(tmp_path / "roots"))
    monkeypatch.setenv("MINGXIN_SIGNING", str(tmp_path / "signing.pem"))
    report_keys.report_key.cache_clear()
    keys.keyring.cache_clear()
    at("2026-11-21T09:00:00+08:00")


def test_without_a_root_the_page_says_when_there_will_be_one(public: Chalice) -> None:
    assert "还没有签名的根" in ask(public, "/trail").body
    assert ask(public, "/trail.json").json["items"] == []


def test_a_published_root_is_shown_and_its_signature_can_be_verified_by_anyone(public: Chalice) -> None:
    from chalicelib.records.access import Act
    from chalicelib.storage.archive import Changes, put_trail

    changes = Changes()
    put_trail(changes, [Act("record.entered", "s_1", "r_1", [])], actor="a_1", reason="b_1", at=clock.now())
    changes.commit()
    roots.sign(clock.today())
    (root,) = ask(public, "/trail.json").json["items"]
    assert (root["day"], root["edition"], root["entries"], root["closed"]) == ("2026-11-21", 1, 1, False)
    assert root["root"] in ask(public, "/trail").body
    signature = base64.b64decode(root.pop("signature"))
    said = json.dumps(root, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    public_key = report_keys.report_key("").certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    public_key.verify(signature, said, ec.ECDSA(hashes.SHA256()))
    assert hashlib.sha256(said + signature).hexdigest() == roots.digest({**root, "signature": base64.b64encode(signature).decode()})


def test_every_root_is_reached_page_by_page_and_a_wrong_place_is_refused(public: Chalice) -> None:
    for edition in range(1, 52):
        facts = {"day": "2026-11-20", "edition": edition, "entries": 1, "root": "0", "closed": False}
        stored.publish("2026-11-20", edition, {**facts, "made_at": "2026-11-20T01:00:00+00:00"})
    first = ask(public, "/trail.json").json
    then = ask(public, f"/trail.json?cursor={first['next']}").json
    assert [one["edition"] for one in (*first["items"], *then["items"])] == list(range(51, 0, -1))
    assert then["next"] is None
    assert ask(public, f"/trail?cursor={first['next']}").status == 200
    assert ask(public, "/trail.json?cursor=nonsense").status == 422
