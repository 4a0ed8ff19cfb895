"""What a virus scanner says, and that one which is down, slow or confused says nothing."""

import pytest

from repair import scanning
from repair.models import Scan
from tests.repair import clamd
from tests.repair.files import EICAR
from tests.running import free_port


@pytest.fixture
def daemon(settings):
    with clamd.running() as daemon:
        settings.EVIDENCE_SCANNER, settings.EVIDENCE_SCAN_SECONDS = daemon.url, 2
        yield daemon


def scanned(*chunks: bytes) -> str:
    return scanning.scanner().scan(chunks)


def test_the_daemon_is_given_every_byte_and_its_word_is_taken(daemon):
    large = bytes(range(256)) * 1024
    assert scanned(large, b"", b"the end") == Scan.CLEAN
    assert daemon.seen == [large + b"the end"]
    assert scanned(b"before " + EICAR) == Scan.INFECTED


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"stream: OK",
        b"stream: maybe\0",
        b"OK\0",
        b"FOUND\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"\xff" * 5000,
        b"HTTP/1.1 200 OK\r\n\r\n\0",
    ],
)
def test_an_answer_that_is_none_is_no_answer(daemon, reply):
    daemon.reply = reply
    assert scanned(b"content") == Scan.UNAVAILABLE


def test_a_slow_daemon_is_not_waited_for(daemon, settings):
    settings.EVIDENCE_SCAN_SECONDS, daemon.seconds = 0.2, 1.0
    assert scanned(b"content") == Scan.UNAVAILABLE


def test_a_daemon_that_is_down_says_nothing(settings):
    settings.EVIDENCE_SCANNER = f"clamd://127.0.0.1:{free_port()}"
    assert scanned(b"content") == Scan.UNAVAILABLE


@pytest.mark.parametrize("setting", ["none", "", "clamd://", "another://127.0.0.1:1"])
def test_without_a_scanner_nothing_is_called_clean(settings, setting):
    settings.EVIDENCE_SCANNER = setting
    assert scanned(b"content") == Scan.UNAVAILABLE
