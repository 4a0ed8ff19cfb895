"""Suspected duplicates in the office: compared side by side, suggested by one reviewer, decided by another."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records import services
from records.models import SubjectMerge, SuspectedDuplicate
from tests import factories

TAGS = re.compile(r"<[^>]+>")


@pytest.fixture
def pair(department, clerk) -> SuspectedDuplicate:
    factories.register(factories.penalty(department, 1), clerk)
    values = factories.penalty(department, 2)
    del values["CF_XDR_SHXYM"]
    factories.register(values | {"CF_XDR_GSZC": "530102999000001"}, clerk)
    services.find_duplicates()
    return SuspectedDuplicate.objects.get()


@pytest.fixture
def second_reviewer():
    return factories.make_user("reviewer-2", Role.REVIEWER)


def path(name: str, pair: SuspectedDuplicate) -> str:
    return reverse(f"office:{name}", args=[pair.public_id])


def test_two_reviewers_merge_and_one_takes_it_back(browse, reviewer, second_reviewer, pair):
    first, second = browse(reviewer), browse(second_reviewer)
    assert path("duplicate", pair) in first.get(reverse("office:duplicates")).content.decode()
    page = TAGS.sub("", first.get(path("duplicate", pair)).content.decode())
    assert "530102999000001" in page and pair.first.uscc in page and "名称相同" in page
    form = {"survivor": pair.first.public_id, "reason": "营业执照载明（示例）"}
    assert (
        "请选择保留哪一个主体" in first.post(path("duplicate-suggest", pair), form | {"survivor": ""}).content.decode()
    )
    first.post(path("duplicate-suggest", pair), form)
    decision = {"decision": "merge", "reason": "已核对（示例）"}
    refused = first.post(path("duplicate-decide", pair), decision)
    assert refused.status_code == 400 and "另一位审核员" in refused.content.decode()
    second.post(path("duplicate-decide", pair), decision)
    assert SubjectMerge.objects.get().state == "merged"
    old = reverse("office:subject", args=[pair.second.public_id])
    assert first.get(old).url == reverse("office:subject", args=[pair.first.public_id])
    assert "撤销合并" in first.get(path("duplicate", pair)).content.decode()
    first.post(path("duplicate-decide", pair), {"decision": "unmerge", "reason": "核对有误（示例）"})
    assert SubjectMerge.objects.get().state == "unmerged"
    assert "已认定不是同一主体" in first.get(path("duplicate", pair)).content.decode()


def test_a_verdict_takes_the_pair_off_the_list(browse, reviewer, pair):
    client = browse(reviewer)
    assert "请写明理由" in client.post(path("duplicate-distinct", pair), {"reason": ""}).content.decode()
    client.post(path("duplicate-distinct", pair), {"reason": "两家企业（示例）"})
    assert path("duplicate", pair) not in client.get(reverse("office:duplicates")).content.decode()


def test_departments_are_told_who_does_it_and_see_no_pair(office, pair):
    page = office.get(reverse("office:duplicates")).content.decode()
    assert "由审核员办理" in page and path("duplicate", pair) not in page
    assert office.get(path("duplicate", pair)).status_code == 404


def test_comparing_persons_masks_numbers_and_leaves_a_line_for_each(browse, reviewer, department, clerk):
    number = factories.make_id_number(1)
    fifteen = number[:6] + number[8:17]
    factories.register(factories.persons_penalty(department, 1), clerk)
    other = {"CF_XDR_ZJLX": "其他-第一代居民身份证", "CF_XDR_ZJHM": fifteen}
    factories.register(factories.persons_penalty(department, 2, **other), clerk)
    services.find_duplicates()
    pair = SuspectedDuplicate.objects.get()
    client = browse(reviewer)
    assert "示例张三" not in client.get(reverse("office:duplicates")).content.decode()
    page = client.get(path("duplicate", pair)).content.decode()
    text = TAGS.sub("", page)
    assert f"{number[:6]}********{number[-4:]}" in text and f"{fifteen[:6]}*****{fifteen[-4:]}" in text
    assert number not in text and fifteen not in text
    assert AuditEvent.objects.filter(action=Action.SUBJECT_VIEWED).count() == 2
