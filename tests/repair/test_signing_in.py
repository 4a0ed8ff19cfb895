"""Signing in as a subject, with the real stand-in provider: what is believed, who comes in, who does not and why."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import date
from html import unescape
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from audit.models import AuditEvent
from credit_platform import demo_identities, health
from records import crypto
from records.errors import Refused
from records.models import Identifier, Subject
from repair import oidc, services
from repair.models import Applicant, Representation
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_id_number
from tests.repair.conftest import of_spring

SECRET = "a-secret-for-tests-only"
HERE = "http://testserver/my/callback/"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The process `make run` starts, with the accounts of the demo data and three of ours."""
    folder = tmp_path_factory.mktemp("identity")
    people = [*demo_identities.accounts(), *(_account(number) for number in (3, 4))]
    (folder / "identities.json").write_text(json.dumps(people), encoding="utf-8")
    words = ["--port", "0", "--redirect-uri", HERE, "--accounts", str(folder / "identities.json")]
    process = subprocess.Popen(
        [sys.executable, "-m", "repair.stub", *words], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"SUBJECT_OIDC_CLIENT_SECRET": SECRET, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    said = process.stdout.readline()
    yield SimpleNamespace(issuer=re.search(r"http://[0-9.:]+", said)[0], process=process)
    process.terminate()
    assert process.wait(10) == 0


def _account(number: int, **changes: str) -> dict[str, str]:
    return {
        "sub": f"person-{number}", "subject_kind": "person", "name": "示例张三", "document_kind": "身份证",
        "document_number": make_id_number(number), "acr": "loa3", "note": "",
    } | changes  # fmt: skip


@pytest.fixture
def opened(settings, provider, db, rehearse):
    """The services for subjects, switched on."""
    settings.SUBJECT_OIDC_ISSUER, settings.SUBJECT_OIDC_CLIENT_ID = provider.issuer, "credit-yunnan"
    settings.SUBJECT_OIDC_CLIENT_SECRET = SECRET
    oidc.forget()
    yield provider
    oidc.forget()


def ask(method: str, url: str, form: dict[str, str] | None = None):
    """What a browser gets at the provider: status, where it is sent, body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, f"{parts.path}?{parts.query}", urlencode(form or {}), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return SimpleNamespace(status=answer.status, location=answer.headers.get("Location", ""), body=body)


def go_to_provider(client, after: str = "") -> str:
    answer = client.post(reverse("my:sign-in"), {"next": after})
    assert answer.status_code == 302
    return answer.url


def choose(where: str, sub: str) -> str:
    """Choose an account on the provider's page; the address it sends the browser back to."""
    page = ask("GET", where).body
    form = {name: unescape(value) for name, value in re.findall(r'name="([a-z_]+)" value="([^"]*)"', page)}
    answer = ask("POST", where.partition("?")[0], form | {"account": sub})
    assert answer.status == 303
    return answer.location


def sign_in(client, sub: str, after: str = ""):
    """The whole way; what the platform answers at the end."""
    return client.get(choose(go_to_provider(client, after), sub).removeprefix("http://testserver"))


def test_without_a_provider_the_page_says_that_services_are_switched_off(client, db, settings):
    settings.SUBJECT_OIDC_ISSUER = ""
    for answer in (client.get(reverse("my:sign-in")), client.post(reverse("my:sign-in"))):
        assert "在线办理没有开通" in answer.content.decode()
        assert "form-action 'self';" in answer.headers["Content-Security-Policy"] + ";"


def test_person_comes_in_and_sees_the_page_asked_for(client, opened, data_dir, department, clerk):
    record = factories.register(factories.persons_penalty(department, 3), clerk)
    page = reverse("my:record", args=[record.public_id])
    answer = sign_in(client, "person-3", page)
    assert (answer.status_code, answer.url) == (302, page)
    assert client.get(page).status_code == 200
    applicant = Applicant.objects.get()
    assert (applicant.subject, applicant.level.code) == (record.subject, "present")
    assert (applicant.lookup, crypto.open_text(applicant.cipher)) == (
        crypto.blind_index("id_card", make_id_number(3)),
        make_id_number(3),
    )
    line = AuditEvent.objects.get(action="repair.applicant.signed_in")
    assert (line.actor_id, line.detail["level"]) == (f"applicant:{applicant.pk}", "present")


def test_page_leads_to_the_provider_and_nowhere_else(client, opened):
    policy = client.get(reverse("my:sign-in")).headers["Content-Security-Policy"]
    assert f"form-action 'self' {opened.issuer}" in policy


def test_address_outside_is_not_gone_to_after_signing_in(client, opened):
    assert sign_in(client, "person-3", "https://elsewhere.example/").url == reverse("my:home")


def test_second_sign_in_renews_the_same_applicant(client, opened):
    sign_in(client, "person-3")
    seen = Applicant.objects.get().seen_at
    client.post(reverse("my:sign-out"))
    sign_in(client, "person-3")
    assert Applicant.objects.get().seen_at > seen


def test_signing_in_ends_the_session_of_staff_and_the_other_way_round(client, opened, clerk, department):
    client.force_login(clerk)
    before = client.session.session_key
    sign_in(client, "person-3")
    assert client.get(reverse("office:home")).status_code == 302
    assert client.get(reverse("my:home")).status_code == 200
    assert not Session.objects.filter(pk=before).exists()
    clerk.set_password("一把很长的测试钥匙")
    clerk.save()
    client.post(reverse("office:sign-in"), {"username": clerk.username, "password": "一把很长的测试钥匙"})
    assert client.get(reverse("office:home")).status_code == 200
    assert client.get(reverse("my:home")).status_code == 302


def test_sign_out_ends_the_session_and_leaves_a_line(client, opened):
    sign_in(client, "person-3")
    answer = client.post(reverse("my:sign-out"))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache", "cookies"')
    assert client.get(reverse("my:home")).status_code == 302
    assert AuditEvent.objects.filter(action="repair.applicant.signed_out").exists()


def test_session_ends_when_nothing_is_asked_for_long(client, opened, settings):
    sign_in(client, "person-3")
    session = client.session
    session["applicant_seen"] = int(time.time()) - settings.SUBJECT_IDLE_MINUTES * 60 - 1
    session.save()
    answer = client.get(reverse("my:home"), follow=True)
    assert "已较长时间没有操作" in answer.content.decode()
    assert client.get(reverse("my:home")).status_code == 302


def test_answer_is_taken_once_and_only_by_the_browser_that_asked(client, opened, django_user_model):
    back = choose(go_to_provider(client), "person-3").removeprefix("http://testserver")
    stranger = type(client)()
    assert stranger.get(back).status_code == 400
    assert client.get(back).status_code == 302
    client.post(reverse("my:sign-out"))
    assert client.get(back).status_code == 400
    assert Applicant.objects.count() == 1


def test_cancelling_at_the_provider_is_no_error(client, opened):
    answer = sign_in(client, "")
    assert answer.status_code == 400
    assert "您取消了登录" in answer.content.decode()


def test_code_of_another_sign_in_is_not_given_a_token(client, opened):
    """PKCE: whoever catches a code cannot use it, since the verifier stays with who began."""
    code = dict(parse_qsl(urlsplit(choose(go_to_provider(client), "person-3")).query))["code"]
    mine = dict(parse_qsl(urlsplit(go_to_provider(client)).query))
    answer = client.get(reverse("my:callback"), {"code": code, "state": mine["state"], "iss": opened.issuer})
    assert answer.status_code == 400
    assert not Applicant.objects.exists()


def test_provider_that_is_down_is_said_plainly(client, settings, db):
    settings.SUBJECT_OIDC_ISSUER, settings.SUBJECT_OIDC_CLIENT_ID = "http://127.0.0.1:1", "credit-yunnan"
    oidc.forget()
    answer = client.post(reverse("my:sign-in"))
    assert answer.status_code == 503
    assert "身份认证平台现在没有正常答复" in answer.content.decode()


@pytest.fixture
def others_are_well(monkeypatch):
    """Everything /healthz asks about but the identity provider."""
    monkeypatch.setattr(health, "_broker", lambda: dict.fromkeys(("broker", "worker", "beat"), True))
    monkeypatch.setattr(health, "_national", lambda: True)


class TestHealth:
    """The provider is a part of /healthz where one is set, and never what makes it fail."""

    def test_a_provider_that_answers_is_well(self, client, opened, others_are_well):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["identity"]) == (200, "ok")

    def test_a_provider_that_is_down_is_named_and_fails_nothing(self, client, settings, others_are_well, db):
        settings.SUBJECT_OIDC_ISSUER, settings.SUBJECT_OIDC_CLIENT_ID = "http://127.0.0.1:1", "credit-yunnan"
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert {"status": "ok", "identity": "failing"}.items() <= answer.json().items()

    def test_without_a_provider_nothing_is_said_of_one(self, client, settings, others_are_well, db):
        settings.SUBJECT_OIDC_ISSUER = ""
        assert "identity" not in client.get("/healthz").json()


class TestTokens:
    """Each way an ID token can be wrong, told by the one code."""

    @pytest.fixture
    def keyring(self, settings, monkeypatch):
        """A provider that says what the test wants: description, keys, token."""
        settings.SUBJECT_OIDC_ISSUER, settings.SUBJECT_OIDC_CLIENT_ID = "https://identity.example", "credit-yunnan"
        settings.SUBJECT_OIDC_CLIENT_SECRET = SECRET
        oidc.forget()
        said = SimpleNamespace(key=ECKey.generate_key("P-256", auto_kid=True), published=None, token="", fetched=0)
        said.published = [said.key]

        def fetch(url: str, **options) -> dict:
            if url.endswith("openid-configuration"):
                ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                return {"issuer": "https://identity.example"} | {end: f"https://identity.example/{end}" for end in ends}
            if url.endswith("jwks_uri"):
                said.fetched += 1
                return {"keys": [key.as_dict(private=False) for key in said.published]}
            return {"id_token": said.token}

        monkeypatch.setattr(oidc, "_fetch", fetch)
        yield said
        oidc.forget()

    def finish(self, said, *, header: dict | None = None, key=None, **changes):
        _, flow = oidc.begin(HERE)
        now = int(time.time())
        claims = _account(3) | {
            "iss": "https://identity.example", "aud": "credit-yunnan", "exp": now + 300, "iat": now,
            "nonce": flow.nonce,
        } | changes  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = key or said.key
        said.token = jwt.encode({"alg": "ES256", "kid": said.key.kid} | (header or {}), claims, signer)
        return oidc.finish(flow, {"code": "c", "state": flow.state}, HERE)

    def test_sound_token_gives_the_claims_under_our_names(self, keyring):
        claims = self.finish(keyring)
        assert (claims["sub"], claims["kind"], claims["number"]) == ("person-3", "person", make_id_number(3))

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://elsewhere.example"}, {"aud": "another-client"}, {"aud": ["credit-yunnan", "another"]},
            {"azp": "another-client"}, {"exp": 1}, {"exp": None}, {"nonce": "another"}, {"nonce": None},
            {"iat": None}, {"sub": None},
        ],
        ids=str,
    )  # fmt: skip
    def test_token_for_somebody_else_or_another_time_is_refused(self, keyring, changes):
        with pytest.raises(Refused) as refusal:
            self.finish(keyring, **changes)
        assert refusal.value.code == "token_invalid"

    def test_token_signed_by_another_key_is_refused(self, keyring):
        with pytest.raises(Refused) as refusal:
            self.finish(keyring, key=ECKey.generate_key("P-256"))
        assert refusal.value.code == "token_invalid"

    def test_clients_secret_does_not_stand_for_the_signature(self, keyring):
        keyring.published = [OctKey.import_key(SECRET.encode(), {"kid": keyring.key.kid})]
        with pytest.raises(Refused) as refusal:
            self.finish(keyring, header={"alg": "HS256"}, key=OctKey.import_key(SECRET.encode()))
        assert refusal.value.code == "token_invalid"

    def test_key_the_provider_has_changed_is_asked_for_once_more(self, keyring):
        self.finish(keyring)
        keyring.key = ECKey.generate_key("P-256", auto_kid=True)
        keyring.published = [keyring.key]
        assert self.finish(keyring)["sub"] == "person-3"
        assert keyring.fetched == 2

    def test_description_of_another_issuer_is_not_believed(self, keyring, settings):
        settings.SUBJECT_OIDC_ISSUER = "https://identity.example/other"
        with pytest.raises(Refused) as refusal:
            oidc.begin(HERE)
        assert refusal.value.code == "provider_unreachable"


CLAIMS = {
    "iss": "https://identity.example", "sub": "s-1", "acr": "loa3", "kind": "person", "name": "示例张三",
    "number_kind": "身份证", "number": make_id_number(3),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "robot"}, "claims_incomplete"),
        ({"name": " "}, "claims_incomplete"),
        ({"acr": "loa9"}, "level_unknown"),
        ({"acr": ""}, "level_unknown"),
        ({"number": make_id_number(3)[:-1] + "Y"}, "identifier_invalid"),
        ({"kind": "organisation", "number": "91530102990000010A"}, "identifier_invalid"),
        ({"number": make_id_number(3, born_on=date(2008, 11, 23))}, "minor"),
        ({"number_kind": "护照号", "number": "E12345678"}, "birth_unknown"),
        ({"number_kind": "护照号", "number": "E12345678", "birthdate": "2012-01-01"}, "minor"),
    ],
)
def test_who_is_not_known_well_enough_or_too_young_does_not_come_in(db, changes, code):
    with pytest.raises(Refused) as refusal:
        services.sign_in(CLAIMS | changes, today=TODAY)
    assert refusal.value.code == code
    assert not Applicant.objects.exists()
    line = AuditEvent.objects.get(action="repair.applicant.sign_in_refused")
    assert (line.reason, line.result) == (code, "refused")
    assert CLAIMS["number"] not in str(line.__dict__)


def test_on_the_eighteenth_birthday_one_comes_in(db):
    number = make_id_number(3, born_on=date(2008, 11, 22))
    assert services.sign_in(CLAIMS | {"number": number}, today=TODAY).pk


def test_same_name_with_another_number_is_somebody_else(record, department, clerk):
    factories.register(factories.persons_penalty(department, 3), clerk)
    someone = services.sign_in(CLAIMS | {"number": make_id_number(4)}, today=TODAY)
    assert someone.subject is None


def test_number_under_another_name_lets_nobody_in(record, department, clerk):
    factories.register(factories.persons_penalty(department, 3, name="示例李四"), clerk)
    with pytest.raises(Refused) as refusal:
        services.sign_in(CLAIMS, today=TODAY)
    assert refusal.value.code == "person_name_conflict"


def test_account_whose_number_changes_lets_nobody_in(db):
    services.sign_in(CLAIMS, today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.sign_in(CLAIMS | {"number": make_id_number(4)}, today=TODAY)
    assert refusal.value.code == "identity_changed"


def test_organisation_is_found_by_its_code_through_a_merge_and_whatever_its_name_is_now(record):
    survivor = record.subject
    code = survivor.uscc
    Identifier.objects.filter(subject=survivor).update(subject=_absorbed_into(survivor))
    firm = CLAIMS | {"kind": "organisation", "name": "示例改名公司", "number": code}
    assert services.sign_in(firm, today=TODAY).subject == survivor


def _absorbed_into(survivor: Subject) -> Subject:
    return Subject.objects.create(kind="organisation", legal_name="示例旧名", name_key="示例旧名", merged_into=survivor)


def test_power_given_before_the_agent_had_an_account_is_taken_up_by_name_and_number(record):
    number = crypto.blind_index("id_card", make_id_number(3))
    for name in ("示例张三", "示例别人"):
        Representation.objects.create(
            subject=record.subject, agent_kind="person", agent_name=name, agent_identifier_kind="id_card",
            agent_lookup=number, authority_no="委托", valid_from=TODAY, valid_until=TODAY,
        )  # fmt: skip
    agent = services.sign_in(CLAIMS, today=TODAY)
    assert [power.agent_name for power in agent.representations.all()] == ["示例张三"]
    assert services.may_act_for(agent, record.subject, on=TODAY)


def test_who_may_do_what_is_a_row_and_no_code(opened_case_of_a_person):
    record, applicant = opened_case_of_a_person
    applicant.level.allows = [act for act in applicant.level.allows if act != "act_person"]
    applicant.level.save()
    with pytest.raises(Refused) as refusal:
        services.open_case(services.Claim("objection", "金额有误", record=record), by=applicant, key=KEY, today=TODAY)
    assert refusal.value.code == "level_too_low"


KEY = "5f2c1c5e-7d51-4a53-9d31-0c8f6a3f7b19"


@pytest.fixture
def opened_case_of_a_person(department, clerk):
    """A person's record, and the person signed in."""
    record = factories.register(factories.persons_penalty(department, 3), clerk)
    return record, services.sign_in(CLAIMS, today=TODAY)


def test_records_of_spring_belong_to_the_firm(department, clerk):
    """What the firm's account sees is found by its code alone."""
    record = factories.register(of_spring(department), clerk)
    firm = CLAIMS | {"kind": "organisation", "name": record.subject.legal_name, "number": record.subject.uscc}
    assert services.sign_in(firm, today=TODAY).subject == record.subject
