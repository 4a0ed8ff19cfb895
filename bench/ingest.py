"""How fast a file becomes records, beside what else puts the same rows into the same indexed tables."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

import psutil

from accounts.models import Department, Region, Role, User
from accounts.services import place_user
from bench import django_way, peers, rows, stored
from credit_platform import demo
from records import services, workflow
from records.checking import CleanRow
from records.models import Batch, Record
from records.reading import find_header
from records.services.batches import checker_for, item_in_force

WARM_UP = 1000
MB = 1024 * 1024


@dataclass
class Bench:
    """One department's reports; every file has numbers of its own, so nothing is imported twice."""

    today: date
    known: int = 0
    number: int = 0
    department: Department = field(init=False)
    clerk: User = field(init=False)
    spare: Batch = field(init=False)  # of the rows that no import has made

    def __post_init__(self) -> None:
        region = Region.objects.get(code="530000")
        self.department = Department.objects.create(
            code="530000-BENCH", name="云南省演示测速局", region=region, uscc=demo.make_uscc("530000", 700, "11")
        )
        user = User(username="bench")
        user.set_unusable_password()
        self.clerk = place_user(user, department=self.department, role=Role.CLERK)

    def warm_up(self) -> None:
        self.spare, _ = self.import_rows(WARM_UP)

    def store(self, count: int) -> None:
        """Fill the database up to `count` records."""
        first = Record.objects.filter(batch=self.spare).earliest("pk")
        stored.fill(count, self.spare.pk, json.dumps(first.values, ensure_ascii=False), self.today)
        self.known = stored.organisations()

    def next_rows(self, count: int) -> Iterator[dict[str, str]]:
        self.number += count
        return rows.permits(self.number - count, count, self.known, self.department, self.today)

    def receive(self, count: int) -> Batch:
        return services.receive_batch(
            item=item_in_force("行政许可", on=self.today),
            department=self.department,
            source=Batch.Source.COMMAND,
            file_name="bench.csv",
            chunks=rows.as_csv(self.next_rows(count)),
            actor=self.clerk,
        )

    def import_rows(self, count: int) -> tuple[Batch, tuple[float, float]]:
        """A file received, then timed (wall and processor seconds) from there to its end."""
        batch = self.receive(count)
        clock = peers.Clock()
        done = services.run_batch(batch.pk, today=self.today)
        seconds = clock.read()
        assert done is not None and done.state == workflow.COMMITTED and done.rows_accepted == count, vars(done)
        return done, seconds

    def compare(self, count: int, rounds: int) -> dict[str, tuple[float, float]]:
        """Wall and processor seconds of import, raw COPY and bulk_create, taking turns: medians of the rounds.

        Each comes first once, after an import that is not timed: who touches a page first after a checkpoint pays for
        it. What that one wrote is what COPY writes again.
        """
        taken: dict[str, list[tuple[float, float]]] = {"import": [], "copy": [], "bulk_create": []}
        for number in range(rounds):
            after = peers.newest_subject()
            batch, _ = self.import_rows(count)
            made = (after, peers.newest_subject())
            for name in rotated(list(taken), number):
                match name:
                    case "import":
                        seconds = self.import_rows(count)[1]
                    case "copy":
                        seconds = peers.copy_twins(batch, made)
                    case _:
                        seconds = django_way.bulk_create(self.spare, self.checked(count))
                taken[name].append(seconds)
        return {name: medians(seconds) for name, seconds in taken.items()}

    def alone(self, count: int, rounds: int) -> tuple[float, float]:
        """Wall and processor seconds of the import alone."""
        return medians([self.import_rows(count)[1] for _ in range(rounds)])

    def checked(self, count: int) -> Iterator[CleanRow]:
        """Rows as the checker leaves them, for peers that do not check."""
        checker = checker_for(item_in_force("行政许可", on=self.today), self.department, today=self.today)
        header = None
        for row_no, row in enumerate(self.next_rows(count), start=2):
            if header is None:
                header = find_header([list(row)], checker.columns())
                checker.bind(header.indexes)
            checked = checker.check(row_no, list(row.values()))
            assert isinstance(checked, CleanRow), checked
            yield checked

    def peak_of(self, count: int) -> tuple[float, float]:
        """Import `count` rows; peak memory in MB of this process, its reading child and the file held, and seconds."""
        batch = self.receive(count)
        with memory_watched() as seen:
            start = time.perf_counter()
            done = services.run_batch(batch.pk, today=self.today)
            seconds = time.perf_counter() - start
        assert done is not None and done.rows_accepted == count, vars(done)
        return max(seen) / MB, seconds


def rotated(names: list[str], by: int) -> list[str]:
    at = by % len(names)
    return names[at:] + names[:at]


def medians(taken: list[tuple[float, float]]) -> tuple[float, float]:
    walls, cpus = zip(*taken, strict=True)
    return median(walls), median(cpus)


@contextmanager
def memory_watched() -> Iterator[list[int]]:
    """Every tenth of a second: resident memory of this process and its children, and what files in memory hold."""
    own, seen, is_over = psutil.Process(), [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            children = [child for child in own.children() if child.is_running()]
            try:
                seen.append(sum(process.memory_info().rss for process in (own, *children)) + _files_in_memory())
            except psutil.NoSuchProcess:
                continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


def _files_in_memory() -> int:
    size = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if str(entry.readlink()).startswith("/memfd:"):
                size += entry.stat().st_size
        except OSError:
            continue
    return size
