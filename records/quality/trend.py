"""Where the marks of a trend picture stand. Pure: numbers in, coordinates out; the template draws them.

Two shapes: lines for shares, bars for counts. Every line is labelled where it ends, so no legend is needed; the table
of the same numbers stands beneath the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from records.quality.policy import percent

# The same picture for a wide and a narrow screen: letters keep their size, the space between the months does not.
WIDE, NARROW = 560, 340
HEIGHT = 216
TOP, BOTTOM, LEFT, RIGHT = 24, 32, 44, 72
LABEL_GAP = 34
BAR_SHARE = 0.6
EVERY_MONTH = 34  # pixels a month needs for its name; with less, every other is named


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One share over the months. A month without rows leaves a gap: nothing is made up."""

    name: str
    value: str
    paths: list[str]
    dots: list[tuple[float, float, str]]
    label: Text
    kind: int


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    told: str
    words: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of the scale: the rule lies at `rule`, its words stand beside it."""

    x: float
    y: float
    rule: float
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    left: float
    right: float
    ticks: list[Tick]
    months: list[Text]
    lines: list[Line]
    bars: list[Bar]


def line_picture(
    months: Sequence[str], series: Sequence[tuple[str, Sequence[Fraction | None]]], *, width: int = WIDE
) -> Picture:
    """Shares as lines. The scale ends at 100 % and starts at a round number below the smallest share."""
    known = [value for _, values in series for value in values if value is not None]
    low = _floor(min(known, default=Fraction(0)))
    xs = _places(len(months), width)

    def y(value: Fraction) -> float:
        return round(float(TOP + (1 - (value - low) / (1 - low)) * (HEIGHT - TOP - BOTTOM)), 1)

    lines = [
        _line(
            kind,
            name,
            [
                (x, y(v), f"{month}，{name} {percent(v)}") if v is not None else None
                for x, v, month in zip(xs, values, months, strict=True)
            ],
            percent(next((v for v in reversed(values) if v is not None), None)),
            width,
        )
        for kind, (name, values) in enumerate(series)
        if any(value is not None for value in values)
    ]
    ticks = [_tick(y(value), f"{int(value * 100)}%") for value in (low, (1 + low) / 2, Fraction(1))]
    return Picture(width, HEIGHT, LEFT, width - RIGHT, ticks, _names(months, xs, width), _apart(lines), [])


def bar_picture(months: Sequence[str], name: str, values: Sequence[int], *, width: int = WIDE) -> Picture:
    """Counts as bars from zero, the number above each bar where there is room."""
    top = _ceiling(max(values, default=0))
    xs = _places(len(months), width)
    step = (xs[1] - xs[0]) if len(xs) > 1 else (width - LEFT - RIGHT)
    bar_width = min(step * BAR_SHARE, 48)
    room = HEIGHT - TOP - BOTTOM
    is_roomy = step >= EVERY_MONTH
    bars = []
    for place, (x, value, month) in enumerate(zip(xs, values, months, strict=True)):
        height = round(value / top * room, 1)
        shown = value and (is_roomy or place == len(values) - 1)
        bars.append(
            Bar(
                round(x - bar_width / 2, 1),
                round(HEIGHT - BOTTOM - height, 1),
                round(bar_width, 1),
                height,
                f"{month}，{name} {value:,}",
                f"{value:,}" if shown else "",
            )
        )
    ticks = [_tick(HEIGHT - BOTTOM - room * n / 2, f"{top * n // 2:,}") for n in (0, 1, 2)]
    return Picture(width, HEIGHT, LEFT, width - RIGHT, ticks, _names(months, xs, width), [], bars)


def _tick(rule: float, words: str) -> Tick:
    return Tick(LEFT - 8, rule + 4, rule, words)


def _places(count: int, width: int) -> list[float]:
    """The middle of each month's strip."""
    strip = (width - LEFT - RIGHT) / max(count, 1)
    return [round(LEFT + strip * (place + 0.5), 1) for place in range(count)]


def _names(months: Sequence[str], xs: Sequence[float], width: int) -> list[Text]:
    """The month number under each strip, the year with the first and with each January; the last is always named."""
    strip = (width - LEFT - RIGHT) / max(len(months), 1)
    step = 1 if strip >= EVERY_MONTH else 2
    last = len(months) - 1
    named = [place for place in range(len(months)) if (last - place) % step == 0]
    return [Text(xs[place], HEIGHT - BOTTOM + 18, f"{int(months[place].split('-')[1])}月") for place in named]


def _line(kind: int, name: str, points: list, value: str, width: int) -> Line:
    paths: list[str] = []
    run: list[str] = []
    for point in [*points, None]:
        if point is not None:
            run.append(f"{point[0]},{point[1]}")
        else:
            if len(run) > 1:
                paths.append(" ".join(run))
            run = []
    dots = [point for point in points if point is not None]
    return Line(name, value, paths, dots, Text(width - RIGHT + 8, dots[-1][1], name), kind)


def _apart(lines: list[Line]) -> list[Line]:
    """Labels that would touch are moved apart, in their order, and kept on the picture."""
    ordered = sorted(lines, key=lambda line: line.label.y)
    highest = float(TOP)
    ys = []
    for line in ordered:
        highest = max(line.label.y, highest)
        ys.append(highest)
        highest += LABEL_GAP
    overflow = max((ys[-1] if ys else 0) - (HEIGHT - BOTTOM), 0)
    return [
        Line(line.name, line.value, line.paths, line.dots, Text(line.label.x, y - overflow, line.name), line.kind)
        for line, y in zip(ordered, ys, strict=True)
    ]


def _floor(smallest: Fraction) -> Fraction:
    """A tenth below the smallest share, so that the lowest point does not lie on the axis; never below zero."""
    tenths = int(smallest * 10)
    return Fraction(min(max(tenths - (smallest * 10 == tenths), 0), 9), 10)


def _ceiling(largest: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …: halves of it are whole numbers."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if step * factor >= largest:
                return step * factor
        step *= 10
