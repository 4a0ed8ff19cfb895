"""Two at one file: while its last rows are read and checked, its first are merged, on a connection of their own.

Only where the whole file is known to be readable. A file that breaks off in the middle is refused as a whole, so a
second reading process first goes through it once, beside the first (docs/adr/0022).
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from django.db import connection

from records.reading import Proof

# Below so many rows a second thread gains nothing.
FROM_ROWS = 10_000
# How long the merging thread rests when it has caught up with the reading.
REST = 0.05


class MergingAhead:
    """A context inside which the file is read. `prove` is None where nothing may be merged before all is read."""

    def __init__(self, prove: Callable[[], Proof] | None, *, begin: Callable[[], None], step: Callable[[], object]):
        self._prove, self._begin, self._step = prove, begin, step
        self._rows = 0
        self._proof: Proof | None = None
        self._thread: threading.Thread | None = None
        self._is_over = threading.Event()
        self._error: BaseException | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let the slice at hand end. What is left is merged by whoever reads on."""
        self._open.close()
        if self._thread:
            self._is_over.set()
            self._thread.join()
        self._raise()

    @property
    def is_merging(self) -> bool:
        return self._thread is not None

    def go_on(self, rows: int) -> None:
        """So many more rows are staged. Raises FileRefused when the file proves broken, and what the merging raised."""
        self._raise()
        self._rows += rows
        if self._prove is None or self._thread or self._rows < FROM_ROWS:
            return
        if self._proof is None:
            self._proof = self._open.enter_context(self._prove())
        elif self._proof.is_proven():
            self._begin()
            self._thread = threading.Thread(target=self._merge, name="merging-ahead")
            self._thread.start()

    def _merge(self) -> None:
        try:
            while not self._is_over.is_set():
                if self._step() is None:
                    self._is_over.wait(REST)
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def _raise(self) -> None:
        if self._error:
            error, self._error = self._error, None
            raise error
