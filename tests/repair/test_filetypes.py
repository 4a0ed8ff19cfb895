"""A file is what its bytes say; everything that is not a sound PDF or picture is refused with its cure."""

import zlib

import pytest

from repair import filetypes
from repair.filetypes import JPEG, PDF, PNG
from tests.repair.files import jpeg, object_stream, pdf, png, zipped

CATALOGUE = b"<< /Type /Catalog >>"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(CATALOGUE), PDF),
        (pdf(CATALOGUE, object_stream(b"1 0 << /Type /Page >>")), PDF),
        (pdf(CATALOGUE, object_stream(b"", b"", b"1 0 << /Type /Page >>")), PDF),
        (pdf(CATALOGUE) + b"\r\n\0\0", PDF),
        (jpeg(), JPEG),
        (jpeg() + b"\0\0\0\x18ftypmp42 a moving picture of a telephone", JPEG),
        (jpeg() + jpeg(), JPEG),
        (png(), PNG),
    ],
)
def test_what_people_scan_is_taken(content, media_type):
    assert filetypes.media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence_empty"),
        (b"MZ\x90\0program", "evidence_executable"),
        (b"\x7fELF program", "evidence_executable"),
        (b"#!/bin/sh\nrm", "evidence_executable"),
        (b"@ECHO OFF\r\n", "evidence_executable"),
        (b"<!DOCTYPE html><p>", "evidence_markup"),
        (b"\xef\xbb\xbf <svg onload=x>", "evidence_markup"),
        (b"<?xml version='1.0'?><svg/>", "evidence_markup"),
        (zipped(), "evidence_archive"),
        (zipped("OFD.xml"), "evidence_ofd"),
        (zipped("[Content_Types].xml", "word/document.xml"), "evidence_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "evidence_office"),
        (b"Rar!\x1a\x07", "evidence_archive"),
        (b"\0\0\0\x18ftypheic", "evidence_heic"),
        (b"\0\0\0\x18ftypmp42", "evidence_type"),
        (b"GIF89a", "evidence_type"),
        ("只是文字".encode(), "evidence_type"),
    ],
)
def test_everything_else_is_told_what_it_is(content, code):
    assert refused(content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (jpeg()[:-2], "evidence_truncated"),
        (jpeg()[:30], "evidence_truncated"),
        (b"\xff\xd8\xff\xd9", "evidence_truncated"),
        (png()[:-6], "evidence_truncated"),
        (png()[:20], "evidence_truncated"),
        (png().replace(b"IDAT", b"IDAX"), "evidence_truncated"),
        (pdf(CATALOGUE)[:-8], "evidence_truncated"),
        (b"%PDF-1.7\n%%EOF", "evidence_truncated"),
        (pdf(CATALOGUE, object_stream(b"", packed=zlib.compress(b"1 0 <<>>")[:6])), "evidence_truncated"),
        (png(20_000, 20_000), "evidence_too_many_pixels"),
        (jpeg(width=60_000, height=60_000), "evidence_too_many_pixels"),
    ],
)
def test_a_file_cut_off_or_far_too_wide_is_refused(content, code):
    assert refused(content) == code


@pytest.mark.parametrize("sound", [pdf(CATALOGUE), jpeg(), png()])
@pytest.mark.parametrize("appended", [zipped(), b"<script>alert(1)</script>", b"MZ program", b"\n%PDF-1.4"])
def test_nothing_another_program_would_open_stands_behind_the_end(sound, appended):
    assert refused(sound + appended) == "evidence_polyglot"


def test_a_zip_that_ends_as_a_pdf_is_seen_through():
    assert refused(pdf(CATALOGUE) + zipped() + b"\n%%EOF\n") == "evidence_polyglot"


@pytest.mark.parametrize("trailer", [b"/Encrypt 5 0 R", b"/Encr#79pt 5 0 R", b"/Encrypt<</V 4>>"])
def test_a_locked_pdf_is_asked_for_without_its_lock(trailer):
    assert refused(pdf(CATALOGUE, trailer=trailer)) == "evidence_locked"


@pytest.mark.parametrize(
    "action",
    [
        b"<< /S /JavaScript /JS (app.alert(1)) >>",
        b"<< /S /J#61vaScript /JS 5 0 R >>",
        b"<< /S /#4A#61vaScript >>",
        b"<< /S /Launch /F (calc.exe) >>",
        b"<< /AcroForm << /XFA 7 0 R >> >>",
        b"<< /S /SubmitForm >>",
    ],
)
def test_what_a_pdf_would_do_by_itself_is_found_in_plain_and_in_object_streams(action):
    assert refused(pdf(CATALOGUE, action)) == "evidence_active"
    assert refused(pdf(CATALOGUE, object_stream(b"1 0 " + action))) == "evidence_active"


def test_object_streams_that_cannot_be_read_are_refused_with_the_file(monkeypatch):
    for said in (b"/Filter /LZWDecode", b"/Filter [/ASCIIHexDecode /FlateDecode]", b"/F#69lter /LZWDecode"):
        assert refused(pdf(CATALOGUE, object_stream(b"1 0 <<>>", said))) == "evidence_active"
    predicted = b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>"
    assert refused(pdf(CATALOGUE, object_stream(b"1 0 <<>>", predicted))) == "evidence_active"
    monkeypatch.setattr(filetypes, "OBJECTS", 1000)
    assert refused(pdf(CATALOGUE, object_stream(bytes(5000)))) == "evidence_active"


def test_every_refusal_says_what_to_do():
    assert all(sentence.endswith("。") and "请" in sentence for sentence in filetypes.SENTENCES.values())


def refused(content: bytes) -> str:
    with pytest.raises(filetypes.FileRefused) as refusal:
        filetypes.media_type_of(content)
    assert refusal.value.message == filetypes.SENTENCES[refusal.value.code]
    return refusal.value.code
