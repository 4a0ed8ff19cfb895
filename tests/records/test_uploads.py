"""Uploads stay in memory, whatever their size."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

MIB = 1024 * 1024


def upload(size: int):
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("示例.csv", b"x" * size)})
    return request.FILES["file"]


@pytest.mark.parametrize("size", [0, 10, 6 * MIB])
def test_an_upload_never_touches_the_disk(size):
    file = upload(size)
    assert file.size == size and sum(map(len, file.chunks())) == size
    assert os.readlink(f"/proc/self/fd/{file.file.fileno()}").startswith("/memfd:")


def test_what_exceeds_the_limit_is_not_kept(settings):
    settings.UPLOAD_LIMIT_BYTES = MIB
    assert upload(5 * MIB).size == MIB + 1
