"""Read a stranger's table safely: decided by content, parsed in a limited process of its own, counted twice.

    with open_table(path, columns=columns) as table:
        header = find_header(table.preamble, columns)
        for row in table.rows(header): ...

Plain Python: nothing here knows Django, the catalogue or the database. A file that cannot be read raises FileRefused
with a code and one sentence; a bad row carries its problem and never stops a good one.
"""

from records.reading.folder import Folder, is_folder, open_folder
from records.reading.header import Column, Header, find_header
from records.reading.limits import Limits
from records.reading.messages import FileRefused, describe_problem
from records.reading.rows import Cell, Date, Note, Number, PackedPath, RawRow
from records.reading.table import LINE_FORMATS, Proof, Table, open_table, prove_table

__all__ = [
    "LINE_FORMATS",
    "Cell",
    "Column",
    "Date",
    "FileRefused",
    "Folder",
    "Header",
    "Limits",
    "Note",
    "Number",
    "PackedPath",
    "Proof",
    "RawRow",
    "Table",
    "describe_problem",
    "find_header",
    "is_folder",
    "open_folder",
    "open_table",
    "prove_table",
]
