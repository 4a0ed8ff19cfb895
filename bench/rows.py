"""The rows that are measured: permits as a department would send them, made one by one to need no memory."""

from collections.abc import Iterator
from datetime import date, timedelta

from accounts.models import Department
from bench import stored
from credit_platform import demo

# Of a hundred rows, this many speak of organisations that are held already; two rows an organisation.
KNOWN_PER_HUNDRED = 50
ROWS_PER_ORGANISATION = 2
NEW_FROM = 4_000_000  # numbers of organisations that no fill reaches


def permits(first: int, count: int, known: int, department: Department, today: date) -> Iterator[dict[str, str]]:
    """`count` permits from the first-th on; every number gives the same permit every time.

    `known` organisations are held; the rows name them scattered, and each new one twice in a row.
    """
    template = next(demo.permits((department.name, department.uscc), today, count=1))
    for number in range(first, first + count):
        if known and number % 100 < KNOWN_PER_HUNDRED:
            name, code, _ = stored.firm(number * 7919 % known)
        else:
            name, code, _ = stored.firm(NEW_FROM + number // ROWS_PER_ORGANISATION)
        decided = today - timedelta(days=number * 31 % 700)
        yield template | {
            "行政相对人名称": name,
            "行政相对人代码_1": code,
            "法定代表人": demo.HEADS[number % len(demo.HEADS)],
            "行政许可决定文书号": f"云演食许〔{decided:%Y}〕{number:08d}号",
            "许可编号": f"YNYS{number:08d}",
            "许可决定日期": f"{decided:%Y/%m/%d}",
            "有效期自": f"{decided:%Y/%m/%d}",
            "有效期至": f"{decided.year + 5}/{decided:%m}/01",
        }


def as_csv(rows: Iterator[dict[str, str]]) -> Iterator[bytes]:
    """The same as a CSV file, a piece of a thousand lines at a time."""
    lines: list[str] = []
    for row in rows:
        if not lines:
            lines.append(",".join(row))
        lines.append(",".join(f'"{value}"' for value in row.values()))
        if len(lines) > 1000:
            yield ("\r\n".join(lines) + "\r\n").encode()
            lines = [""]
    yield "\r\n".join(lines).encode()
