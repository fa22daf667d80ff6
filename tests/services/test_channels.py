"""Channels as they speak to the world: a real mail server, a gateway that checks what is signed, and receipts that are believed or not."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib import channels, clock
from chalicelib.channels import Doubtful, Outgoing, Unsent, aws, signatures, sns_messages
from chalicelib.channels.gateway import Gateway
from chalicelib.channels.smtp import Smtp
from chalicelib.law.telling import parts
from chalicelib.records.identifiers import Identifier
from chalicelib.records.messages import Contact, Contacts, Message
from chalicelib.services.telling import receipts, sending
from chalicelib.storage import contacts, outbox
from local import sms_gateway
from local.children import free_port

LETTER = Outgoing(
    "name@example.com", "异议已处理", "正文", "noreply@example.com", "m_1", "<p>正文</p>", {"List-Unsubscribe": "<https://x.example/u>"}
)
TEXT = Outgoing("+8613800000000", "", "异议已处理。", "【演示】", "m_1", template="DEMO", values={"what": "异议已处理"})
SECRET = "secret"
TOPIC = "arn:x:sns:cn-local-1:1:events"


class Post:
    """What a mail server does with letters: `answer` is what it says to their content."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(envelope)
        return self.answer


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server on this machine."""
    found = Post()
    server = Controller(found, hostname="127.0.0.1", port=free_port())
    server.start()
    monkeypatch.setenv("MINGXIN_SMTP", f"smtp+plain://127.0.0.1:{server.port}")
    yield found
    server.stop()


def test_a_mail_server_gets_text_html_and_the_headers_for_unsubscribing(post: Post) -> None:
    message_id = Smtp().send(LETTER)
    (envelope,) = post.letters
    raw = envelope.content if isinstance(envelope.content, bytes) else b""
    assert (envelope.mail_from, envelope.rcpt_tos) == ("noreply@example.com", ["name@example.com"])
    assert all(part in raw for part in (b"text/plain", b"text/html", b"List-Unsubscribe: <https://x.example/u>", message_id.encode()))
    assert "m_1" in message_id, "receipts find the message by it"


@pytest.mark.parametrize(("answer", "passing"), [("452 full", True), ("554 no", False)])
def test_what_a_mail_server_refuses_was_surely_not_taken(post: Post, answer: str, passing: bool) -> None:
    post.answer = answer
    with pytest.raises(Unsent) as refused:
        Smtp().send(LETTER)
    assert refused.value.passing is passing


def test_without_a_mail_server_a_letter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_SMTP", f"smtp+plain://127.0.0.1:{free_port()}")
    with pytest.raises(Unsent) as refused:
        Smtp().send(LETTER)
    assert refused.value.passing


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[sms_gateway.Stand]:
    """The stand-in of a gateway, with a key that it and the window share."""
    found = sms_gateway.start(free_port(), "key", "secret")
    for name, value in {"": found.address, "_KEY": "key", "_SECRET": "secret"}.items():
        monkeypatch.setenv("MINGXIN_SMS_GATEWAY" + name, value)
    yield found
    found.stop()


def test_a_gateway_gets_a_signed_request_and_names_the_message(gateway: sms_gateway.Stand) -> None:
    assert Gateway().send(TEXT) == "g-1"
    (taken,) = gateway.taken
    assert (taken["to"], taken["signature"], taken["template"], taken["reference"]) == ("+8613800000000", "【演示】", "DEMO", "m_1")


def test_a_gateway_refuses_what_is_signed_otherwise(gateway: sms_gateway.Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGXIN_SMS_GATEWAY_SECRET", "another")
    with pytest.raises(Unsent, match="HTTP 401"):
        Gateway().send(TEXT)
    assert not gateway.taken


@pytest.mark.parametrize(("status", "outcome"), [(429, Unsent), (503, Unsent), (400, Unsent), (500, Doubtful)])
def test_only_a_clear_no_of_a_gateway_lets_another_channel_try(gateway: sms_gateway.Stand, status: int, outcome: type[Exception]) -> None:
    gateway.status = status
    with pytest.raises(outcome):
        Gateway().send(TEXT)


def a_sent_message(channel: str = "phone") -> Message:
    number = Identifier("office", "officers")
    facts = Contacts(phone=Contact("+8613800000000", date(2026, 11, 1)), email=Contact("desk@example.com", date(2026, 11, 1)))
    contacts.keep(number, facts, "contact.office", "p_1", clock.now())
    found = Message("m_1", "officers", "daily", "x", date(2026, 11, 21), channel, "claimed", True, (("case arrived", "c_1"),))  # type: ignore[arg-type]
    assert outbox.put(found, clock.now())
    assert outbox.note("m_1", "sent", clock.now())
    return found


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    moment = str(int(time.time()) - age)
    signature = signatures.of("POST", receipts.SMS_PATH, moment, "n", body, secret)
    return {signatures.KEY: "key", signatures.TIME: moment, signatures.NONCE: "n", signatures.SIGNATURE: signature}


def test_a_gateways_receipt_moves_a_message_forward_only(archive: None, gateway: sms_gateway.Stand) -> None:
    a_sent_message()
    for state, noted in (("delivered", 1), ("failed", 0), ("delivered", 0)):
        body = json.dumps({"receipts": [{"reference": "m_1", "state": state}]}).encode()
        assert receipts.of_sms(signed(body), body) == noted
    assert outbox.load(["m_1"])["m_1"].state == "delivered"


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"age": 1000}])
def test_a_receipt_that_is_not_signed_or_too_old_is_not_believed(
    archive: None, gateway: sms_gateway.Stand, wrong: dict[str, object]
) -> None:
    body = b'{"receipts": []}'
    with pytest.raises(receipts.NotGenuine):
        receipts.of_sms(signed(body, **wrong), body)  # type: ignore[arg-type]


def test_a_receipt_whose_words_were_changed_on_the_way_is_not_believed(archive: None, gateway: sms_gateway.Stand) -> None:
    a_sent_message()
    body = json.dumps({"receipts": [{"reference": "m_1", "state": "delivered"}]}).encode()
    headers = signed(body)
    with pytest.raises(receipts.NotGenuine):
        receipts.of_sms(headers, body.replace(b"delivered", b"failed"))
    assert outbox.load(["m_1"])["m_1"].state == "sent"


def test_a_receipt_that_is_played_again_changes_nothing(archive: None, gateway: sms_gateway.Stand) -> None:
    a_sent_message()
    body = json.dumps({"receipts": [{"reference": "m_1", "state": "failed", "reason": "UNKNOWN_NUMBER"}]}).encode()
    headers = signed(body)
    assert [receipts.of_sms(headers, body) for _ in range(2)] == [1, 0]
    outbox.off_the_desk("m_1", "p_1", clock.now())
    assert receipts.of_sms(headers, body) == 0
    assert outbox.waiting("failed", "9", 10) == [], "nor does it come back to the desk"


@pytest.mark.parametrize("slow", [True, False])
def test_a_gateway_that_answers_slowly_three_times_in_a_row_lets_the_other_one_go_first(
    archive: None, gateway: sms_gateway.Stand, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    other: list[Outgoing] = []
    sns = type("Other", (), {"send": lambda self, message: other.append(message) or "s-1"})()
    ways = {"gateway": Gateway(), "sns": sns}
    monkeypatch.setattr(channels, "channel", lambda name: ways[name])
    monkeypatch.setenv("MINGXIN_PHONE_CHANNELS", "gateway,sns")
    monkeypatch.setattr(sending, "_watch", sending.Watch())
    monkeypatch.setattr(sending, "SLOW", 0.0 if slow else 60.0)
    assert [sending.hand_over("phone", TEXT).provider for _ in range(4)] == ["gateway"] * 3 + ["sns" if slow else "gateway"]
    assert (len(gateway.taken), len(other)) == ((3, 1) if slow else (4, 0)), "what was taken slowly was taken, and goes no second time"


@pytest.mark.parametrize(
    ("error", "outcome", "passing"),
    [
        (ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail"), Unsent, True),
        (ClientError({"Error": {"Code": "Throttling"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "Publish"), Unsent, True),
        (ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail"), Unsent, False),
        (ClientError({"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "Publish"), Doubtful, None),
        (ConnectTimeoutError(endpoint_url="x"), Unsent, True),
        (ReadTimeoutError(endpoint_url="x"), Doubtful, None),
    ],
)
def test_what_an_error_of_the_service_says_about_the_message(error: ClientError, outcome: type[Exception], passing: bool | None) -> None:
    found = aws.refusal(error)
    assert (type(found), getattr(found, "passing", None)) == (outcome, passing)


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Iterator[rsa.RSAPrivateKey]:
    """A topic whose certificate lies on this machine; gives the key that signs."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = made.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, SHA256()).public_bytes(Encoding.PEM)

    class Serves(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(certificate)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Serves)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(aws, "endpoint", lambda service: f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("MINGXIN_EMAIL_TOPIC", TOPIC)
    sns_messages._key.cache_clear()
    yield key
    server.shutdown()
    server.server_close()


def an_event(key: rsa.RSAPrivateKey, kind: str, **other: str) -> bytes:
    mail = {"tags": {"reference": ["m_1"]}, "destination": ["Desk@example.com"]}
    event = {"eventType": kind, "mail": mail, "bounce": {"bounceType": "Permanent"}}
    said = {"Type": "Notification", "MessageId": "1", "TopicArn": TOPIC, "Message": json.dumps(event), "Timestamp": "2026-11-21T01:00:00Z"}
    said |= {"SignatureVersion": "2", "SigningCertURL": aws.endpoint("sns") + "/certificate.pem", **other}
    text = "".join(f"{name}\n{said[name]}\n" for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    said["Signature"] = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return json.dumps(said).encode()


def test_what_comes_back_suppresses_the_address_and_is_told_at_sign_in(archive: None, topic: rsa.RSAPrivateKey) -> None:
    a_sent_message("email")
    assert receipts.of_email(an_event(topic, "Delivery")) == 1
    assert receipts.of_email(an_event(topic, "Bounce")) == 1
    assert outbox.load(["m_1"])["m_1"].state == "bounced"
    assert outbox.suppressed([("email", "desk@example.com")])
    assert contacts.hints(Identifier("office", "officers"))[1] == "email"
    outbox.unsuppress("email", "desk@example.com", clock.now())
    assert receipts.of_email(an_event(topic, "Bounce")) == 0, "the same event played again"
    assert not outbox.suppressed([("email", "desk@example.com")])


def test_what_comes_back_from_an_earlier_address_leaves_the_present_one_in_use(archive: None, topic: rsa.RSAPrivateKey) -> None:
    a_sent_message("email")
    office = Identifier("office", "officers")
    moved = replace(contacts.of(office), email=Contact("new@example.com", clock.today()))
    contacts.keep(office, moved, "contact.office", "p_1", clock.now())
    assert receipts.of_email(an_event(topic, "Bounce")) == 1
    assert set(outbox.suppressed([("email", "new@example.com"), ("email", "Desk@example.com")])) == {("email", "Desk@example.com")}
    assert contacts.hints(office)[1] is None


@pytest.mark.parametrize(
    "wrong",
    [{"TopicArn": "arn:x:sns:cn-local-1:1:other"}, {"SigningCertURL": "http://other.example/c.pem"}, {"SignatureVersion": "1"}],
)
def test_an_event_of_another_topic_certificate_or_signature_is_not_believed(
    archive: None, topic: rsa.RSAPrivateKey, wrong: dict[str, str]
) -> None:
    with pytest.raises(receipts.NotGenuine):
        receipts.of_email(an_event(topic, "Bounce", **wrong))


def test_a_topic_that_is_not_ours_is_not_confirmed(archive: None, topic: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sns_messages, "_fetch", lambda address: asked.append(address))
    with pytest.raises(receipts.NotGenuine):
        receipts.of_email(an_event(topic, "", Type="SubscriptionConfirmation", TopicArn="arn:x:sns:cn-local-1:1:other", Token="t"))
    assert not sns_messages.confirm({"SubscribeURL": "http://other.example/confirm"})
    assert asked == []


def test_an_event_signed_by_somebody_else_is_not_believed(archive: None, topic: rsa.RSAPrivateKey) -> None:
    with pytest.raises(receipts.NotGenuine):
        receipts.of_email(an_event(rsa.generate_private_key(65537, 2048), "Bounce"))


@pytest.mark.parametrize(("length", "count"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_the_length_of_a_text_message_is_counted_in_parts(length: int, count: int) -> None:
    assert parts("信" * length) == count
