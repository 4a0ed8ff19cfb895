"""What a subject finds about itself when it has signed in: its own, all of its own, and nothing else."""

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Role
from audit.models import AuditEvent
from records import services as records
from records.errors import Refused
from repair import services
from repair.models import Case, Representation
from repair.views.standing import WORDS
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair import files
from tests.repair.conftest import REFUSE, make_applicant, of_spring, signed_in

READ = "repair.own.read"


def ask(case, step: str = "") -> str:
    return reverse(f"my:request{step}", args=[case.public_id])


def page(record) -> str:
    return reverse("my:record", args=[record.public_id])


@pytest.fixture
def mine(client, applicant):
    """The browser of whom the record is about."""
    return signed_in(client, applicant)


@pytest.fixture
def personal(department, clerk):
    """A record about a person, who has signed in too: (record, applicant)."""
    record = factories.register(factories.persons_penalty(department, 3), clerk)
    return record, make_applicant(record, 3)


def test_home_shows_what_is_recorded_about_oneself_and_what_is_not_public_too(mine, record, clerk):
    records.withdraw_record(record, actor=clerk, reason="核对时发现有误", today=TODAY)
    answer = mine.get(reverse("my:home"))
    assert record.document_no in answer.content.decode()
    assert "已撤回" in answer.content.decode()


def test_record_of_somebody_else_does_not_exist(mine, department, clerk):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    assert other.document_no not in mine.get(reverse("my:home")).content.decode()
    assert mine.get(page(other)).status_code == 404


def test_page_of_a_record_says_until_when_and_what_can_be_done(mine, record):
    text = mine.get(page(record)).content.decode()
    assert "还有" in text
    assert "现在可以申请" in text
    assert record.department.name in text


@pytest.mark.parametrize(
    ("where", "queries"), [("home", 12), ("record", 11), ("request", 11), ("notices", 7), ("representations", 4)]
)
def test_pages_ask_the_database_the_same_few_things(mine, record, opened, where, queries, django_assert_num_queries):
    case = opened()
    about = {"record": [record.public_id], "request": [case.public_id]}.get(where, [])
    mine.get(reverse(f"my:{where}", args=about))  # the calendar is read once a process
    with django_assert_num_queries(queries):
        assert mine.get(reverse(f"my:{where}", args=about)).status_code == 200


def test_stranger_is_sent_to_the_door_and_comes_back(client, record):
    answer = client.get(page(record))
    assert (answer.status_code, answer.url) == (302, f"{reverse('my:sign-in')}?{urlencode({'next': page(record)})}")


def test_member_of_staff_is_not_a_subject(client, clerk, record):
    client.force_login(clerk)
    assert client.get(page(record)).status_code == 302


def test_each_look_at_ones_own_data_leaves_a_line(client, personal):
    record, applicant = personal
    signed_in(client, applicant)
    client.get(reverse("my:home"))
    client.get(page(record))
    lines = AuditEvent.objects.filter(action=READ).order_by("pk")
    assert [line.detail["fields"] for line in lines][1] == ["record"]
    assert {(line.object_id, line.actor_id) for line in lines} == {
        (str(record.subject_id), f"applicant:{applicant.pk}")
    }
    assert not [line for line in lines if applicant.name in str(line.detail) + line.actor_name + line.object_label]


def test_person_known_by_number_only_sees_no_personal_record(client, personal):
    record, applicant = personal
    applicant.level = applicant.level._meta.model.objects.get(code="checked")
    applicant.save()
    answer = signed_in(client, applicant).get(page(record))
    assert answer.status_code == 400
    assert "实人" in answer.content.decode()
    assert record.document_no not in answer.content.decode()
    assert not AuditEvent.objects.filter(action=READ).exists()


def test_representative_sees_the_records_of_who_gave_the_power_until_it_is_revoked(client, record, personal):
    _, agent = personal
    power = Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=TODAY, valid_until=TODAY
    )
    signed_in(client, agent)
    assert client.get(page(record)).status_code == 200
    power.revoked_on = TODAY
    power.save()
    assert client.get(page(record)).status_code == 404


class TestRequests:
    """One's own case, from the day it was asked to the letter."""

    def test_page_says_where_it_stands_by_when_and_why(self, mine, opened):
        case = opened()
        text = mine.get(ask(case)).content.decode()
        assert case.number in text
        assert "已经收到" in text and "决定是否受理" in text
        assert str(case.due_on) in text
        assert case.clocks.get().explanation in text

    def test_home_shows_it_while_it_is_open_and_after(self, mine, opened, reviewer):
        case = opened()
        assert "正在办理" in mine.get(reverse("my:home")).content.decode()
        services.reject(case, actor=reviewer, version=case.version, reason="不符", article="第三条", today=TODAY)
        text = mine.get(reverse("my:home")).content.decode()
        assert "已经办结" in text
        assert case.number in text

    def test_supplement_goes_in_once(self, mine, opened, reviewer):
        case = opened()
        case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=TODAY)
        assert "缴款凭证" in mine.get(ask(case)).content.decode()
        form = {"version": case.version, "text": "已经附上"}
        assert mine.post(ask(case, "-supplement"), form).status_code == 302
        case.refresh_from_db()
        assert case.state == "submitted"
        assert mine.post(ask(case, "-supplement"), form).status_code == 409

    def test_supplement_takes_the_files_that_prove_it_and_none_that_only_pretends(self, mine, opened, reviewer):
        case = opened()
        case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=TODAY)
        form = {"version": case.version, "text": "已经附上"}
        pretending = SimpleUploadedFile("缴款凭证.png", b"PK\x03\x04" + b"0" * 64)
        answer = mine.post(ask(case, "-supplement"), form | {"scans": pretending})
        assert answer.status_code == 400
        assert not case.evidence.exists()
        answer = mine.post(ask(case, "-supplement"), form | {"scans": SimpleUploadedFile("缴款凭证.png", files.png())})
        assert answer.status_code == 302
        assert [each.name for each in case.evidence.all()] == ["缴款凭证.png"]

    def test_supplement_without_a_word_is_said_beside_the_field(self, mine, opened, reviewer):
        case = opened()
        case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=TODAY)
        answer = mine.post(ask(case, "-supplement"), {"version": case.version, "text": ""})
        assert answer.status_code == 400
        assert "请说明补正了哪些内容" in answer.content.decode()

    def test_recall_takes_it_back_with_a_reason(self, mine, opened):
        case = opened()
        assert mine.post(ask(case, "-recall"), {"version": case.version, "reason": ""}).status_code == 400
        assert mine.post(ask(case, "-recall"), {"version": case.version, "reason": "不再需要"}).status_code == 302
        case.refresh_from_db()
        assert case.state == "recalled"
        assert "申请已经撤回" in mine.get(ask(case)).content.decode()

    def test_letter_is_there_when_it_is_decided_and_not_before(self, mine, opened, decided):
        assert mine.get(ask(opened(), "-letter")).status_code == 404
        Case.objects.all().update(state="recalled", closed_on=TODAY, due_on=None)
        case = decided("objection", REFUSE)
        answer = mine.get(ask(case, "-letter"))
        assert answer.status_code == 200
        assert case.reasons in answer.content.decode()

    def test_names_of_staff_and_what_they_write_to_each_other_are_not_told(self, mine, accepted, reviewer):
        case = accepted()
        services.forward(case, actor=reviewer, version=case.version, text="请查原始台账", today=TODAY)
        text = mine.get(ask(case)).content.decode()
        assert "平台审核员" in text
        assert str(reviewer) not in text
        assert "原始台账" not in text

    def test_case_of_somebody_else_does_not_exist(self, client, opened, personal):
        case, (_, stranger) = opened(), personal
        signed_in(client, stranger)
        for step in ("", "-letter"):
            assert client.get(ask(case, step)).status_code == 404
        for step in ("-recall", "-supplement"):
            form = {"version": case.version, "reason": "不再需要", "text": "已补"}
            assert client.post(ask(case, step), form).status_code == 404
        case.refresh_from_db()
        assert case.state == "submitted"

    def test_what_departments_tell_each_other_is_not_the_subjects_case(self, mine, record, department):
        other = make_user("clerk-o", Role.CLERK, make_department("乙", 712))
        claim = services.Claim("correction", "金额有误", record=record)
        case = services.open_case(claim, by=other, key=uuid.uuid4(), today=TODAY)
        assert mine.get(ask(case)).status_code == 404

    def test_who_has_signed_in_reads_the_words_a_receipt_gives(self, client, mine, opened, reviewer):
        case = opened()
        said = {"number": case.number, "check_code": services.check_code_of(case)}
        for words in (WORDS["submitted"], WORDS["accepted"]):
            for page_of in (mine.get(ask(case)), type(client)().post(reverse("my:progress"), said)):
                assert all(word in page_of.content.decode() for word in words[:2])
            if case.state == "submitted":
                case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)

    def test_notices_are_read_when_one_says_so(self, mine, opened):
        case = opened()
        assert "有新的通知" in mine.get(reverse("my:home")).content.decode()
        assert case.number in mine.get(reverse("my:notices")).content.decode()
        mine.post(reverse("my:notices"))
        assert "有新的通知" not in mine.get(reverse("my:home")).content.decode()


def power_for(agent_number: int, **changes) -> dict:
    return {
        "agent_kind": "person", "agent_name": "示例代理", "number_kind": "身份证",
        "number": factories.make_id_number(agent_number), "until": "2026-12-31",
    } | changes  # fmt: skip


class TestPowers:
    """Whom one lets look after one's own affairs."""

    @pytest.fixture
    def agent(self, db):
        """Somebody about whom nothing is recorded, signed in by name and number."""
        claims = {
            "iss": "https://identity.example", "sub": "agent", "acr": "loa3", "kind": "person", "name": "示例代理",
            "number_kind": "身份证", "number": factories.make_id_number(8),
        }  # fmt: skip
        return services.sign_in(claims, today=TODAY)

    def test_agent_chooses_whose_affairs_to_look_after_until_it_is_revoked(self, client, mine, record, opened, agent):
        case = opened()
        assert mine.post(reverse("my:representations"), power_for(8)).status_code == 302
        theirs = signed_in(type(client)(), agent)
        assert theirs.get(ask(case)).status_code == 200
        theirs.post(reverse("my:switch"), {"subject": record.subject.public_id})
        assert record.document_no in theirs.get(reverse("my:home")).content.decode()
        power = Representation.objects.get()
        assert mine.post(reverse("my:representation-revoke", args=[power.public_id])).status_code == 302
        assert record.document_no not in theirs.get(reverse("my:home")).content.decode()
        assert theirs.get(ask(case)).status_code == 404
        lines = AuditEvent.objects.filter(action__startswith="repair.representation.").order_by("pk")
        assert [line.action.rsplit(".", 1)[1] for line in lines] == ["granted", "revoked"]

    def test_case_the_agent_opened_stays_with_whom_it_is_about(self, mine, record, applicant, agent):
        services.grant_power(by=applicant, today=TODAY, **power_for(8, until=TODAY))
        claim = services.Claim("objection", "金额有误", record=record)
        case = services.open_case(claim, by=agent, key=uuid.uuid4(), today=TODAY)
        assert mine.post(ask(case, "-recall"), {"version": case.version, "reason": "不再需要"}).status_code == 302

    def test_agent_can_neither_pass_the_power_on_nor_revoke_it(self, client, applicant, agent):
        power = services.grant_power(by=applicant, today=TODAY, **power_for(8, until=TODAY))
        theirs = signed_in(client, agent)
        assert theirs.post(reverse("my:representation-revoke", args=[power.public_id])).status_code == 404
        with pytest.raises(Refused) as refusal:
            services.grant_power(by=agent, today=TODAY, **power_for(9, until=TODAY))
        assert refusal.value.code == "nothing_known"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"number": "530102198503120000"}, "identifier_invalid"),
            ({"until": datetime.date(2026, 11, 21)}, "until_past"),
        ],
    )
    def test_power_that_cannot_be_is_refused(self, applicant, changes, code):
        with pytest.raises(Refused) as refusal:
            services.grant_power(by=applicant, today=TODAY, **power_for(8, until=TODAY) | changes)
        assert refusal.value.code == code

    def test_same_power_is_given_once_and_never_to_oneself(self, applicant):
        services.grant_power(by=applicant, today=TODAY, **power_for(8, until=TODAY))
        for changes, code in (
            ({}, "granted_already"),
            ({"agent_kind": "organisation", "number": applicant.lookup}, "own_agent"),
        ):
            with pytest.raises(Refused) as refusal:
                services.grant_power(by=applicant, today=TODAY, **power_for(8, until=TODAY) | changes)
            assert refusal.value.code == code

    def test_somebody_who_gave_no_power_cannot_be_chosen(self, client, agent, record):
        theirs = signed_in(client, agent)
        assert theirs.post(reverse("my:switch"), {"subject": record.subject.public_id}).status_code == 404

    def test_number_of_the_agent_is_kept_by_its_index_alone(self, mine):
        mine.post(reverse("my:representations"), power_for(8))
        power = Representation.objects.get()
        assert factories.make_id_number(8) not in str(power.__dict__)
        assert factories.make_id_number(8) not in mine.get(reverse("my:representations")).content.decode()
