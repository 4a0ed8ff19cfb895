"""Who subscribed hears of a change: signed, repeated, replayed; nothing inside our network is called."""

import datetime
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AuditEvent
from credit_platform.stack import ports
from records import crypto
from records.errors import Refused, RightMissing
from records.services.special import Sought
from sanctions import calling, services
from sanctions.models import Matter, Subscription, WebhookDelivery
from sanctions.services import webhooks
from sanctions.services.listings import Named
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user, penalty, persons_penalty, register
from tests.sanctions.conftest import FIRM, LATER, make_line

PERSON = Named("person", "示例李四", make_id_number(41))


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever is cut off in the middle of an answer complains; that is what some of these tests are about."""


class Receiver:
    """A department's own address on this machine; `behave` says how it answers."""

    def __init__(self):
        self.heard, self.behave = [], lambda handler: handler.reply(204)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((self.path, dict(self.headers), body))
                outer.behave(self)

            def reply(self, status, headers=(), body=b""):
                self.send_response(status)
                for name, value in (*headers, ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def counter(market):
    return make_user("counter-w", Role.CLERK, make_line("CZT", 781))


@pytest.fixture
def known(clerk):
    """The firm and the person have a record, so that they are known."""
    register(penalty(clerk.department, 1, CF_SJLYDM=clerk.department.uscc), clerk)
    register(
        persons_penalty(clerk.department, 2, name=PERSON.name, CF_XDR_ZJHM=PERSON.number,
                        CF_SJLYDM=clerk.department.uscc), clerk,
    )  # fmt: skip


@pytest.fixture
def listen(counter, receiver, known):
    def listen(named=FIRM, url="", **changes) -> tuple[Subscription, str]:
        values = {
            "url": url or receiver.url, "reference": "云示项〔2026〕9号", "consent_no": "授1号", "actor": counter,
            "department": counter.department, "today": TODAY,
        } | changes  # fmt: skip
        sought = Sought(named.kind, named.name, named.number, "身份证")
        return webhooks.subscribe(sought, Matter.objects.get(code="CZZJ"), **values)

    return listen


@pytest.fixture
def changed(listen, black, memorandum, enter):
    """A subscription whose verdict has changed, the notice queued."""
    subscription, secret = listen()
    enter(black)
    assert webhooks.notice_changes(today=LATER) == 1
    return subscription, secret


def test_a_change_is_told_once_signed_and_without_the_verdict(changed, receiver):
    _, secret = changed
    assert webhooks.send_due() == 1 and webhooks.send_due() == 0
    [(path, headers, body)] = receiver.heard
    told = json.loads(body)
    delivery = WebhookDelivery.objects.get()
    assert (path, told["event"], told["reference"], told["uscc"]) == (
        "/hook", "verdict.changed", "云示项〔2026〕9号", FIRM.number,
    )  # fmt: skip
    assert "sanctioned" not in body.decode() and FIRM.name not in body.decode()
    assert told["event_id"] == headers["X-Credit-Event"] == str(delivery.event_id)
    signed = f"{headers['X-Credit-Timestamp']}.{told['event_id']}.".encode() + body
    expected = hmac.new(secret.encode(), signed, "sha256").hexdigest()
    assert headers["X-Credit-Signature"] == f"sha256={expected}"
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert webhooks.notice_changes(today=LATER) == 0, "it has been told"


def test_of_a_person_only_the_department_s_own_number_leaves(listen, black, memorandum, enter, receiver):
    listen(PERSON)
    assert AuditEvent.objects.readings().count() == 1
    enter(black, PERSON)
    assert webhooks.notice_changes(today=LATER) == 1
    webhooks.send_due()
    body = receiver.heard[0][2].decode()
    assert "云示项" in body and PERSON.name not in body and PERSON.number not in body and "uscc" not in body


def test_what_does_not_change_is_not_told(listen, receiver):
    listen()
    assert webhooks.notice_changes(today=LATER) == 0 and not WebhookDelivery.objects.exists()


def test_the_secret_is_kept_sealed(listen):
    subscription, secret = listen()
    assert secret not in subscription.secret and crypto.open_text(subscription.secret) == secret


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (lambda handler: handler.reply(302, [("Location", "/elsewhere")]), "redirected"),
        (lambda handler: handler.reply(500), "http_500"),
        (lambda handler: handler.reply(410), "http_410"),
        (lambda handler: handler.wfile.write(b"\x00garbage\r\n\r\n"), "connection_lost"),
        (lambda handler: handler.reply(200, body=b"x" * 100_000), "answer_too_large"),
    ],
)
def test_what_is_not_taken_is_tried_again_later(changed, receiver, behave, code):
    receiver.behave = behave
    assert webhooks.send_due() == 0
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == "queued" and delivery.last_error.startswith(code)
    assert delivery.next_attempt_at > timezone.now() + datetime.timedelta(seconds=50)
    assert len(receiver.heard) == 1, "a redirect is not followed"
    receiver.behave = lambda handler: handler.reply(200)
    assert webhooks.send_due(now=timezone.now() + datetime.timedelta(hours=1)) == 1
    assert [json.loads(body)["event_id"] for _, _, body in receiver.heard] == [str(delivery.event_id)] * 2


def test_one_that_drips_is_cut_off_in_time(receiver, settings):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    receiver.behave = drip
    began = time.monotonic()
    called = calling.call(receiver.url, b"{}", secret="s", event_id="e", timestamp=1, seconds=0.5)
    assert called.code == "timeout" and time.monotonic() - began < 3


def test_nobody_listening_is_unreachable():
    url = f"http://127.0.0.1:{ports.choose()}/"
    assert calling.call(url, b"{}", secret="s", event_id="e", timestamp=1).code == "unreachable"


def test_after_a_day_it_waits_for_a_person_and_can_be_sent_again(changed, receiver, counter, lead):
    receiver.behave = lambda handler: handler.reply(503)
    now = timezone.now()
    for hours in range(30):
        webhooks.send_due(now=now + datetime.timedelta(hours=hours))
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.next_attempt_at) == ("dead", None)
    heard = len(receiver.heard)
    receiver.behave = lambda handler: handler.reply(200)
    assert webhooks.send_due(now=now + datetime.timedelta(days=9)) == 0 and len(receiver.heard) == heard
    with pytest.raises(RightMissing):
        webhooks.resend(delivery, actor=lead)
    webhooks.resend(delivery, actor=counter)
    assert webhooks.send_due() == 1
    assert json.loads(receiver.heard[-1][2])["event_id"] == str(delivery.event_id)


def test_all_that_was_told_since_a_day_is_replayed(changed, receiver, counter):
    subscription, _ = changed
    webhooks.send_due()
    today = timezone.localdate()
    assert webhooks.replay(subscription, since=today + datetime.timedelta(days=1), actor=counter) == 0
    assert webhooks.replay(subscription, since=today, actor=counter) == 1
    assert webhooks.send_due() == 1
    ids = [headers["X-Credit-Event"] for _, headers, _ in receiver.heard]
    assert len(ids) == 2 and len(set(ids)) == 1


def test_killed_between_call_and_note_the_same_event_comes_again(changed, receiver, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "_note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            webhooks.send_due()
    assert webhooks.send_due() == 0, "the lease still runs"
    assert webhooks.send_due(now=timezone.now() + webhooks.LEASE) == 1
    first, again = (headers["X-Credit-Event"] for _, headers, _ in receiver.heard)
    assert first == again


def test_who_has_ended_hears_no_more(changed, receiver, counter):
    subscription, _ = changed
    services.end_subscription(subscription, actor=counter)
    assert webhooks.send_due() == 0 and receiver.heard == []
    with pytest.raises(Refused) as refusal:
        webhooks.replay(subscription, since=TODAY, actor=counter)
    assert refusal.value.code == "subscription_ended"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "ftp://example.com/"}, "webhook_url_invalid"),
        ({"url": "http://example.com/"}, "webhook_url_invalid"),
        ({"url": "https://user@example.com/"}, "webhook_url_invalid"),
        ({"url": "https://示例.com/"}, "webhook_url_invalid"),
        ({"url": "https://exa mple.com/"}, "webhook_url_invalid"),
        ({"url": "https://[::1"}, "webhook_url_invalid"),
        ({"url": "https://10.1.2.3/"}, "webhook_target_internal"),
        ({"url": "https://169.254.169.254/"}, "webhook_target_internal"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "webhook_target_internal"),
        ({"url": "https://[64:ff9b::a00:1]/"}, "webhook_target_internal"),
        ({"url": "https://[fe80::1]/"}, "webhook_target_internal"),
        ({"url": "https://intranet/"}, "webhook_target_internal"),
        ({"reference": " "}, "reference_missing"),
        ({"consent_no": ""}, "consent_missing"),
        ({"named": Named("person", "示例别人", PERSON.number)}, "subject_unknown"),
    ],
)
def test_what_cannot_be_subscribed_has_a_code(listen, changes, code):
    with pytest.raises(Refused) as refusal:
        listen(**{"named": PERSON} | changes)
    assert refusal.value.code == code and not Subscription.objects.exists()


def test_subscribed_once(listen):
    listen()
    with pytest.raises(Refused) as refusal:
        listen()
    assert refusal.value.code == "subscribed_already"


@pytest.mark.parametrize(
    "address", ["10.0.0.8", "127.0.0.1", "169.254.169.254", "::1", "fc00::1", "0.0.0.0", "100.64.0.1"]
)
def test_a_name_that_leads_inside_is_not_called(settings, monkeypatch, address):
    """Also when it leads outside as well: which of the two is connected to is not ours to choose."""
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", (address, 443))]
    monkeypatch.setattr(calling.socket, "getaddrinfo", lambda *_, **__: found)
    called = calling.call("https://hook.example.com/", b"{}", secret="s", event_id="e", timestamp=1, seconds=2)
    assert called.code == "webhook_target_internal"
    with pytest.raises(Refused):
        calling.require_callable("http://127.0.0.1/")
