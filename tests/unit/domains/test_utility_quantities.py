"""Quantities of utility reports: what is read of every spelling, what is no quantity, and that nothing is too odd."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.domains.utility.quantities import read_number, read_quantities, to_si

READ = {
    "18 ft": ("length", 5.4864),
    "18'-6\"": ("length", 5.6388),
    "16'": ("length", 4.8768),
    "5 ft 6 in": ("length", 1.6764),
    "eighteen feet": ("length", 5.4864),
    "eighteen feet six inches": ("length", 5.6388),
    "five and a half feet": ("length", 1.6764),
    "3-1/2 in.": ("length", 0.0889),
    "5/8 in.": ("length", 0.015875),
    '30"': ("length", 0.762),
    "4.9 m": ("length", 4.9),
    "600 mm": ("length", 0.6),
    "12.47 kV": ("voltage", 12_470.0),
    "1,200 V": ("voltage", 1200.0),
    "two hundred and forty volts": ("voltage", 240.0),
    "31 ohms": ("resistance", 31.0),
    "90 °C": ("temperature", 90.0),
    "194 °F": ("temperature", 90.0),
    "40 percent": ("share", 40.0),
    "30 minutes": ("time", 1800.0),
    "18 FT": ("length", 5.4864),
    "Eighteen Feet": ("length", 5.4864),
    "30 Inches": ("length", 0.762),
    "120 cm": ("length", 1.2),
    "10 yards": ("length", 9.144),
    "2 miles": ("length", 3218.688),
    "15 KV": ("voltage", 15_000.0),
    "40 kVDC": ("voltage", 40_000.0),
    "480 VAC": ("voltage", 480.0),
    "0.4 megohm": ("resistance", 400_000.0),
    "50 Mohm": ("resistance", 50e6),
    "50 MΩ": ("resistance", 50e6),
    "2 kilohms": ("resistance", 2000.0),
    "25 Ω": ("resistance", 25.0),
    "15 min": ("time", 900.0),
    "2 hours": ("time", 7200.0),
    "60 sec": ("time", 60.0),
    # Two apostrophes are inches; dashes and spaces are of any kind.
    "7'6''": ("length", 2.286),
    "7’6’’": ("length", 2.286),
    "1'\u20116\"": ("length", 0.4572),
    "18' \u2013 6\"": ("length", 5.6388),
    "18\u00a0ft": ("length", 5.4864),
    "9\u202fin.": ("length", 0.2286),
    # Fractions and decimals.
    "16½ ft": ("length", 5.0292),
    "16 ¾ ft": ("length", 5.1054),
    "6⅝″": ("length", 0.168275),
    "3 1/2 ft": ("length", 1.0668),
    "16 and a half feet": ("length", 5.0292),
    "18,5 ft": ("length", 5.6388),
    "0,625 in.": ("length", 0.015875),
    "eighteen point five feet": ("length", 5.6388),
    "zero point two five meters": ("length", 0.25),
    "three quarters of an inch": ("length", 0.01905),
    "half-inch": ("length", 0.0127),
    # Written together, or without the mark of the inches.
    "6ft6in": ("length", 1.9812),
    "18FT6IN": ("length", 5.6388),
    "18'-6": ("length", 5.6388),
    "18'6": ("length", 5.6388),
    "eighteen foot six": ("length", 5.6388),
    # The same number twice.
    "25 (twenty-five) feet": ("length", 7.62),
    "eighteen (18) inches": ("length", 0.4572),
    "\u22125 °C": ("temperature", 5.0),
    "12 \u2126": ("resistance", 12.0),
    "3 mΩ": ("resistance", 0.003),
}


@pytest.mark.parametrize("text", READ)
def test_a_quantity_is_read_however_it_is_written(text: str) -> None:
    around = f"about {text}, there"
    (quantity,) = read_quantities(around)
    dimension, value = READ[text]
    assert around[quantity.start : quantity.end].rstrip(".") == text.rstrip(".").lstrip("\u2212")
    assert quantity.dimension == dimension
    assert abs(quantity.low) == abs(quantity.high) == pytest.approx(value, rel=1e-6)


def test_a_range_or_a_pair_is_one_quantity() -> None:
    for text, low, high in (
        ("24–36 in. of cover", 0.6096, 0.9144),
        ("between seventeen and nineteen feet", 5.1816, 5.7912),
        ("17 or 18 ft", 5.1816, 5.4864),
        ("16 (eighteen) feet", 4.8768, 5.4864),
        ("17-18'6\"", 5.1816, 5.6388),
        ("12.47/7.2 kV", 7_200, 12_470),
        ("120/240V drop", 120, 240),
        ("7200/12470Y V", 7_200, 12_470),
        ("480Y/277 V", 277, 480),
    ):
        (found,) = read_quantities(text)
        assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high)), text


@pytest.mark.parametrize(
    "text",
    [
        "pole 4471", "No. 12 screw", "G.O. 95", "Table 8", "on 3 May 2024", "room 4.17", "four poles",
        # Numbers of rules, tables and poles before what looks like a unit.
        "Rule 37 m is meant", "Table 1 Case 3 m", "Section 12 in our book", "pole 12 in the alley", "pole 8 m",
        # Prepositions, other units, and words that begin like one.
        "4 in the trench", "3 in Elm Street", "18 footings", "18 ft-lb", "18 ft2", "5 m/s", "20 m²", "the 40's",
        # What can be read in several ways, or not to its beginning.
        "18-6\" clearance", "sixteen 1/2 ft", "1 200 V", "18, 5.5.5 ft", "1/0 in.",
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_left_out(text: str) -> None:
    assert read_quantities(text) == []


def test_the_number_of_a_pole_is_no_end_of_a_range() -> None:
    for text in ("Pole 30 - 16 ft over it", "G.O. 95 - 16 ft", "No. 12-16 ft", "05/12/24 - 16 ft", "two 16 ft rods"):
        (found,) = read_quantities(text)
        assert text[found.start : found.end] == "16 ft", text
    (found,) = read_quantities("Highway 17-19 ft")
    assert found.low < found.high


def test_a_number_is_read_in_digits_and_words() -> None:
    for text, value in (
        ("1,200.5", 1200.5),
        ("3-1/2", 3.5),
        ("16½", 16.5),
        ("one hundred twenty", 120),
        ("18,5", 18.5),
    ):
        assert read_number(text) == value
    for text in ("nobody", "1/0", "", "a", "9" * 400):
        assert read_number(text) is None


SPELLINGS = (
    "{f}'-{i}\"", "{f} ft {i} in.", "{f} feet {i} inches", "{f}' {i}\"", "{f}'{i}''", "{f}ft{i}in", "{f} FT {i} IN",
    "{f}’\u2011{i}”", "{f} ft. and {i} ins", "{f}\u2032 \u2013 {i}\u2033", "{f}-ft {i}-in", "{f}'-{i}",
)  # fmt: skip


@given(st.integers(1, 400), st.integers(0, 11), st.sampled_from(SPELLINGS))
def test_feet_and_inches_in_any_spelling_are_the_same_length(feet: int, inches: int, spelling: str) -> None:
    text = f"at {spelling.format(f=feet, i=inches)} over"
    (found,) = read_quantities(text)
    assert found.low == found.high == pytest.approx(feet * 0.3048 + inches * 0.0254), text


NAMES = {
    "foot": ("ft", "feet", "foot", "FT", "ft.", "'"),
    "inch": ("in.", "inches", '"', "''"),
    "meter": ("m", "meters", "metres"),
    "millimeter": ("mm", "millimeters"),
    "volt": ("V", "volts", "VAC"),
    "kilovolt": ("kV", "KV", "kilovolts"),
    "ohm": ("ohms", "Ω", "OHM"),
    "minute": ("min", "minutes"),
    "percent": ("%", "percent", "pct"),
}
NUMBERS = {
    "plain": lambda value: f"{value:g}",
    "two decimals": lambda value: f"{value:.2f}",
    "thousands": lambda value: f"{value:,.2f}",
    "decimal comma": lambda value: f"{value:.2f}".replace(".", ","),
}
BETWEEN = (" ", "", "\u00a0", "-")


@given(
    st.integers(4, 39_999).map(lambda quarters: quarters / 4),
    st.sampled_from([(unit, name) for unit, names in NAMES.items() for name in names]),
    st.sampled_from(sorted(NUMBERS)),
    st.sampled_from(BETWEEN),
)
def test_a_number_and_a_unit_are_read_back(value: float, unit: tuple[str, str], number: str, between: str) -> None:
    text = f"it is {NUMBERS[number](value)}{between}{unit[1]}, yes"
    (found,) = read_quantities(text)
    assert found.low == found.high == pytest.approx(to_si(value, unit[0]), rel=1e-9), text
    assert found.unit == unit[0]


PIECES = st.one_of(
    st.text(max_size=4),
    st.sampled_from([name for names in NAMES.values() for name in names]),
    st.sampled_from(
        ["1/0", "²", "٣", "१२", "1", "18", "½", "/", "-", "–", ",", ".", " ", "'", '"', "(", ")", "to", "and", "a half"]
    ),
    st.sampled_from(["eighteen", "hundred", "thousand", "point", "°C", "over", "less than", "±", "9" * 310, "\u2044"]),
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_text_is_too_odd(text: str) -> None:
    end = 0
    for quantity in read_quantities(text):
        assert end <= quantity.start < quantity.end <= len(text)
        assert math.isfinite(quantity.low)
        assert math.isfinite(quantity.high)
        assert quantity.low <= quantity.high
        end = quantity.end


def test_units_are_those_of_the_international_system() -> None:
    assert to_si(18, "ft") == pytest.approx(5.4864)
    assert to_si(90, "degC") == 90
    assert to_si(25, "ohm") == 25
    assert to_si(40, "percent") == 40
