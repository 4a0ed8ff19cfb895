"""A zipped folder of tables: what is in it, and whether it may be opened at all. Nothing is ever unpacked to a disk.

    with open_folder(file) as folder:
        for entry in folder.entries: folder.copy(entry, target)

Plain Python. A folder that cannot be trusted raises FileRefused with a code and one sentence, before the first byte of
any entry is unpacked where that is possible.
"""

import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from records.reading.limits import MIB
from records.reading.messages import FileRefused, quote_briefly

END, END_SIZE, ZIP64_LOCATOR = b"PK\x05\x06", 22, b"PK\x06\x07"
BLOCK = MIB
WORKBOOK_PART = "[Content_Types].xml"
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar")
# What file managers leave behind.
LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\._)", re.IGNORECASE)
UNSAFE = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class FolderLimits:
    """Caps of a zipped folder; each file inside is held to the limits of a single file as well."""

    entries: int = 100
    directory: int = 256 * 1024
    entry: int = 100 * MIB
    unpacked: int = 400 * MIB
    ratio: int = 200
    # Below this a high ratio harms nobody.
    ratio_from: int = 16 * MIB


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the folder: its path as the sender's system wrote it, and its claimed size."""

    path: str
    size: int
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)


class Folder:
    """The files of a zipped folder, checked."""

    def __init__(self, archive: zipfile.ZipFile, limits: FolderLimits):
        self._zip, self._limits = archive, limits
        self.entries = [
            Entry(_path_of(info), info.file_size, info)
            for info in archive.infolist()
            if not info.is_dir() and not LITTER.search(info.filename)
        ]
        self._check()

    def _check(self) -> None:
        limits = self._limits
        if not self.entries:
            raise FileRefused("folder_empty")
        if len(self.entries) > limits.entries:
            raise FileRefused("folder_too_many", entries=len(self.entries), limit=limits.entries)
        for entry in self.entries:
            self._check_entry(entry)
        if len({entry.path.casefold() for entry in self.entries}) != len(self.entries):
            raise FileRefused("folder_same_name")
        unpacked = sum(entry.size for entry in self.entries)
        packed = max(1, sum(entry.info.compress_size for entry in self.entries))
        if unpacked > limits.unpacked:
            raise FileRefused("folder_too_large", size=unpacked // MIB, limit=limits.unpacked // MIB)
        if unpacked > limits.ratio_from and unpacked > limits.ratio * packed:
            raise FileRefused("folder_ratio", ratio=unpacked // packed)

    def _check_entry(self, entry: Entry) -> None:
        name = quote_briefly(entry.path)
        if entry.info.flag_bits & 1:
            raise FileRefused("folder_encrypted")
        if UNSAFE.search(entry.path) or "\x00" in entry.info.orig_filename:  # zipfile cuts the name at a NUL
            raise FileRefused("folder_path", name=name)
        kind = stat.S_IFMT(entry.info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise FileRefused("folder_special", name=name)
        if entry.path.lower().endswith(ARCHIVES):
            raise FileRefused("folder_nested", name=name)
        if entry.info.compress_type not in PLAIN:
            raise FileRefused("folder_damaged", name=name)
        if entry.size > self._limits.entry:
            limit = self._limits.entry // MIB
            raise FileRefused("folder_entry_too_large", name=name, size=entry.size // MIB, limit=limit)

    def blocks(self, entry: Entry) -> Iterator[bytes]:
        """Unpack one file piecewise, never more than it claims. Raises FileRefused `folder_damaged`."""
        done = 0
        try:
            with self._zip.open(entry.info) as part:
                while block := part.read(BLOCK):
                    done += len(block)
                    if done > entry.size:
                        raise FileRefused("folder_damaged", name=quote_briefly(entry.path))
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise FileRefused("folder_damaged", name=quote_briefly(entry.path)) from error


def is_folder(file: BinaryIO) -> bool:
    """Whether this is a zip and no workbook, nor another document that is a zip inside. The file is rewound."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    try:
        _check_directory(file, FolderLimits())
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (FileRefused, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = set()
    finally:
        file.seek(0)
    return WORKBOOK_PART not in names and "mimetype" not in names


@contextmanager
def open_folder(file: BinaryIO, limits: FolderLimits = FolderLimits()) -> Iterator[Folder]:
    """Open a zipped folder. Raises FileRefused."""
    _check_directory(file, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused("truncated_file") from error
    with archive:
        yield Folder(archive, limits)


def _check_directory(file: BinaryIO, limits: FolderLimits) -> None:
    """Look at the claimed size of the directory before anything is made of it: a million entries are one small file."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - 65535))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise FileRefused("truncated_file")
    directory = struct.unpack_from("<I", tail, at + 12)[0]
    if directory > limits.directory or tail[max(0, at - 20) : at].startswith(ZIP64_LOCATOR):
        raise FileRefused("folder_too_many", entries="过多", limit=limits.entries)


def _path_of(info: zipfile.ZipInfo) -> str:
    """The path in characters. Without the flag for UTF-8 Chinese systems write GB 18030, read here as CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename
