"""What is handed in is taken in sealed, told apart, scanned, and never kept longer than it is needed."""

import datetime
import os
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records import storage
from records.errors import Refused
from records.workflow import TransitionRefused
from repair import services
from repair.errors import NotYours
from repair.models import Applicant, Draft, Evidence, RealNameLevel, Representation, Scan
from repair.services import Claim
from repair.services.evidence import clean_name
from repair.uploads import refusal_of, takes_scans
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair import clamd
from tests.repair.conftest import GRANT, make_applicant, of_spring
from tests.repair.files import EICAR, pdf, png

LATER = datetime.timedelta(days=40)


def upload(content: bytes = b"", name: str = "缴款凭证.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or png(), content_type="text/html")


def add(by, content: bytes = b"", name: str = "缴款凭证.png", **where) -> Evidence:
    return services.add_evidence(upload(content, name), kind="缴款凭证", by=by, today=TODAY, **where)


def files(data_dir) -> list[Path]:
    return list((data_dir / "uploads" / "ev").glob("*"))


def code_of(refusal) -> str:
    return refusal.value.code


@pytest.fixture
def draft(applicant, record):
    return Draft.objects.create(applicant=applicant, kind="objection", record=record)


@pytest.fixture
def daemon(settings):
    with clamd.running() as daemon:
        settings.EVIDENCE_SCANNER = daemon.url
        yield daemon


def test_a_file_is_kept_sealed_under_the_type_of_its_bytes(draft, applicant, data_dir):
    evidence = add(applicant, png(word=b"PLAIN-WORD"), draft=draft)
    assert (evidence.media_type, evidence.name, evidence.scan) == ("image/png", "缴款凭证.png", Scan.UNAVAILABLE)
    assert len(evidence.digest) == 64 and evidence.size == len(png(word=b"PLAIN-WORD"))
    (file,) = files(data_dir)
    assert b"PLAIN-WORD" not in file.read_bytes()
    with storage.opened(evidence.stored_as) as path:
        assert Path(path).read_bytes() == png(word=b"PLAIN-WORD")


def test_the_line_of_the_trail_does_not_copy_the_name_of_the_file(draft, applicant):
    add(applicant, name="示例张三的身份证.png", draft=draft)
    line = AuditEvent.objects.get(action=Action.EVIDENCE_ADDED)
    assert "张三" not in f"{line.object_label}{line.detail}" and line.actor_name == str(applicant)


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("扫描件.PDF", "application/pdf", "扫描件.pdf"),
        ("照片.jpeg", "image/jpeg", "照片.jpg"),
        ("凭证.pdf", "image/png", "凭证.png"),
        ("凭证.exe", "image/png", "凭证.exe.png"),
        ("..\\..\\C:\\秘密/凭证.png", "image/png", "凭证.png"),
        ("凭证\u202egnp.exe\x00\r\n.png", "image/png", "凭证gnp.exe.png"),
        ("\u200b \u2066.png", "image/png", "材料.png"),
        ("", "image/png", "材料.png"),
        ("长" * 400 + ".png", "image/png", "长" * 80 + ".png"),
    ],
)
def test_a_name_is_shown_without_what_deceives(name, media_type, clean):
    assert clean_name(name, media_type) == clean


def test_a_program_named_as_a_picture_is_refused_and_leaves_nothing(draft, applicant, data_dir):
    with pytest.raises(Refused) as refusal:
        add(applicant, b"MZ program", "照片.png", draft=draft)
    assert code_of(refusal) == "evidence_executable"
    assert not Evidence.objects.exists() and not files(data_dir)


def test_a_file_above_the_limit_is_refused(draft, applicant, settings):
    settings.EVIDENCE_LIMIT_BYTES = 50
    with pytest.raises(Refused, match="降低扫描的分辨率") as refusal:
        add(applicant, draft=draft)
    assert code_of(refusal) == "evidence_too_large"


def test_a_file_is_handed_in_once_and_not_more_than_there_is_room_for(draft, applicant, settings, data_dir):
    settings.EVIDENCE_PER_CASE = 2
    add(applicant, png(word=b"1"), draft=draft)
    with pytest.raises(Refused) as refusal:
        add(applicant, png(word=b"1"), "另一个名字.png", draft=draft)
    assert code_of(refusal) == "evidence_twice"
    add(applicant, png(word=b"2"), draft=draft)
    with pytest.raises(Refused) as refusal:
        add(applicant, png(word=b"3"), draft=draft)
    assert code_of(refusal) == "evidence_too_many"
    assert len(files(data_dir)) == 2


def test_what_is_gathered_for_a_request_goes_with_it_and_is_counted_there_too(clerk, record, settings):
    loose = [add(clerk, png(word=word)) for word in (b"1", b"2", b"2")]
    claim = Claim(kind="objection", text="金额不符", record=record)
    with pytest.raises(Refused) as refusal:
        services.open_case(claim, by=clerk, key=uuid.uuid4(), today=TODAY, evidence=loose)
    assert code_of(refusal) == "evidence_twice"
    case = services.open_case(claim, by=clerk, key=uuid.uuid4(), today=TODAY, evidence=loose[:2])
    assert case.evidence.count() == 2


def test_whose_case_it_is_adds_to_it_until_it_is_proposed(accepted, applicant, reviewer, department):
    case = accepted("repair")
    add(applicant, png(word=b"1"), case=case)
    other = Applicant.objects.create(
        issuer="https://identity.example", external_id="other", kind="organisation", name="示例", lookup="x"
    )
    strangers = (other, make_user("elsewhere", Role.CLERK, make_department("乙", 712)), reviewer)
    for stranger in strangers:
        with pytest.raises(NotYours):
            add(stranger, png(word=b"2"), case=case)
    services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    with pytest.raises(TransitionRefused):
        add(applicant, png(word=b"3"), case=case)


def test_a_representative_adds_to_a_case_as_they_supplement_it_until_the_power_is_revoked(opened, record, clerk):
    case, agent = opened(), make_applicant(factories.register(of_spring(record.department, 2, firm=2), clerk), 2)
    with pytest.raises(NotYours):
        add(agent, png(word=b"1"), case=case)
    power = Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=TODAY, valid_until=TODAY
    )
    assert add(agent, png(word=b"2"), case=case).added_by_applicant == agent
    power.revoked_on = TODAY
    power.save()
    with pytest.raises(NotYours):
        add(agent, png(word=b"3"), case=case)


def test_who_is_not_known_well_enough_to_act_adds_nothing(opened, applicant):
    case = opened()
    applicant.level = RealNameLevel.objects.exclude(allows__contains=["act_organisation"]).first()
    applicant.save()
    with pytest.raises(Refused) as refusal:
        add(applicant, case=case)
    assert code_of(refusal) == "level_too_low"


def test_the_source_department_adds_what_it_found_while_it_is_asked(accepted, clerk, reviewer):
    case = accepted()
    with pytest.raises(NotYours):
        add(clerk, case=case)
    case = services.forward(case, actor=reviewer, version=case.version, text="请核查", today=TODAY)
    assert add(clerk, pdf(b"<<>>"), "决定书.pdf", case=case).added_by == clerk


def test_a_draft_is_written_to_by_its_owner_alone(draft, clerk):
    with pytest.raises(NotYours):
        add(clerk, draft=draft)


def test_what_is_not_submitted_can_be_taken_back(draft, applicant, clerk, data_dir, django_capture_on_commit_callbacks):
    evidence = add(applicant, draft=draft)
    with pytest.raises(NotYours):
        services.drop_evidence(evidence, by=clerk)
    with django_capture_on_commit_callbacks(execute=True):
        services.drop_evidence(evidence, by=applicant)
    assert not Evidence.objects.exists() and not files(data_dir)
    assert AuditEvent.objects.filter(action=Action.EVIDENCE_DROPPED).count() == 1


def test_what_is_submitted_stays(opened, applicant):
    evidence = add(applicant, case=opened())
    with pytest.raises(Refused) as refusal:
        services.drop_evidence(evidence, by=applicant)
    assert code_of(refusal) == "evidence_submitted"


def test_an_infected_file_is_kept_apart_and_nothing_is_submitted_with_it(daemon, clerk, record, data_dir):
    evidence = add(clerk, png(word=EICAR))
    assert evidence.scan == Scan.INFECTED and len(files(data_dir)) == 1
    assert AuditEvent.objects.filter(action=Action.EVIDENCE_INFECTED).count() == 1
    claim = Claim(kind="objection", text="金额不符", record=record)
    with pytest.raises(Refused) as refusal:
        services.open_case(claim, by=clerk, key=uuid.uuid4(), today=TODAY, evidence=[evidence])
    assert code_of(refusal) == "evidence_infected"


def test_what_no_scanner_has_answered_for_is_scanned_again(clerk, settings):
    clean, infected = add(clerk, png(word=b"1")), add(clerk, png(word=EICAR))
    assert services.scan_waiting() == 0, "there is no scanner"
    with clamd.running() as daemon:
        settings.EVIDENCE_SCANNER = daemon.url
        daemon.reply = b"garbage\0"
        assert services.scan_waiting() == 0
        daemon.reply = None
        assert services.scan_waiting() == 2
        assert services.scan_waiting() == 0
    clean.refresh_from_db()
    infected.refresh_from_db()
    assert (clean.scan, infected.scan) == (Scan.CLEAN, Scan.INFECTED)


def test_what_nobody_submitted_is_swept_after_its_days(
    draft, applicant, clerk, opened, data_dir, django_capture_on_commit_callbacks
):
    add(applicant, png(word=b"in a case"), case=opened())
    forgotten, being_written = add(clerk, png(word=b"1")), add(applicant, png(word=b"2"), draft=draft)
    Evidence.objects.update(added_at=timezone.now() - LATER)
    assert services.sweep_evidence(now=timezone.now()) == 1, "the draft is still being written"
    assert not Evidence.objects.filter(pk=forgotten.pk).exists()
    Draft.objects.update(updated_at=timezone.now() - LATER)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.sweep_evidence(now=timezone.now()) == 1
    assert not Evidence.objects.filter(pk=being_written.pk).exists()
    assert Evidence.objects.get().case is not None


def test_the_file_of_a_transaction_undone_is_swept_and_no_other(clerk, data_dir):
    kept = add(clerk, png(word=b"kept"))
    with transaction.atomic():
        add(clerk, png(word=b"undone"))
        transaction.set_rollback(True)
    (data_dir / "uploads" / "ev" / "evcut.part").write_bytes(b"half a file")
    assert services.sweep_evidence(now=timezone.now()) == 0, "it may belong to somebody who is just writing"
    old = (timezone.now() - datetime.timedelta(days=2)).timestamp()
    for file in files(data_dir):
        os.utime(file, (old, old))
    assert services.sweep_evidence(now=timezone.now()) == 2
    assert [file.stem for file in files(data_dir)] == [kept.stored_as]


class Arriving:
    """A request body that is made while it is read."""

    def __init__(self, head: bytes, length: int) -> None:
        self.head, self.left, self.read_bytes = head, length, 0

    def read(self, size: int = -1) -> bytes:
        size = min(size if size >= 0 else 65536, self.left + len(self.head))
        content, self.head = self.head[:size], self.head[size:]
        padding = min(size - len(content), self.left)
        self.left -= padding
        self.read_bytes += len(content) + padding
        return content + bytes(padding)

    readline = read


def test_a_file_of_200_megabytes_is_refused_while_it_arrives():
    head = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nsaid before\r\n'
    head += b'--x\r\nContent-Disposition: form-data; name="scans"; filename="scan.pdf"\r\n\r\n%PDF-'
    length = 200 * 1024 * 1024
    body = Arriving(head, length - len(head))
    arriving = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(length), "wsgi.input": body}
    request, seen = RequestFactory().post("/", **arriving), {}
    request._dont_enforce_csrf_checks = True

    @takes_scans
    def view(request):
        seen.update(text=request.POST["text"], files=dict(request.FILES), refusal=refusal_of(request))

    view(request)
    assert seen["text"] == "said before" and not seen["files"]
    assert seen["refusal"].code == "evidence_too_large"
    assert body.read_bytes < 21 * 1024 * 1024


def test_a_file_that_fits_arrives_whole():
    request = RequestFactory().post("/", {"scans": upload()})
    request._dont_enforce_csrf_checks = True

    @takes_scans
    def view(request):
        return request.FILES["scans"].read(), refusal_of(request)

    assert view(request) == (png(), None)
