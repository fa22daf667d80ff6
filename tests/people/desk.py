"""What tests of the desk share: officers' browsers, and forms with files as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from chalice import Chalice

from local.demo import a_person_number
from tests.people.browser import Browser
from tests.web.gateway import Answer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"
COUNTER = {"document": "resident_id", "number": a_person_number(200), "reason": "本人到窗口打印档案", "checked": "yes"}


def at_desk(members: Chalice, sub: str, path: str = "/desk") -> Browser:
    """The browser of somebody of the staff, on a page of the desk."""
    browser = Browser(members)
    browser.sign_in(sub, "staff")
    browser.get(path)
    return browser


def opened(browser: Browser, form: Mapping[str, str] = COUNTER) -> str:
    """Open an archive at the counter; its path."""
    browser.get("/desk/counter")
    answer = browser.post("/desk/counter", form)
    assert answer.status == 303, answer.body
    return answer.headers["Location"]


def send_file(browser: Browser, path: str, fields: Mapping[str, str | Sequence[str]], name: str, content: bytes) -> Answer:
    """Send a form with a file."""
    edge = uuid4().hex
    several = {key: [value] if isinstance(value, str) else value for key, value in fields.items()}
    pairs = [("token", browser.token(path)), *((key, one) for key, values in several.items() for one in values)]
    head = "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in pairs)
    file = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="scan"\r\nContent-Type: image/png\r\n\r\n'
    body = head.encode() + file.encode() + content + f"\r\n--{edge}--\r\n".encode()
    return browser.send(path, body, f"multipart/form-data; boundary={edge}")
