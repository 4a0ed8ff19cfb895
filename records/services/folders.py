"""A zipped folder of files: one upload, one batch for each file inside."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import BinaryIO

from accounts.models import Department, User
from catalogue.models import InformationItem
from catalogue.order import in_national_order
from records.errors import FolderRefused
from records.models import Batch
from records.reading import Column, FileRefused, Folder, find_header, open_folder, open_table
from records.services.batches import checker_for, require_right
from records.services.receiving import receive_batch


def receive_folder(
    *,
    department: Department,
    source: str,
    file: BinaryIO,
    actor: User,
    today: date,
    item: InformationItem | None = None,
    idempotency_key: str = "",
    commit: str = "",
    policy: str = "",
) -> list[Batch]:
    """Take every file of a zipped folder in as a batch of its own; none of them unless all can be told apart.

    Without an item each file's name, its folder's name or its header says which it is. With a key each file has a key
    of its own, so a folder sent again gives the same batches, whatever became of the first sending. Raises
    FolderRefused with the code and sentence of what is wrong with the folder.
    """
    require_right(actor, "report", department)
    items = [item] if item else in_national_order(InformationItem.objects.in_force(on=today))
    columns = {each.pk: checker_for(each, department, today=today).columns() for each in items}
    folder = uuid.uuid4()
    try:
        with open_folder(file) as opened:
            chosen = [(entry, item or _item_of(opened, entry, items, columns)) for entry in opened.entries]
            for entry in opened.entries:  # a damaged entry is found before the first batch is made
                for _ in opened.blocks(entry):
                    pass
            return [
                receive_batch(
                    item=its_item,
                    department=department,
                    source=source,
                    file_name=entry.path,
                    chunks=opened.blocks(entry),
                    actor=actor,
                    idempotency_key=f"{idempotency_key}/{number}" if idempotency_key else "",
                    commit=commit,
                    policy=policy,
                    folder=folder,
                )
                for number, (entry, its_item) in enumerate(chosen, start=1)
            ]
    except FileRefused as refusal:
        raise FolderRefused(refusal.reason, code=refusal.code) from refusal


def _item_of(folder: Folder, entry, items: list[InformationItem], columns: dict[int, list[Column]]) -> InformationItem:
    """The item named in the path, the longest name first; else the only one whose required columns are all there."""
    named = [item for item in items if item.name in entry.path or item.code in entry.path.upper()]
    if named:
        return max(named, key=lambda item: len(item.name) if item.name in entry.path else 0)
    fitting = []
    with _in_memory(folder, entry) as path:
        for item in items:
            try:
                with open_table(path, columns=columns[item.pk]) as table:
                    find_header(table.preamble, columns[item.pk])
                fitting.append(item)
            except FileRefused:
                continue
    if len(fitting) != 1:
        raise FileRefused("folder_item_unknown", name=entry.path)
    return fitting[0]


@contextmanager
def _in_memory(folder: Folder, entry) -> Iterator[str]:
    """A path to the plain bytes of one file, which never touch a disk."""
    memory = os.memfd_create("entry", os.MFD_CLOEXEC)
    try:
        for block in folder.blocks(entry):
            os.write(memory, block)
        yield f"/proc/{os.getpid()}/fd/{memory}"
    finally:
        os.close(memory)
