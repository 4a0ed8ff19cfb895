"""The pages of the check: a counter asks, a list of names becomes an opinion, who does not check is seen."""

import csv
import datetime
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from time_machine import travel

from accounts.models import Role
from audit.models import AuditEvent
from credit_platform import demo
from deadlines.clock import BEIJING
from sanctions.models import Check, EligibilityCertificate, ReviewOpinion, Subscription
from sanctions.receipts import fold_number
from sanctions.services.listings import Named
from tests.factories import make_id_number, make_user, penalty, persons_penalty, register
from tests.sanctions.conftest import FIRM, make_line

PERSON = Named("person", "示例李四", make_id_number(41))
ASK, NAMES, USAGE, ELIGIBLE, HOOKS = (
    f"/office/{path}/" for path in ("checks", "checks/names", "checks/usage", "checks/eligibility", "webhooks")
)


@pytest.fixture
def counter(market):
    return make_user("counter-p", Role.CLERK, make_line("CZT", 791))


@pytest.fixture
def desk(client, counter):
    client.force_login(counter)
    return client


def form(**changes) -> dict:
    values = {"key": "k1", "matter": "CZZJ", "number_kind": "统一社会信用代码", "number": FIRM.number}
    return values | {"name": FIRM.name, "consent_no": "", "matter_no": "云示项〔2026〕9号"} | changes


def person(**changes) -> dict:
    return form(number_kind="身份证", number=PERSON.number, name=PERSON.name, consent_no="授1号") | changes


def text(answer) -> str:
    return answer.content.decode()


def plain(answer) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", text(answer)))


# ---- at the counter ----


def test_a_counter_sees_the_verdict_first_then_measure_basis_and_receipt(black, memorandum, enter, desk):
    enter(black)
    page = desk.post(ASK, form(), follow=True)
    shown = plain(page)
    check = Check.objects.get()
    order = [
        shown.index(words) for words in ("有应当采取的惩戒措施", "限制申请示例财政资金项目", "所在名单", "回执编号")
    ]
    assert order == sorted(order)
    basis = check.answer["measures"][0]["basis"]
    for words in ("强制性", basis, check.receipt_no, check.answer_digest[:8]):
        assert words in shown
    assert reverse("portal:receipt", args=[check.receipt_no]) in text(page)


def test_pressing_twice_is_one_check(desk):
    first, again = (desk.post(ASK, form()).url for _ in range(2))
    assert first == again and Check.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "123"}, "uscc_invalid"),
        ({"number_kind": "身份证", "number": "530102198503120000"}, "id_number_invalid"),
        (person(consent_no=""), "consent_missing"),
        ({"name": ""}, "required"),
        ({"matter": "NONE"}, "invalid_choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk, changes, code):
    answer = desk.post(ASK, form(**changes))
    errors = answer.context["form"].errors.as_data()
    assert [each.code for field in errors.values() for each in field] == [code]
    assert answer.status_code == 200 and not Check.objects.exists()
    assert "530102198503120000" not in "".join(map(str, errors.values()))


def test_a_receipt_about_a_person_leaves_a_line_every_time_and_lists_mask_the_name(black, memorandum, enter, desk):
    enter(black, PERSON)
    where = desk.post(ASK, person()).url
    for _ in range(2):
        assert PERSON.name in text(desk.get(where)) and PERSON.number not in text(desk.get(where))
    assert AuditEvent.objects.readings().filter(action="sanctions.subject.checked").count() == 5
    listed = text(desk.get(reverse("office:checks-made")))
    assert PERSON.name not in listed and "示***" in listed
    assert AuditEvent.objects.readings().latest("pk").action == "records.person.listed"


def test_the_department_s_checks_are_filtered_and_exported_without_formulas(black, memorandum, enter, desk):
    enter(black)
    desk.post(ASK, form(name="=cmd|昆明示例"))
    desk.post(ASK, form(key="k2", matter="PXPY"))
    made = reverse("office:checks-made")
    assert len(desk.get(made).context["rows"]) == 2
    assert len(desk.get(made, {"verdict": "sanctioned"}).context["rows"]) == 1
    assert len(desk.get(made, {"until": "2020-01-01"}).context["rows"]) == 0
    answer = desk.get(reverse("office:checks-export"), {"matter": "CZZJ"})
    head, row, mark = csv.reader(io.StringIO(text(answer).lstrip("\ufeff")))
    assert row[head.index("名称")] == "'=cmd|昆明示例" and mark[0].startswith("水印")


def test_who_oversees_reads_and_does_not_check(client, desk):
    desk.post(ASK, form())
    client.force_login(make_user("supervisor-p", Role.SUPERVISOR))
    assert "核验由部门的工作人员办理" in text(client.get(ASK))
    assert client.post(ASK, form(key="k3")).status_code == 404
    assert len(client.get(reverse("office:checks-made")).context["rows"]) == 1
    client.force_login(make_user("auditor-p", Role.AUDITOR))
    assert client.get(ASK).status_code == 404


# ---- a list of names ----


def names_file(*rows: str, name="名单.csv", encoding="utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(["名称,号码,证件类型", *rows]).encode(encoding))


def upload(desk, file, **changes):
    values = {"key": "n1", "matter": "CZZJ", "consent_no": "授权批1号", "file": file} | changes
    return desk.post(NAMES, values, follow=True)


def test_a_list_becomes_an_opinion_with_a_number_and_a_receipt_for_each_row(black, memorandum, enter, desk):
    enter(black)
    unknown = demo.make_uscc("530102", 4711)
    page = upload(
        desk,
        names_file(
            f"{FIRM.name},{FIRM.number},", f"示例无人,{unknown},", f"示例某,{make_id_number(3)},身份证", "坏号,12345,",
            f"抄错,{make_id_number(4)[:-1]}Q,",
        ),
    )  # fmt: skip
    opinion = ReviewOpinion.objects.get()
    assert (opinion.rows, opinion.counts) == (5, {"sanctioned": 1, "unknown": 2})
    assert [(each["row"], each["code"]) for each in opinion.refused] == [(5, "uscc_invalid"), (6, "id_number_invalid")]
    assert fold_number(opinion.number) == opinion.number and opinion.number.startswith("S")
    assert Check.objects.filter(opinion=opinion, channel="batch").count() == 3
    shown = plain(page)
    assert "限制申请示例财政资金项目" in shown and opinion.number in shown and make_id_number(4)[:-1] not in shown
    rows = list(csv.reader(io.StringIO(text(desk.get(reverse("office:opinion-result", args=[opinion.public_id]))))))
    assert [row[0] for row in rows[1:-1]] == ["2", "3", "4", "5", "6"]
    assert desk.get(reverse("portal:receipt", args=[opinion.number])).status_code == 200


def test_the_same_form_sent_twice_is_one_opinion(desk):
    for _ in range(2):
        upload(desk, names_file(f"{FIRM.name},{FIRM.number},"))
    assert ReviewOpinion.objects.count() == 1 and Check.objects.count() == 1


def test_five_hundred_names_take_few_statements(desk, django_assert_max_num_queries):
    rows = [f"示例第{n}公司,{demo.make_uscc('530102', n)}," for n in range(1, 501)]
    file = names_file(*rows)
    with django_assert_max_num_queries(30):
        desk.post(NAMES, {"key": "n1", "matter": "CZZJ", "consent_no": "", "file": file})
    assert Check.objects.count() == 500


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (names_file(), "list_empty"),
        (SimpleUploadedFile("名单.csv", "甲,乙\n1,2".encode()), "unknown_header"),
        (SimpleUploadedFile("名单.xlsx", b"PK\x03\x04 not a workbook"), "truncated_file"),
        (names_file(*["示例,1,"] * 5_001), "list_too_long"),
    ],
)
def test_a_list_that_cannot_be_taken_says_why(desk, file, code):
    answer = upload(desk, file)
    [error] = answer.context["form"].errors.as_data()["file"]
    assert error.code == code
    assert not ReviewOpinion.objects.exists() and not Check.objects.exists()


def test_a_number_excel_has_turned_into_a_value_is_sent_back(desk):
    made, content = openpyxl.Workbook(), io.BytesIO()
    made.active.append(["名称", "号码"])
    made.active.append(["示例某", 530102198503129010])
    made.active.append([FIRM.name, FIRM.number])
    made.save(content)
    upload(desk, SimpleUploadedFile("名单.xlsx", content.getvalue()))
    opinion = ReviewOpinion.objects.get()
    assert [(each["row"], each["code"]) for each in opinion.refused] == [(2, "numeric_identifier")]
    assert "530102198503129" not in str(opinion.refused) and opinion.counts == {"unknown": 1}


def test_the_empty_list_has_the_columns_that_are_read(desk):
    book = openpyxl.load_workbook(io.BytesIO(desk.get(reverse("office:check-names-template")).content))
    assert [cell.value for cell in book.active[1]] == ["名称", "号码", "证件类型"]


# ---- who checks and who does not ----


@pytest.fixture
def november():
    """Moments of checks are real ones: it is 22 November there too."""
    with travel(datetime.datetime(2026, 11, 22, 9, 30, tzinfo=BEIJING), tick=False):
        yield


def test_cases_beside_checks_show_what_was_not_checked(desk, november):
    desk.post(USAGE, {"matter": "CZZJ", "month": "2026-11", "count": "3", "source": "示例系统"})
    for key, number in (("a", "1号"), ("b", "1号"), ("c", "2号"), ("d", "")):
        desk.post(ASK, form(key=key, matter_no=number))
    [line] = desk.get(USAGE).context["lines"]
    assert (line.cases, line.checked, line.checks, line.missing, line.share) == (3, 2, 4, 1, "67%")
    assert "还有1件没有核验" in plain(desk.get(USAGE))
    assert desk.get(USAGE, {"month": "2026-10"}).context["lines"] == []
    desk.post(USAGE, {"matter": "CZZJ", "month": "2026-11", "count": "2"})
    assert "都已核验" in plain(desk.get(USAGE))


def test_who_oversees_sees_every_department_and_who_told_nothing(desk, counter, client, november, clerk):
    desk.post(ASK, form())
    client.force_login(clerk)
    client.post(USAGE, {"matter": "ZFCG", "month": "2026-11", "count": "5"})
    assert [line.department for line in client.get(USAGE).context["lines"]] == [clerk.department.name]
    client.force_login(make_user("supervisor-p", Role.SUPERVISOR))
    lines = client.get(USAGE).context["lines"]
    assert [(line.department, line.cases, line.missing) for line in lines] == [
        (clerk.department.name, 5, 5),
        (counter.department.name, None, 0),
    ]
    assert "1项没有登记办件量" in plain(client.get(USAGE))
    assert client.post(USAGE, {"matter": "ZFCG", "month": "2026-11", "count": "5"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"month": "2099-01"}, "month_invalid"), ({"month": "2026-13"}, "invalid"), ({"count": "-1"}, "min_value")],
)
def test_cases_that_cannot_be_are_refused(desk, changes, code):
    answer = desk.post(USAGE, {"matter": "CZZJ", "month": "2026-11", "count": "3"} | changes)
    assert [each.code for field in answer.context["form"].errors.as_data().values() for each in field] == [code]


# ---- three years ----


def asked(**changes) -> dict:
    return form(on="2026-11-22") | changes


def test_nothing_in_three_years_is_certified_with_a_number(desk):
    page = desk.post(ELIGIBLE, asked(), follow=True)
    certificate = EligibilityCertificate.objects.get()
    assert (str(certificate.since), str(certificate.until)) == ("2023-11-22", "2026-11-22")
    assert certificate.receipt_no in text(page) and certificate.receipt_no.startswith("Z")
    assert fold_number(certificate.receipt_no) == certificate.receipt_no
    again = desk.post(ELIGIBLE, asked())
    assert again.url == reverse("office:certificate", args=[certificate.public_id])


def test_own_records_are_named_and_others_only_counted(desk, counter, clerk):
    register(penalty(counter.department, 1, CF_SJLYDM=counter.department.uscc), counter)
    register(penalty(clerk.department, 2, CF_SJLYDM=clerk.department.uscc), clerk)
    shown = plain(desk.post(ELIGIBLE, asked()))
    assert "云示罚〔2026〕1号" in shown and "云示罚〔2026〕2号" not in shown and "另有其他部门报送的1条" in shown
    assert not EligibilityCertificate.objects.exists()
    desk.post(ELIGIBLE, asked(on="2026-11-02", key="k9"))
    assert EligibilityCertificate.objects.get().until == datetime.date(2026, 11, 2), "before it was decided"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": "2027-01-01"}, "day_in_future"),
        ({"number": "1"}, "uscc_invalid"),
        (person(on="2026-11-22", consent_no=""), "consent_missing"),
        (person(on="2026-11-22", number=make_id_number(5, born_on=datetime.date(2015, 1, 1))), "subject_is_minor"),
        (person(on="2026-11-22", name="示例别人"), "person_name_differs"),
    ],
)
def test_no_certificate_about_somebody_who_may_be_somebody_else(desk, clerk, changes, code):
    register(
        persons_penalty(clerk.department, 2, name=PERSON.name, CF_XDR_ZJHM=PERSON.number,
                        CF_SJLYDM=clerk.department.uscc), clerk,
    )  # fmt: skip
    answer = desk.post(ELIGIBLE, asked(**changes))
    assert [each.code for field in answer.context["form"].errors.as_data().values() for each in field] == [code]
    assert not EligibilityCertificate.objects.exists()


# ---- subscriptions ----


def test_a_subscription_shows_its_secret_once(desk, clerk):
    register(penalty(clerk.department, 1, CF_SJLYDM=clerk.department.uscc), clerk)
    sent = form(url="https://hook.example.com/credit", reference="云示项〔2026〕9号")
    page = desk.post(HOOKS, sent)
    subscription = Subscription.objects.get()
    assert page.status_code == 201 and subscription.secret not in text(page)
    for _ in range(2):
        shown = desk.get(reverse("office:webhook", args=[subscription.public_id]))
        assert shown.status_code == 200 and "X-Credit" not in text(shown)
    desk.post(reverse("office:webhook-end", args=[subscription.public_id]))
    subscription.refresh_from_db()
    assert subscription.ended_at is not None


def test_an_internal_target_is_refused_on_the_page(desk, clerk):
    register(penalty(clerk.department, 1, CF_SJLYDM=clerk.department.uscc), clerk)
    answer = desk.post(HOOKS, form(url="https://10.0.0.1/", reference="1"))
    [error] = answer.context["form"].errors.as_data()["url"]
    assert error.code == "webhook_target_internal"


def test_pages_have_pinned_statements(desk, counter, django_assert_max_num_queries):
    for number in range(60):
        desk.post(ASK, form(key=f"k{number}"))
    for name, most in (("checks-made", 10), ("check-usage", 12), ("webhooks", 10), ("eligibility", 10)):
        with django_assert_max_num_queries(most):
            desk.get(reverse(f"office:{name}"))
