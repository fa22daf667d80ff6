"""A stand-in for a gateway of text messages: it speaks what `docs/sms-gateway.md` describes, and keeps what it takes."""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from chalicelib.channels import signatures

SOON = 0.5
"""Seconds from taking a message to its receipt."""


@dataclass
class Stand:
    """A running stand-in. `taken` are the messages; with another `status` than 200 it takes none."""

    server: ThreadingHTTPServer
    address: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    def stop(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


def start(port: int, key: str, secret: str, receipts: str = "") -> Stand:
    """Start it on this machine, in a thread of its own. It tells that each message arrived, at the address `receipts`, if there is one."""
    stand: Stand

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take a message that is signed as agreed."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            names = (signatures.KEY, signatures.TIME, signatures.NONCE, signatures.SIGNATURE)
            given = {name: self.headers.get(name, "") for name in names}
            if not signatures.fits("POST", self.path, given, body, key, secret, int(time.time())):
                return self._answer(401, {"error": "signature"})
            if stand.status != 200:
                return self._answer(stand.status, {"error": "busy"})
            taken = json.loads(body)
            stand.taken.append(taken)
            if receipts:
                threading.Timer(SOON, _tell, (receipts, taken["reference"], key, secret)).start()
            return self._answer(200, {"id": f"g-{len(stand.taken)}"})

        def _answer(self, status: int, facts: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(facts).encode())

        def log_message(self, *_: object) -> None:
            """Numbers and texts go into no log."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    stand = Stand(server, f"http://127.0.0.1:{server.server_port}/messages")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return stand


def _tell(receipts: str, reference: str, key: str, secret: str) -> None:
    """Post the receipt of a message that arrived, signed as agreed; what cannot be posted is told to nobody."""
    address, body = urlsplit(receipts), json.dumps({"receipts": [{"reference": reference, "state": "delivered"}]}).encode()
    moment, nonce = str(int(time.time())), secrets.token_hex(8)
    signature = signatures.of("POST", address.path, moment, nonce, body, secret)
    headers = {signatures.KEY: key, signatures.TIME: moment, signatures.NONCE: nonce, signatures.SIGNATURE: signature}
    with contextlib.suppress(OSError, HTTPException):
        connection = HTTPConnection(address.netloc, timeout=5)
        connection.request("POST", address.path, body, {"Content-Type": "application/json", **headers})
        connection.getresponse().read()
        connection.close()
