"""The public face answers on few imports: a look-up starts cold and pays for nothing that look-ups do not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from chalicelib import settings
from tests.services.conftest import Send
from tests.services.rows import a_code, a_penalty, a_subject

NEEDED = {"botocore", "chalice", "dateutil", "jinja2", "jmespath", "markupsafe", "six", "stdnum", "urllib3"}
"""Packages of others that look-ups need. None of them renders PDF, knows holidays, signs people in, or maps DynamoDB items to models."""
NOT_SHIPPED = {"_distutils_hack", "certifi"}
"""What a development environment loads by itself: the one by setuptools, the other by botocore where it is there."""
ANSWER = """
import json, sys
import app
from tests.web.gateway import ask
statuses = [ask(app.app, address).status for address in sys.argv[1:]]
loaded = {name.partition(".")[0] for name, module in sys.modules.items() if "-packages" in (getattr(module, "__file__", None) or "")}
print(json.dumps([statuses, sorted(loaded)]))
"""


def test_a_page_and_an_answer_for_programs_load_nothing_but_what_look_ups_need(send: Send) -> None:
    send("subjects", a_subject())
    assert send("penalties", a_penalty()).accepted == 1
    addresses = [f"/subjects/{a_code()}", f"/subjects/{a_code()}?lang=en", f"/api/v1/subjects/{a_code()}"]
    addresses.append("/verify/NT-20261121-00000000/0000000000000000")
    command = [sys.executable, "-c", ANSWER, *addresses]
    environment = os.environ | {"MINGXIN_FACE": "public"}
    done = subprocess.run(command, cwd=settings.ROOT, env=environment, check=True, capture_output=True, text=True)
    statuses, loaded = json.loads(done.stdout)
    assert statuses == [200, 200, 200, 200]
    assert set(loaded) - NEEDED - NOT_SHIPPED == set()
