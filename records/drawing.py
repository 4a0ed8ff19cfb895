"""A workflow as a picture: a column for each state, an arrow for each action. Pure: ways in, coordinates out.

Ways stand one beneath another in the order of the table, so no label ever lies on another, however many there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMN, ROW, HEAD, PLATE, EDGE = 112, 36, 56, 30, 8
TIP, GAP, LOOP, LETTER = 7, 5, 22, 13


@dataclass(frozen=True, slots=True)
class Column:
    x: float
    left: float
    label: str
    plate: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """`path` is the shaft, `tip` the corners of its head; the words stand above the middle of the shaft."""

    path: str
    tip: str
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    columns: list[Column]
    arrows: list[Arrow]


def draw(states: Sequence[tuple[str, str]], ways: Iterable[tuple[str, str, str]]) -> Drawing:
    """Draw `states` (value, label) in their order and `ways` (from, to, words); words of one arrow are joined."""
    places = {value: EDGE + COLUMN * number + COLUMN // 2 for number, (value, _) in enumerate(states)}
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, target, words in ways:
        arrows.setdefault((source, target), []).append(words)
    bottom = HEAD + ROW * len(arrows)
    plate = COLUMN - 2 * EDGE
    columns = [Column(places[v], places[v] - plate / 2, label, plate, bottom) for v, label in states]
    drawn = [
        _arrow(places[source], places[target], HEAD + ROW * row + ROW // 2, "、".join(words))
        for row, ((source, target), words) in enumerate(arrows.items())
    ]
    # A loop in the last column has its words to the right of it.
    spare = max((arrow.x + len(arrow.words) * LETTER / 2 for arrow in drawn), default=0)
    return Drawing(int(max(2 * EDGE + COLUMN * len(states), spare + EDGE)), bottom + EDGE, columns, drawn)


def _arrow(start: float, end: float, y: float, words: str) -> Arrow:
    if start == end:
        path = f"M{start},{y - TIP} h{LOOP} v{TIP * 2} H{start + GAP}"
        return Arrow(path, _tip(start + GAP, y + TIP, -1), start + LOOP + GAP + len(words) * LETTER / 2, y + GAP, words)
    way = 1 if end > start else -1
    path = f"M{start},{y} H{end - way * GAP}"
    return Arrow(path, _tip(end, y, way), (start + end) / 2, y - GAP, words)


def _tip(x: float, y: float, way: int) -> str:
    return f"{x},{y} {x - way * TIP * 1.3},{y - GAP} {x - way * TIP * 1.3},{y + GAP}"
