"""Two departments with rows in everything, each marked by words that must never reach the other."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Department, Role, SourceSystem, User
from accounts.services import issue_token, place_user
from catalogue.models import LegalBasis
from credit_platform import demo, demo_items
from credit_platform.routes import Access
from evaluation import services as evaluation
from evaluation.models import EvaluationEdition
from exchange.models import Handover
from records import services, storage
from records.models import (
    Batch,
    Bulletin,
    ChangeRequest,
    CodeCase,
    Erasure,
    Record,
    ReportingDuty,
    SpecialQuery,
    Subject,
    SuspectedDuplicate,
)
from records.quality import services as quality
from records.quality.moments import month_now
from records.services import changes, erasures, special
from records.services.batches import item_in_force
from records.workflow import Commit
from repair import services as repair
from repair.models import Applicant, Case, Clarification, Draft, Evidence, Representation, Restoration
from sanctions import services as sanctions
from sanctions.models import (
    Commitment,
    Listing,
    ListingFile,
    ListKind,
    PointsAccount,
    SupervisionClass,
    SupervisionMethod,
)
from sanctions.services.listings import Decision, Named
from tests.conftest import TODAY
from tests.repair.conftest import make_applicant, signed_in
from tests.scope.checked import Checked, make_checked
from tests.scope.joint import Joint, begin, listed
from tests.scope.promises import Rewards, account_of, classed_by, defer, method_of, rewards_of

PASSWORD = "一把很长的测试钥匙"


@dataclass
class Side:
    """One department: its people, its token, and one of everything it can own."""

    word: str
    department: Department
    clerk: User
    lead: User
    token: str
    batch: Batch
    waiting: Batch
    refused: Batch
    previewed: Batch
    record: Record
    personal: Record
    withdrawn: Record
    duty: ReportingDuty
    pair: SuspectedDuplicate
    case: CodeCase
    asked: SpecialQuery
    granted: SpecialQuery
    change: ChangeRequest
    erasure: Erasure
    system: SourceSystem
    listing: Listing
    personal_listing: Listing
    listing_file: ListingFile
    commitment: Commitment
    method: SupervisionMethod
    classed: SupervisionClass
    account: PointsAccount
    rewards: Rewards
    checked: Checked
    joint: Joint
    request: Case
    applicant: Applicant
    begun: Draft
    handed_in: Case
    own_listing: Listing
    own_request: Case
    decided_request: Case
    power: Representation
    bulletin: Bulletin | None = None  # what was issued about the month before the other side came to be

    @property
    def organisation(self) -> Subject:
        return self.record.subject

    @property
    def person(self) -> Subject:
        return self.personal.subject

    @property
    def canaries(self) -> list[str]:
        """What only this side has; nobody from another department may be sent any of it."""
        facts = (self.batch, self.waiting, self.refused, self.previewed, self.record, self.personal, self.withdrawn)
        objects = (*facts, self.pair, self.case, self.asked, self.granted, self.change, self.erasure, self.system)
        objects = (*objects, self.listing, self.personal_listing, self.listing_file)
        objects = (*objects, self.begun, self.handed_in, self.own_listing)
        objects = (*objects, self.commitment, self.method, self.classed, self.account, self.request)
        objects = (*objects, self.own_request, self.decided_request, self.power)
        ids = [str(each.public_id) for each in (*objects, self.organisation, self.person)]
        ids += self.joint.ids + self.rewards.ids
        codes = [self.department.code, self.department.uscc, self.organisation.uscc, self.token]
        return [self.word, *ids, *codes, *self.checked.canaries]

    def client(self, user: User | None = None, **options) -> Client:
        """A browser in which this side's lead, or another user, has signed in."""
        client = Client(**options)
        client.force_login(user or self.lead)
        return client

    def applicants_client(self, **options) -> Client:
        """A browser in which the person this side has a record about has signed in."""
        return signed_in(Client(**options), self.applicant)

    def client_for(self, access: Access, **options) -> Client:
        """A browser of whom a route with this rule is made for."""
        return self.applicants_client(**options) if access == Access.APPLICANT else self.client(**options)

    @property
    def bearer(self) -> dict[str, str]:
        return {"HTTP_AUTHORIZATION": f"Token {self.token}"}


def make_side(word: str, number: int) -> Side:
    """Build a department through the same verbs as real work. `word` stands in every text it owns."""
    department = Department.objects.create(
        code=f"SIDE-{number}-SFT",  # who may report licences to practise
        name=f"云南省{word}演示局",
        region_id="530000",
        uscc=demo.make_uscc("530000", 960 + number, "11"),
        source="测试",
    )
    clerk = make_user(f"{word}经办", department, Role.CLERK)
    lead = make_user(f"{word}负责", department, Role.LEAD)
    rows = penalties(department, word, number)
    batch = send(department, rows, word)
    assert services.run_batch(batch.pk, today=TODAY).rows_rejected == 1
    record, personal, withdrawn = Record.objects.filter(batch=batch).order_by("row_no")
    services.withdraw_record(withdrawn, actor=clerk, reason=f"{word}的撤回原因", today=TODAY)
    clarify(withdrawn, word)
    give_back(record, word)
    certify(personal, clerk, word)
    method = method_of(clerk, lead, word)
    return Side(
        word,
        department,
        clerk,
        lead,
        issue_token(department=department, user=clerk, name=f"{word}接口", on=TODAY)[1],
        Batch.objects.get(pk=batch.pk),
        send(department, rows, f"{word}等候"),
        services.run_batch(send(department, [], f"{word}空表").pk, today=TODAY),
        services.run_batch(send(department, rows, f"{word}预览", commit=Commit.PREVIEW).pk, today=TODAY),
        Record.objects.get(pk=record.pk),
        personal,
        Record.objects.get(pk=withdrawn.pk),
        quality.set_duty(department, "XZCF", cycle="month", since=date(2026, 1, 1), source=f"{word}权责清单"),
        suspect(record.subject, personal.subject),
        CodeCase.objects.create(
            department=department, kind="uscc_invalid", about=f"{word}代码", subject=record.subject
        ),
        ask(lead, word, number),
        special.grant_special_query(ask(lead, word, number), actor=make_reviewer(word), reason=word, today=TODAY),
        ask_to_withdraw(personal, clerk, word),
        ask_to_erase(withdrawn, lead, word),
        system_of(batch, lead, word),
        list_them(clerk, Named("organisation", record.subject_name, record.subject.uscc), f"{word}列〔2026〕1号", word),
        list_them(clerk, Named("person", personal.subject_name, number_of(number)), personal.document_no, word),
        file_them(clerk, word),
        defer(clerk, word, number),
        method,
        classed_by(method, record),
        account_of(personal, clerk, word),
        rewards_of(record, clerk, lead, word),
        make_checked(clerk, record.subject, word, number),
        begin(Record.objects.get(pk=record.pk), clerk, lead, word),
        complained_of(clerk, record.subject, word),
        *of_the_person(personal, word, number),
    )


def of_the_person(personal: Record, word: str, number: int) -> tuple:
    """The person, signed in, and what is theirs, in the order of a side's fields."""
    applicant = make_applicant(personal, 900 + number)
    return applicant, *written_by(applicant, personal, word), *asked_by(applicant, personal, word, number)


def written_by(applicant: Applicant, record: Record, word: str) -> tuple[Draft, Case, Listing]:
    """What they have begun to write, what they have handed in, and a list they are on."""
    begun = repair.Target("objection", record=record)
    said = {"about": "content", "text": f"{word}的异议"}
    draft = repair.save_draft(begun, said, by=applicant, version=0, today=TODAY)
    court = repair.Claim(
        kind="review", text=f"{word}起诉", record=record, review_body=f"{word}法院", review_no=f"{word}1号"
    )
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{word}起诉")
    case = repair.open_case(court, by=applicant, key=key, today=TODAY)
    return draft, case, listed(record, f"{word}关注〔2026〕8号", word)


def asked_by(applicant: Applicant, personal: Record, word: str, number: int) -> tuple[Case, Case, Representation]:
    """Two complaints, one of them rejected with a letter, and a power given to somebody."""
    reviewer = make_user(f"{word}受理", None, Role.REVIEWER)
    rejected = complain(applicant, personal, f"{word}没有答复")
    rejected = repair.accept(rejected, actor=reviewer, version=rejected.version, today=TODAY)
    decision = repair.Decision("refuse", f"{word}的理由", "示例办法第一条")
    rejected = repair.decide(rejected, decision=decision, actor=reviewer, version=rejected.version, today=TODAY)
    asked = complain(applicant, personal, f"{word}办理太慢")
    asked = repair.ask_material(asked, actor=reviewer, version=asked.version, what=f"{word}的回执", today=TODAY)
    power = repair.grant_power(
        by=applicant, agent_kind="person", agent_name=f"示例{word}代理", number_kind="身份证",
        number=demo.make_id_number("530102", date(1991, 2, number), 700 + number), until=date(2027, 6, 30), today=TODAY,
    )  # fmt: skip
    return asked, rejected, power


def complain(applicant: Applicant, about: Record, text: str) -> Case:
    key = uuid.uuid5(uuid.NAMESPACE_OID, text)
    return repair.open_case(repair.Claim("complaint", text, record=about), by=applicant, key=key, today=TODAY)


def complained_of(clerk: User, subject: Subject, word: str) -> Case:
    """A complaint about the department, asked of it, with a file; and something it was told to put right."""
    said = repair.Claim(kind="complaint", text=f"{word}的投诉", department=clerk.department)
    reviewer, key = make_user(f"{word}复核", None, Role.REVIEWER), uuid.uuid5(uuid.NAMESPACE_OID, f"{word}投诉")
    case = repair.open_case(said, by=clerk, key=key, today=TODAY)
    case = repair.accept(case, actor=reviewer, version=case.version, today=TODAY)
    case = repair.forward(case, actor=reviewer, version=case.version, text=f"{word}请核查", today=TODAY)
    digest, size = storage.save(f"{key.hex}", [f"{word}的材料".encode()], limit=1000)
    Evidence.objects.create(
        case=case, kind="其他", name=f"{word}.txt", media_type="text/plain", size=size, digest=digest,
        stored_as=key.hex, scan="clean", added_by=clerk,
    )  # fmt: skip
    restoration = Restoration.objects.create(
        case=case, subject=subject, cause="error", text=f"{word}的澄清", opened_on=TODAY, due_on=TODAY
    )
    restoration.receivers.create(kind="department", department=clerk.department, why=f"{word}任务", told_on=TODAY)
    return case


def clarify(record: Record, word: str) -> None:
    """The record was found wrong, and its subject has asked for that to be said in public."""
    one, other = (make_user(f"{word}澄清{number}", None, Role.REVIEWER) for number in (1, 2))
    case = Case.objects.create(
        number=f"{word}澄清", kind="objection", record=record, subject=record.subject, department=record.department,
        claim=f"{word}的异议", opened_by=one, channel="counter", state="granted", submitted_on=TODAY, accepted_on=TODAY,
        proposed_by=one, decided_by=other, decided_on=TODAY, closed_on=TODAY, outcome="grant", remedy="withdraw",
        reasons=f"{word}有误", letter=f"{word}决定书", key=uuid.uuid5(uuid.NAMESPACE_OID, f"{word}澄清"),
    )  # fmt: skip
    Clarification.objects.create(
        case=case, consent="申请书", consented_on=TODAY, text=f"{word}的澄清", edition="示例", shown_from=TODAY,
        shown_until=TODAY, published_by=other,
    )  # fmt: skip


def system_of(batch: Batch, lead: User, word: str) -> SourceSystem:
    """The system from which the batch is said to have come, with the token it is told by."""
    facts = {"code": word, "name": f"{word}系统", "way": "api", "contact": f"{word}岗", "in_use_from": date(2026, 1, 1)}
    system = services.enter_system(lead.department, actor=lead, **facts)
    services.receive_from(system, lambda: batch)
    return system


def certify(personal: Record, clerk: User, word: str) -> None:
    """Give the person a licence, so that there is an occupation file."""
    item = next(item for item in demo_items.items() if item["code"] == "ZYZG")
    unit = clerk.department
    values = next(demo_items.records(item, demo_items.Source(unit.code, unit.name, unit.uscc), TODAY))
    born_on = personal.subject.adult_on.replace(year=personal.subject.adult_on.year - 18)
    number = demo.make_id_number("530102", born_on, 700 + born_on.day)
    about = {
        "ZYZG_XDR_MC": personal.subject_name,
        "ZYZG_XDR_ZJHM": number,
        "ZYZG_ZH": f"{word}证〔2026〕1号",
        "ZYZG_DW": f"示例{word}事务所",
    }
    services.register_record(
        item=item_in_force("ZYZG", on=TODAY), department=unit, values=values | about, actor=clerk, today=TODAY
    )


def ask_to_withdraw(record: Record, clerk: User, word: str) -> ChangeRequest:
    why = changes.Why(f"{word}的说明")
    return changes.request_withdrawal(record, reason_code="other", why=why, key=word, actor=clerk, today=TODAY)


def ask_to_erase(record: Record, lead: User, word: str) -> Erasure:
    texts = {"authority": f"{word}法院", "document_no": f"{word}1号", "legal_basis": f"{word}法", "reason": word}
    return erasures.request_erasure(record, actor=lead, **texts)


def ask(lead: User, word: str, number: int) -> SpecialQuery:
    """An application of this side, about a firm nobody else asks about."""
    return special.request_special_query(
        department=lead.department,
        actor=lead,
        sought=special.Sought("organisation", f"示例{word}茶业有限公司", demo.make_uscc("530102", 700 + number)),
        scope="shared",
        purpose=f"{word}的用途",
        legal_basis=f"{word}的依据",
        case_no=f"{word}案〔2026〕1号",
        days=7,
        today=TODAY,
    )


def list_kind() -> ListKind:
    """A list that departments of this line keep, persons included."""
    basis = LegalBasis.objects.get(code="state-2016-33-19")
    values = {
        "name": "示例执业失信名单", "tone": "watch", "item_code": "YZSX", "lines": ["SFT"], "standard": "示例标准",
        "legal_basis": basis, "persons_basis": basis, "subject_kinds": ["organisation", "person"],
        "exit_conditions": "示例移出条件", "in_force_from": date(2016, 5, 30), "source": "测试",
        "evidence": "to_be_verified",
    }  # fmt: skip
    return ListKind.objects.get_or_create(code="SIDES", defaults=values)[0]


def list_them(clerk: User, named: Named, document_no: str, word: str) -> Listing:
    """Proposed and told: the subject's time to answer runs."""
    unit = clerk.department
    decision = Decision(document_no, TODAY, unit.name, f"{word}的事由")
    key = uuid.uuid5(uuid.NAMESPACE_OID, document_no)
    proposed = sanctions.propose_listing(
        list_kind(), named, decision, department=unit, actor=clerk, key=key, today=TODAY
    )
    return sanctions.notify_subject(proposed, actor=clerk, how=f"{word}送达", on=TODAY, today=TODAY)


def file_them(clerk: User, word: str) -> ListingFile:
    """A file of one row that cannot be proposed."""
    row = {
        "主体名称": word, "主体类别": "法人及非法人组织", "统一社会信用代码": "错", "列入事由": word,
        "决定文书号": f"{word}列〔2026〕9号", "决定日期": "2026-11-03",
    }  # fmt: skip
    return sanctions.file_listings(
        list_kind(), file_name=f"{word}名单.csv", chunks=[demo.as_csv([row])], department=clerk.department,
        actor=clerk, key=uuid.uuid5(uuid.NAMESPACE_OID, word), today=TODAY,
    )  # fmt: skip


def number_of(number: int) -> str:
    """The identity number of this side's person."""
    return demo.make_id_number("530102", date(1980, 1, number), 700 + number)


def make_reviewer(word: str) -> User:
    return make_user(f"{word}审核", None, Role.REVIEWER)


def issue_bulletin() -> Bulletin:
    """About the month of the rows there are, drafted and issued by two people of the province."""
    drafter, issuer = (make_user(f"监督{number}", None, Role.SUPERVISOR) for number in "一二")
    now = timezone.now() + timedelta(days=62)
    quality.refresh_figures(now=timezone.now())
    run = quality.close_month(month_now(timezone.now()), now=now)
    return quality.issue_bulletin(quality.draft_bulletin(run, actor=drafter), actor=issuer, now=now)


def suspect(*subjects: Subject) -> SuspectedDuplicate:
    first, second = sorted(subjects, key=lambda subject: subject.pk)
    return SuspectedDuplicate.objects.create(first=first, second=second, reasons=["same_name"])


def make_user(name: str, department: Department | None, role: Role) -> User:
    """A member of staff who signs in with PASSWORD."""
    user = User(username=name, display_name=name)
    user.set_password(PASSWORD)
    return place_user(user, department=department, role=role)


def make_auditor() -> User:
    """A member of staff to whom no department's rows belong."""
    return make_user("审计", None, Role.AUDITOR)


def penalties(department: Department, word: str, number: int) -> list[dict[str, str]]:
    """Of an organisation, of a person, one more to be withdrawn, and one that cannot be taken."""
    source = (department.name, department.uscc)
    organisation, *_, person = demo.penalties(source, TODAY)
    firm = {"行政相对人名称": f"示例{word}茶业有限公司", "行政相对人代码_1": demo.make_uscc("530102", 700 + number)}
    texts = {"违法事实": f"经查，{word}。", "处罚内容": f"罚款，{word}。", "备注": f"{word}备注", "法定代表人": word}
    first = organisation | firm | texts | {"行政处罚决定书文号": f"{word}罚〔2026〕1号"}
    someone = person | {
        "行政相对人名称": f"示{word}",
        "自然人证件号码": number_of(number),
        "行政处罚决定书文号": f"{word}罚〔2026〕2号",
        "违法事实": f"经查，{word}。",
    }
    third = first | {"行政处罚决定书文号": f"{word}罚〔2026〕3号"}
    wrong = first | {"行政处罚决定书文号": f"{word}罚〔2026〕4号", "处罚决定日期": f"{word}的日期"}
    return [first, someone, third, wrong]


def send(
    department: Department, rows: list[dict[str, str]], file_name: str, item: str = "XZCF", commit: str = ""
) -> Batch:
    """Receive a file of a department, not yet worked on."""
    header = (
        "行政相对人名称,行政处罚决定书文号,处罚决定日期,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,处罚有效期,"
    )
    header += "处罚机关,处罚机关统一社会信用代码,数据来源单位,数据来源单位统一社会信用代码\n"
    return services.receive_batch(
        item=item_in_force(item, on=TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name=f"{file_name}.csv",
        chunks=[demo.as_csv(rows) if rows else header.encode()],
        actor=department.staff.get(role=Role.CLERK),
        commit=commit,
    )


def give_back(record: Record, word: str) -> Handover:
    """What is left when the national platform refuses a row."""
    return Handover.objects.create(
        record=record, refused_revision=record.revision, code="displayed_until_invalid", reason=f"{word}被退回"
    )


def issue_evaluation() -> EvaluationEdition:
    """What was issued about places; it belongs to nobody, and is made once."""
    if made := EvaluationEdition.objects.first():
        return made
    author, other = (make_user(f"评价{name}", None, Role.SUPERVISOR) for name in ("甲", "乙"))
    indicators = [{"kind": "timely", "weight": 100}]
    method = evaluation.draw_up_method("示例评价办法", "示例说明", indicators, actor=author)
    evaluation.adopt_method(method, actor=other, opinion="同意", on=TODAY, today=TODAY)
    month = date(2026, 9, 1)
    edition = EvaluationEdition.objects.create(
        method=method, since=month, until=month, definition=1, computed_at=timezone.now(), drafted_by=author
    )
    line = indicators[0] | {"part": 9, "whole": 10, "points": "90.0", "departments": []}
    edition.places.create(region_id="530100", is_county=False, score=90, lines=[line])
    return evaluation.issue_edition(edition, actor=other, publish=True, today=TODAY)
