"""Large texts lie in memory compressed; what is read is the same."""

import os

import pytest

from records import storage
from records.reading import PackedPath, open_table


@pytest.fixture
def small_is_large(monkeypatch):
    monkeypatch.setattr(storage, "PACKED_FROM", 10_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_packed_text_reads_as_the_plain_one(data_dir, small_is_large, encoding):
    content = "".join(f"示例第{number}号有限公司,{number}\r\n" for number in range(5000)).encode(encoding)
    storage.save("text", [content], limit=len(content))
    with storage.opened("text") as path:
        assert isinstance(path, PackedPath)
        assert os.stat(path).st_size < len(content) / 4
        with open_table(path) as table:
            packed = list(table.rows())
    plain = data_dir / "plain.csv"
    plain.write_bytes(content)
    with open_table(plain) as table:
        assert packed == list(table.rows())
    assert len(packed) == 5000


def test_strangers_archive_is_not_unpacked(data_dir, small_is_large):
    storage.save("zip", [b"PK\x03\x04" + os.urandom(20_000)], limit=1 << 20)
    with storage.opened("zip") as path:
        assert not isinstance(path, PackedPath)
