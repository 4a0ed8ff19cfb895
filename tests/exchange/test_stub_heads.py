"""The wire: a head deposited at the stub in its own process, over the signed interface."""

import json
import urllib.request

import pytest

from exchange.client import HeadConflict, NationalPlatform, NoAnswer

HEAD = {
    "origin": "530000", "number": 7, "since": "2026-11-21T16:00:00.000000Z", "until": "2026-11-22T16:00:00.000000Z",
    "first_seal": 3, "last_seal": 9, "size": 40, "total": 90, "root": "ab" * 32, "previous_hash": "cd" * 32,
    "hash": "ef" * 32, "signature": "01" * 64, "public_key": "04" + "02" * 64,
}  # fmt: skip


def fetched(stub, path: str) -> str:
    with urllib.request.urlopen(stub.url + path, timeout=10) as answer:
        return answer.read().decode()


def test_a_head_is_kept_and_the_same_receipt_given_again(stub, platform):
    receipt = platform.send_head(HEAD)
    assert receipt.startswith("GJS") and platform.send_head(HEAD) == receipt
    [kept] = [head for head in json.loads(fetched(stub, "/received/heads"))["heads"] if head["number"] == 7]
    assert {name: kept[name] for name in HEAD} == HEAD
    page = fetched(stub, "/")
    assert HEAD["root"] in page and "每日树根" in page


def test_another_head_under_the_same_number_is_refused_and_the_first_stays(stub, platform):
    platform.send_head(HEAD)
    with pytest.raises(HeadConflict) as caught:
        platform.send_head(HEAD | {"hash": "00" * 32, "root": "00" * 32})
    assert caught.value.code == "head_conflict"
    assert HEAD["root"] in fetched(stub, "/received/heads") and "00" * 32 not in fetched(stub, "/received/heads")


@pytest.mark.parametrize("change", [{"hash": None}, {"size": -1}, {"number": "7"}, {"root": "x" * 999}])
def test_what_is_no_head_is_refused(platform, change):
    with pytest.raises(NoAnswer) as caught:
        platform.send_head(HEAD | {"number": 8} | change)
    assert caught.value.code == "head_invalid"


def test_an_unreachable_platform_is_no_answer():
    with pytest.raises(NoAnswer) as caught:
        NationalPlatform("http://127.0.0.1:9", "5a" * 32, "530000", timeout=2).send_head(HEAD)
    assert caught.value.code == "unreachable"
