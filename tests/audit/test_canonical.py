"""What is hashed, checked against the standards' examples and against a second, independent implementation."""

import gmalg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical, checkpoints
from audit.standalone import verify_audit

TEXT_OR_NULL = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
EVENT = st.lists(TEXT_OR_NULL, min_size=len(canonical.EVENT_TAGS), max_size=len(canonical.EVENT_TAGS)).map(tuple)


@pytest.mark.parametrize(("data", "digest"), verify_audit.SM3_VECTORS)
def test_sm3_reproduces_the_standard(data, digest):
    for sm3 in (canonical.sm3, verify_audit.sm3, verify_audit.sm3_in_python):
        assert sm3(data).hex() == digest


@given(st.binary(max_size=200))
def test_three_sm3_implementations_agree(data):
    assert canonical.sm3(data) == verify_audit.sm3_in_python(data) == verify_audit.sm3(data)


def test_sm2_verification_reproduces_the_standard():
    key, message, signature = verify_audit.SM2_VECTOR
    assert verify_audit.sm2_verify(bytes.fromhex(key), message, bytes.fromhex(signature))


@pytest.mark.parametrize("part", ["key", "message", "signature"])
def test_sm2_verification_refuses_one_wrong_bit(part):
    key, message, signature = verify_audit.SM2_VECTOR
    values = {"key": bytes.fromhex(key), "message": message, "signature": bytes.fromhex(signature)}
    values[part] = values[part][:-1] + bytes([values[part][-1] ^ 1])
    assert not verify_audit.sm2_verify(values["key"], values["message"], values["signature"])


@pytest.mark.parametrize("signature", ["00" * 64, "ff" * 64, "", "00" * 63 + "01"])
def test_sm2_verification_refuses_degenerate_signatures(signature):
    assert not verify_audit.sm2_verify(bytes.fromhex(verify_audit.SM2_VECTOR[0]), b"", bytes.fromhex(signature))


def test_platform_signatures_are_accepted_by_the_independent_verifier():
    for n in range(5):
        message = f"检查点 {n}".encode()
        private = canonical.sm3(message)
        r, s = gmalg.SM2(private, checkpoints.SIGNER_ID).sign(message)
        public = gmalg.SM2(private).generate_pk(private)
        signature = r.rjust(32, b"\0") + s.rjust(32, b"\0")
        assert verify_audit.sm2_verify(public, message, signature)
        assert not verify_audit.sm2_verify(public, message + b".", signature)


def test_both_programs_know_the_same_columns():
    assert tuple((name, tag) for name, tag, _ in canonical.EVENT_COLUMNS) == verify_audit.COLUMNS
    assert tuple(zip(canonical.SealValues._fields, canonical.SEAL_TAGS, strict=True)) == verify_audit.SEAL


@given(EVENT)
def test_both_programs_write_an_event_alike(event):
    named = dict(zip(canonical.EVENT_NAMES, event, strict=True))
    assert canonical.encode(canonical.EVENT_TAGS, event) == verify_audit.encode(verify_audit.COLUMNS, named)


@given(EVENT, EVENT)
def test_different_events_have_different_bytes(one, other):
    same = canonical.encode(canonical.EVENT_TAGS, one) == canonical.encode(canonical.EVENT_TAGS, other)
    assert same == (one == other)


@given(EVENT, st.integers(0, len(canonical.EVENT_TAGS) - 1))
def test_null_is_not_empty_text(event, column):
    as_null, as_empty = ((*event[:column], value, *event[column + 1 :]) for value in (None, ""))
    assert canonical.leaf(as_null) != canonical.leaf(as_empty)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_both_programs_grow_the_same_tree(leaves):
    assert canonical.merkle_root(leaves) == verify_audit.merkle_root(leaves)


def test_tree_of_three_is_the_one_of_rfc_6962():
    a, b, c = (canonical.sm3(bytes([n])) for n in range(3))
    left = canonical.sm3(b"\x01" + a + b)
    assert canonical.merkle_root([a, b, c]) == canonical.sm3(b"\x01" + left + c)


def test_doubling_the_last_leaf_gives_another_root():
    a, b, c = (canonical.sm3(bytes([n])) for n in range(3))
    assert canonical.merkle_root([a, b, c]) != canonical.merkle_root([a, b, c, c])
