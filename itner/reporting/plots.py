"""Figures of the report as SVG: what a browser draws and prints without any program or file beside it.

Colour never stands alone: each model has a shape as well, so that a grey print says the same. What the figures show
stands as numbers in the tables beneath them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from itner.records.scores import Interval
from itner.reporting.palette import SERIES_COLORS, SERIES_SYMBOLS

_WIDTH, _LEFT, _RIGHT, _TOP, _FOOT = 720, 150, 16, 12, 40
_LINE = 17
_CHARACTER = 6.0
_LEGEND_CHARACTER = 6.2


@dataclass(frozen=True)
class Dot:
    """A score with its interval, None where it was not measured."""

    series: int
    value: float
    interval: Interval | None


@dataclass(frozen=True)
class Spot:
    """A model in the figure of F1 against latency (ms)."""

    series: int
    name: str
    ms: float
    f1: float
    interval: Interval | None


def draw_dots(title: str, lanes: Sequence[tuple[str, Sequence[Dot]]], names: Sequence[str]) -> str:
    """A lane a type and in it a dot and whisker a model.

    Args:
        lanes: what stands beside a lane, and its dots.
        names: of the models, by series.
    """
    pitch = 11
    height_of_lane = max(28, pitch * len(names) + 10)
    legend, below = _legend(names)
    top = _TOP + below
    ends = [end for _, dots in lanes for dot in dots for end in _ends(dot)]
    axis = _Axis.over(min(ends, default=0.0), min(max(ends, default=1.0), 1.0), _LEFT, _WIDTH - _RIGHT)
    bottom = top + height_of_lane * len(lanes)
    parts = [legend, _ticks(axis, top, bottom, "F1 (strict, entity level), with its 95% interval")]
    for number, (label, dots) in enumerate(lanes):
        above = top + number * height_of_lane
        parts.append(_text(_LEFT - 10, above + height_of_lane / 2 + 4, label, "end"))
        if number:
            parts.append(f'<path class="rule" d="M0 {above}H{_WIDTH - _RIGHT}"/>')
        for dot in dots:
            y = above + height_of_lane / 2 + (dot.series - (len(names) - 1) / 2) * pitch
            low, high = _ends(dot)
            if dot.interval is not None:
                parts.append(_whisker(dot.series, axis.at(low), y, axis.at(high), y))
            parts.append(_mark(dot.series, axis.at(dot.value), y))
    return _figure(title, bottom + _FOOT, parts)


def draw_spots(title: str, spots: Sequence[Spot], quantile: str) -> str:
    """Micro-F1 against latency on a logarithmic axis; each model with its name beside it."""
    height = 380
    bottom = height - _FOOT
    ends = [end for spot in spots for end in _ends(spot)]
    up = _Axis.over(min(ends, default=0.0), min(max(ends, default=1.0), 1.0), bottom - 8, _TOP + 12)
    left, right = 58, _WIDTH - _RIGHT
    logs = [math.log10(spot.ms) for spot in spots] or [0.0]
    low, high = min(logs) - 0.12, max(logs) + 0.35
    parts = []
    for tick in up.ticks:
        parts.append(f'<path class="grid" d="M{left} {up.at(tick):.1f}H{right}"/>')
        parts.append(_text(left - 6, up.at(tick) + 4, f"{tick:.{up.digits}f}", "end"))

    def across(log: float) -> float:
        return left + (log - low) / (high - low) * (right - left)

    steps = (1, 2, 5) if high - low < 3.5 else (1,)
    for power in range(math.floor(low), math.ceil(high) + 1):
        for step in steps:
            log = power + math.log10(step)
            if low <= log <= high:
                parts.append(f'<path class="grid" d="M{across(log):.1f} {_TOP}V{bottom}"/>')
                parts.append(_text(across(log), bottom + 16, f"{step * 10.0**power:g}", "middle"))
    parts.append(_text((left + right) / 2, bottom + 34, f"latency, {quantile}, ms (logarithmic)", "middle"))
    parts.append(_text(left, _TOP, "micro-F1", "start"))
    places = [(across(math.log10(spot.ms)), up.at(spot.f1)) for spot in spots]
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    for spot, (x, y) in zip(spots, places, strict=True):
        if spot.interval is not None:
            parts.append(_whisker(spot.series, x, up.at(spot.interval.low), x, up.at(spot.interval.high)))
        parts.append(_mark(spot.series, x, y))
    for spot, (x, y) in zip(spots, places, strict=True):
        parts.append(_name(spot.name, x, y, taken, (left, right)))
    return _figure(title, height, parts)


def _name(name: str, x: float, y: float, taken: list[tuple[float, float, float, float]], ends: tuple[int, int]) -> str:
    """A name beside its mark, the nearest place that nothing else takes; a line leads to it where it is farther off."""
    width = len(name) * _CHARACTER
    for down in (0, -14, 14, -28, 28, -42, 42, -56, 56, -70, 70):
        for start in (x + 10, x - 10 - width):
            box = (start, y + down - 7, start + width, y + down + 6)
            free = all(
                box[2] < other[0] or other[2] < box[0] or box[3] < other[1] or other[3] < box[1] for other in taken
            )
            if free and ends[0] <= box[0] and box[2] <= ends[1]:
                taken.append(box)
                near = start if start > x else start + width
                line = f'<path class="lead" d="M{x:.1f} {y:.1f}L{near:.1f} {y + down:.1f}"/>' if down else ""
                return line + _text(start, y + down + 4, name, "start")
    # Nothing is free; the table has its numbers.
    return _text(min(x + 10, ends[1] - width), y + 4, name, "start")


@dataclass(frozen=True)
class _Axis:
    """A linear axis from a score to a place."""

    low: float
    high: float
    start: float
    end: float
    step: float

    @classmethod
    def over(cls, low: float, high: float, start: float, end: float) -> _Axis:
        span = max(high - low, 0.02)
        step = next(size for size in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if span / size <= 8)
        return cls(math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, start, end, step)

    @property
    def digits(self) -> int:
        return 3 if self.step < 0.01 else 2

    @property
    def ticks(self) -> list[float]:
        return [self.low + number * self.step for number in range(round((self.high - self.low) / self.step) + 1)]

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low or 1) * (self.end - self.start)


def _ends(dot: Dot | Spot) -> tuple[float, float]:
    value = dot.value if isinstance(dot, Dot) else dot.f1
    return (dot.interval.low, dot.interval.high) if dot.interval is not None else (value, value)


def _ticks(axis: _Axis, top: float, bottom: float, label: str) -> str:
    parts = []
    for tick in axis.ticks:
        parts.append(f'<path class="grid" d="M{axis.at(tick):.1f} {top}V{bottom}"/>')
        parts.append(_text(axis.at(tick), bottom + 16, f"{tick:.{axis.digits}f}", "middle"))
    parts.append(_text((axis.start + axis.end) / 2, bottom + 34, label, "middle"))
    return "".join(parts)


def _legend(names: Sequence[str]) -> tuple[str, int]:
    """The names with their marks, and how much room they take."""
    parts, x, y = [], 0.0, 8
    for series, name in enumerate(names):
        width = 22 + len(name) * _LEGEND_CHARACTER + 14
        if x and x + width > _WIDTH:
            x, y = 0.0, y + _LINE
        parts.append(_mark(series, x + 8, y) + _text(x + 20, y + 4, name, "start"))
        x += width
    return "".join(parts), y + 14


def _whisker(series: int, x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path class="whisker" stroke="{_color(series)}" d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"/>'


def _color(series: int) -> str:
    return SERIES_COLORS[series % len(SERIES_COLORS)]


_SHAPES = {
    "circle": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
    "square": "M-4 -4H4V4H-4Z",
    "diamond": "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
    "cross": "M-1.7 -5H1.7V-1.7H5V1.7H1.7V5H-1.7V1.7H-5V-1.7H-1.7Z",
    "triangle-up": "M0 -5.5L5.2 4H-5.2Z",
    "star": "M0 -6L1.7 -1.9L6 -1.9L2.6 0.8L3.8 5L0 2.5L-3.8 5L-2.6 0.8L-6 -1.9L-1.7 -1.9Z",
}


def _mark(series: int, x: float, y: float) -> str:
    """A shape and a colour; after all of both have had their turn, hollow ones."""
    shape = _SHAPES[SERIES_SYMBOLS[series % len(SERIES_SYMBOLS)]]
    hollow = ' class="hollow"' if series // len(SERIES_SYMBOLS) % 2 else f' fill="{_color(series)}"'
    return f'<path{hollow} stroke="{_color(series)}" transform="translate({x:.1f} {y:.1f})" d="{shape}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _figure(title: str, height: float, parts: Sequence[str]) -> str:
    name = "figure-" + "".join(sign if sign.isalnum() else "-" for sign in title.lower())[:40]
    return (
        f'<svg role="img" aria-labelledby="{name}" viewBox="0 0 {_WIDTH} {height:.0f}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="{name}">{escape(title)}</title>{"".join(parts)}</svg>'
    )
