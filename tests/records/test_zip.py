"""A zipped folder is one upload and a batch for each file in it; a hostile one is refused with a sentence."""

import io
import stat
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.services import issue_token
from records import services
from records.errors import FolderRefused
from records.models import Batch, Record
from records.reading import FileRefused, is_folder, open_folder
from records.reading.folder import FolderLimits
from tests.factories import as_csv

pytestmark = pytest.mark.django_db


def zipped(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


@pytest.fixture
def receive(data_dir, today, department, clerk, rehearse):
    def receive(file: io.BytesIO, **options) -> list[Batch]:
        batches = services.receive_folder(
            department=department, source=Batch.Source.FILE, file=file, actor=clerk, today=today, **options
        )
        for batch in batches:
            services.run_batch(batch.pk, today=today)
        return list(Batch.objects.filter(pk__in=[batch.pk for batch in batches]).order_by("pk"))

    return receive


def test_each_file_becomes_a_batch_of_the_item_its_name_folder_or_header_says(receive, permit, penalty):
    batches = receive(
        zipped(
            {
                "11月/行政许可-一.csv": as_csv([permit(1)]),
                "XZCF/b.csv": as_csv([penalty(2)]),
                "无名.csv": as_csv([permit(3)]),
                "__MACOSX/._无名.csv": b"litter",
            }
        )
    )
    assert [(b.file_name, b.item.code, b.state) for b in batches] == [
        ("11月/行政许可-一.csv", "XZXK", "committed"),
        ("XZCF/b.csv", "XZCF", "committed"),
        ("无名.csv", "XZXK", "committed"),
    ]
    assert len({batch.folder for batch in batches}) == 1
    assert Record.objects.count() == 3


def test_a_name_written_in_gb18030_is_read(receive, permit):
    file = zipped({"XXXXXXXX.csv": as_csv([permit(1)])}).getvalue().replace(b"XXXXXXXX", "行政许可".encode("gb18030"))
    assert receive(io.BytesIO(file))[0].file_name == "行政许可.csv"


def test_a_folder_sent_again_gives_the_same_batches(receive, permit, penalty):
    files = {"行政许可.csv": as_csv([permit(1)]), "行政处罚.csv": as_csv([penalty(2)])}
    first = receive(zipped(files), idempotency_key="k")
    assert receive(zipped(files), idempotency_key="k") == first
    assert Batch.objects.count() == 2


def _special(name: str = "链接.csv") -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo(name)
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    out.seek(0)
    return out


def _patched(find: bytes, replace: bytes, **files: bytes) -> io.BytesIO:
    return io.BytesIO(zipped(files).getvalue().replace(find, replace))


def _encrypted() -> io.BytesIO:
    content = bytearray(zipped({"a.csv": b"a,b\n"}).getvalue())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    return io.BytesIO(bytes(content))


def _lying_about_its_size() -> io.BytesIO:
    """Claims ten bytes and unpacks to a megabyte."""
    content = bytearray(zipped({"行政许可.csv": b"a" * 1_000_000}).getvalue())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + at, 10)
    return io.BytesIO(bytes(content))


def _claiming_a_huge_directory() -> io.BytesIO:
    content = bytearray(zipped({"a.csv": b"a"}).getvalue())
    struct.pack_into("<I", content, content.index(b"PK\x05\x06") + 12, 2**31)
    return io.BytesIO(bytes(content))


def _cut_off() -> io.BytesIO:
    return io.BytesIO(zipped({"a.csv": b"a,b\n" * 100}).getvalue()[:-30])


HOSTILE = {
    "empty": (lambda: zipped({}), "folder_empty"),
    "only litter": (lambda: zipped({"__MACOSX/._a.csv": b""}), "folder_empty"),
    "many entries": (lambda: zipped({f"{n}.csv": b"a" for n in range(101)}), "folder_too_many"),
    "huge directory": (_claiming_a_huge_directory, "folder_too_many"),
    "parent path": (lambda: zipped({"../../etc/cron.d/a.csv": b"a"}), "folder_path"),
    "absolute path": (lambda: zipped({"/etc/a.csv": b"a"}), "folder_path"),
    "drive": (lambda: zipped({"C:a.csv": b"a"}), "folder_path"),
    "backslashes": (lambda: zipped({"..\\..\\a.csv": b"a"}), "folder_path"),
    "nul in name": (lambda: _patched(b"aXb.csv", b"a\0b.csv", **{"aXb.csv": b"a"}), "folder_path"),
    "symbolic link": (_special, "folder_special"),
    "encrypted": (_encrypted, "folder_encrypted"),
    "nested": (lambda: zipped({"里面.zip": zipped({"a.csv": b"a"}).getvalue()}), "folder_nested"),
    "same name": (lambda: zipped({"a.csv": b"a", "A.csv": b"b"}), "folder_same_name"),
    "bomb": (lambda: zipped({"行政许可.csv": b"0" * (40 << 20)}), "folder_ratio"),
    "lies about size": (_lying_about_its_size, "folder_damaged"),
    "cut off": (_cut_off, "truncated_file"),
    "item unknown": (lambda: zipped({"说明.csv": "甲,乙\n1,2\n".encode()}), "folder_item_unknown"),
    "unusual compression": (lambda: zipped({"a.csv": b"a" * 99}, compression=zipfile.ZIP_BZIP2), "folder_damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_whole_with_one_sentence(receive, name):
    build, code = HOSTILE[name]
    with pytest.raises(FolderRefused) as refused:
        receive(build())
    assert refused.value.code == code
    assert refused.value.message.endswith("。") and "请" in refused.value.message
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("limits", "code"),
    [(FolderLimits(entry=5), "folder_entry_too_large"), (FolderLimits(unpacked=5), "folder_too_large")],
)
def test_sizes_are_capped_before_anything_is_unpacked(limits, code):
    with pytest.raises(FileRefused) as refused, open_folder(zipped({"a.csv": b"123456"}), limits):
        pass
    assert refused.value.code == code


def test_a_nested_zip_under_another_name_is_refused_by_its_content(receive):
    batch = receive(zipped({"行政许可.xlsx": zipped({"a.csv": b"a"}).getvalue()}))[0]
    assert (batch.state, batch.code) == ("refused", "archive_file")


def test_a_workbook_is_no_folder():
    assert not is_folder(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    assert not is_folder(io.BytesIO(b"a,b\n1,2\n"))
    assert is_folder(zipped({"a.csv": b"a"}))


def test_a_folder_comes_in_by_the_api_too(data_dir, department, clerk, today, rehearse, permit, penalty):
    plain = issue_token(department=department, user=clerk, name="测试", on=today)[1]
    api = Client(headers={"Authorization": f"Token {plain}"})
    content = zipped({"行政许可.csv": as_csv([permit(1)]), "行政处罚.csv": as_csv([penalty(2)])}).getvalue()
    answer = api.post("/api/v1/folders/", {"file": SimpleUploadedFile("11月.zip", content)})
    assert answer.status_code == 202
    assert [batch["item"] for batch in answer.json()] == ["XZXK", "XZCF"]
    bad = api.post("/api/v1/folders/", {"file": SimpleUploadedFile("11月.zip", zipped({}).getvalue())})
    assert (bad.status_code, bad.json()["code"]) == (400, "folder_empty")
