"""The domain of utility specifications: the table of rules, what a report says, verdicts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from shipped import REPOSITORY

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.domains.registry import get_domain
from itner.domains.utility.readings import read_report
from itner.domains.utility.reports import judge
from itner.domains.utility.rules import TABLE, Rule, read_rules
from itner.evaluation.verdicts import read_reports
from itner.records.workspace import Workspace
from itner.taggers.rules.tagger import RulesTagger
from itner.workflows.goback import judging_domain, score_reports
from itner.workflows.tag import choose_tagger

REPORTS = REPOSITORY / "data" / "utility"
_ABOUT = "Met the tenant at the gate on Tuesday, light rain, ticket 4410."
_ELSE = "The span is 120 ft and both poles look sound, photos go to the office with the sheet."
# How a report words each measure; and units as people write them.
WORDED = {
    "clearance": "{subject}{volts} {quantity} above the {over}, {standard}",
    "separation": "{subject}{volts} is {quantity} from the {over}, {standard}",
    "depth": "{subject} is set {quantity} deep, {standard}",
    "cover": "{subject}{volts} has {quantity} of cover, {standard}",
    "height": "{subject} is mounted {quantity} high, {standard}",
    "resistance": "{subject} reads {quantity}, {standard}",
    "radius": "{subject} bend has a {quantity} radius, {standard}",
    "length": "{subject} is {quantity} long, {standard}",
    "diameter": "{subject} is {quantity} in diameter, {standard}",
    "circumference": "{subject} has {quantity} circumference at the top, {standard}",
    "temperature": "{subject} runs at {quantity}, {standard}",
    "percent": "{subject} is {quantity}, {standard}",
    "duration": "{subject} held for {quantity}, {standard}",
    "voltage": "{subject} reads {quantity}, {standard}",
}
UNITS = {"inch": "in.", "ohm": "ohms", "minute": "minutes"}


def word(rule: Rule, quantity: str) -> str:
    """A report in a rule's own words."""
    pattern = WORDED[rule.measure]
    if rule.over and rule.measure in ("height", "cover"):
        pattern = {
            "height": "{subject} hangs {quantity} above the {over}, {standard}",
            "cover": "{subject}{volts} under the {over} has {quantity} of cover, {standard}",
        }[rule.measure]
    return pattern.format(
        subject=(rule.subject or ["it is"])[0],
        over=(rule.over or ["conductor"])[0],
        standard=rule.standard[0],
        volts=f" ({sum(rule.voltage) // 2} V)" if rule.voltage is not None else "",
        quantity=quantity,
    )


def limits(rule: Rule) -> list[tuple[str, float, str]]:
    """Which end, number and unit."""
    return [
        (end, float(told.split()[0]), UNITS.get(told.split()[1], told.split()[1])) for end, told in rule.limit.items()
    ]


@pytest.mark.parametrize("rule", read_rules(), ids=lambda rule: rule.id)
def test_every_rule_of_the_table_is_found_by_its_own_words(rule: Rule) -> None:
    for end, limit, unit in limits(rule):
        for factor in (0.9, 1.0, 1.1):
            quantity = f"{limit * factor:g} {unit}"
            least, greatest = (
                (limit, math.inf)
                if len(rule.limit) == 1 and end == "min"
                else (-math.inf, limit)
                if len(rule.limit) == 1
                else tuple(value for _, value, _ in limits(rule))
            )
            keeps = least - 1e-9 <= limit * factor <= greatest + 1e-9
            found = judge(word(rule, quantity), (), read_rules())
            assert found.verdict == ("compliant" if keeps else "violation"), (word(rule, quantity), found.why)
            assert rule.id in found.rules
            assert {"voltage": "V", "percent": "percent"}.get(rule.measure, unit) in found.why


# What a comparison says of the value, by the words directly before the number: whether it lies below (-1) or above (1)
# it, and whether it may be the number itself.
COMPARISONS = {
    "less than": (-1, False), "under": (-1, False), "below": (-1, False), "<": (-1, False), "lower than": (-1, False),
    "at most": (-1, True), "no more than": (-1, True), "not over": (-1, True), "not above": (-1, True),
    "≤": (-1, True), "never more than": (-1, True),
    "more than": (1, False), "over": (1, False), "above": (1, False), ">": (1, False), "greater than": (1, False),
    "in excess of": (1, False), "at least": (1, True), "no less than": (1, True), "not less than": (1, True),
    "not under": (1, True), ">=": (1, True), "never below": (1, True),
}  # fmt: skip
COMPARED = {
    "Service drop {} ft above the street, G.O. 95": (18, 1),
    "Service drop over the street at {} ft, G.O. 95": (18, 1),
    "Ground rod resistance {} ohms": (25, -1),
    "conduit fill {} percent": (40, -1),
    "45 ft pole set {} ft deep": (6.5, 1),
    "VLF test lasted {} minutes": (30, 1),
    "Meter center {} in. above the floor, EUSERC": (75, -1),
    "direct-buried cable, 240 V, {} in. of cover": (24, 1),
}


@pytest.mark.parametrize("words", COMPARISONS)
@pytest.mark.parametrize("report", COMPARED)
def test_a_comparison_decides_only_what_it_settles(words: str, report: str) -> None:
    side, itself = COMPARISONS[words]
    limit, wanted = COMPARED[report]
    for number in (limit * 0.8, limit, limit * 1.2):
        text = report.format(f"{words} {number:g}")
        # All values there may be are on the side that is wanted, on the other one, or on both.
        beyond = (number - limit) * wanted
        if side == wanted:
            expected = "compliant" if beyond >= 0 else "review"
        else:
            expected = "violation" if beyond < 0 or (beyond == 0 and not itself) else "review"
        assert judge(text, (), read_rules()).verdict == expected, text


def test_over_the_street_compares_nothing() -> None:
    for text in (
        "Service drop over the street 18 ft",
        "18 ft over 60 ft of street: service drop",
        "drop over Elm St, 18'",
    ):
        assert all(not reading.is_bound for reading in read_report(text)), text


def test_a_table_that_is_wrong_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    entries = yaml.safe_load(TABLE.read_text(encoding="utf-8"))

    def refused(change: dict[str, object]) -> str:
        path.write_text(yaml.safe_dump([entries[0] | change]), encoding="utf-8")
        with pytest.raises(InputError) as found:
            read_rules(path)
        return found.value.problem

    assert "limit" in refused({"limit": {"min": "18 cubits"}})
    assert "limit" in refused({"limit": {}})
    assert "measure" in refused({"measure": "width"})
    assert "subject" in refused({"subject": ["Drop"]})
    assert "colour" in refused({"colour": "red"})
    path.write_text(yaml.safe_dump(entries[:1] * 2), encoding="utf-8")
    with pytest.raises(InputError, match="is used twice"):
        read_rules(path)
    path.write_text("- a: [\n", encoding="utf-8")
    with pytest.raises(InputError, match="not YAML"):
        read_rules(path)
    with pytest.raises(InputError, match="no such table"):
        read_rules(tmp_path / "none.yaml")


@pytest.mark.parametrize(("name", "least"), [("infractions_dev.tsv", 0.995), ("infractions.tsv", 0.87)])
def test_reports_are_judged_as_by_hand(name: str, least: float) -> None:
    rules = read_rules()
    right = named = decided = 0
    reports = read_reports(REPORTS / name)
    for report in reports:
        found = judge(report.text, (), rules)
        right += found.verdict == report.verdict
        if found.verdict == report.verdict != "review":
            decided += 1
            named += bool(set(report.rules) & set(found.rules))
        for evidence in found.evidence:
            assert 0 <= evidence.start < evidence.end <= len(report.text)
    assert right / len(reports) >= least
    assert named / decided >= 0.95


@pytest.mark.parametrize(
    ("name", "wrong", "decided"),
    # Before their kinds were mended every third one of the hard ones was wrong, and of the long ones none was decided.
    [("infractions_hard.tsv", 35, 0.3), ("infractions_long.tsv", 0, 0.55)],
)
def test_reports_that_are_hard_to_read_are_seldom_judged_wrongly(name: str, wrong: int, decided: float) -> None:
    domain = judging_domain("utility")
    chosen = choose_tagger("utility_rules", None, None, Workspace(REPOSITORY / "models", REPOSITORY / "data"))
    scores = score_reports(REPORTS / name, domain, chosen)
    certain = next(point for point in scores.curve if point.threshold == 0.9)
    assert certain.decided - certain.right <= wrong
    assert certain.coverage >= decided


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # What is left out of the reading is part of it.
        ("Ground rod 14 ohms, and the 12 kV primary is 20 ft over the street.", "violation"),
        ("40 ft pole is in 6 ft 4 in. deep. Marker on the guy is 7 ft, ground 9 ohms.", "review"),
        ("Concrete discharge took an hour and forty minutes.", "violation"),
        ("Concrete discharge took an hour and ten minutes.", "compliant"),
        ("VLF test, 1 h 2 min.", "compliant"),
        # A line that is named by what it carries.
        ("A 69 kV circuit is 24 ft above the highway.", "review"),
        ("Feeder is 16 ft above the highway.", "violation"),
        ("Sculpture is 16 ft above the highway.", "review"),
        # Cases for which the table says that it is not meant.
        ("40 ft pole set 4 ft 9 in. in granite.", "review"),
        ("Service drop is 16 ft 6 in. over the street at the curb.", "review"),
        ("12 kV primary is 18 ft over the creek, no boats there.", "compliant"),
        # Slips.
        ("Service drop over the street at 190 ft.", "review"),
        ("Conduit fill 340 percent.", "review"),
        # Somebody's word, an order, a thing of its kind, another point of it.
        ("The foreman says the service drop is 16 ft over the street.", "review"),
        ("The foreman came along. Service drop is 16 ft over the street.", "violation"),
        ("Drive the ground rod 8 ft.", "review"),
        ("Ground rod driven 8 ft.", "compliant"),
        ("Service drops over streets: 18 ft.", "review"),
        ("Service drop over the street is 20 ft at the house.", "review"),
        ("Service drop is 15 ft above the sidewalk on Main Street.", "compliant"),
        ("Recloser is 9 ft off the driveway.", "review"),
        # Sentences about something else, and what takes a finding back wherever it stands.
        (f"{_ABOUT} Service drop is 16 ft over the street. {_ELSE}", "violation"),
        (f"{_ABOUT} Service drop is 19 ft over the street. {_ELSE}", "compliant"),
        (f"{_ABOUT} Service drop is 16 ft over the street. {_ELSE} Disregard, wrong house.", "review"),
        (f"{_ABOUT} Service drop is 16 ft over the street. {_ELSE} Crew raised it at noon.", "review"),
        (f"{_ABOUT} Service drop is 19 ft over the street. {_ELSE} Guy marker is 6 ft long.", "violation"),
        (f"{_ABOUT} Fiber cable 60 in. under the primary at the pole. {_ELSE} A 12 kV circuit, G.O. 95.", "violation"),
        (f"{_ABOUT} Fiber cable 60 in. under the primary at the pole. {_ELSE} A 4 kV circuit, G.O. 95.", "compliant"),
    ],
)
def test_what_makes_a_report_hard_to_read(text: str, verdict: str) -> None:
    found = judge(text, (), read_rules())
    assert found.verdict == verdict, found.why


def verdict_of(text: str, rules: tuple[Rule, ...] | None = None) -> str:
    return judge(text, (), rules if rules is not None else read_rules()).verdict


def test_the_examples_of_the_issue() -> None:
    assert verdict_of("16 ft clearance over the street") == "violation"
    assert verdict_of("18 ft clearance over street meets G.O. 95") == "compliant"
    for text in ("clearance over the street looks low", "16 ft of rope in the truck", "", "the street is closed"):
        assert verdict_of(text) == "review", text


def test_a_rule_that_somebody_adds_is_heard() -> None:
    rules = read_rules()
    mine = Rule(
        id="mine", measure="height", subject=["bird box"], over=[], voltage=None, standard=["Ours"],
        limit={"max": "3 m"}, source="our own", note="", unless=[],
    )  # fmt: skip
    assert verdict_of("bird box mounted at 12 ft") == "review"
    found = judge("bird box mounted at 12 ft", (), (*rules, mine))
    assert (found.verdict, found.rules) == ("violation", ("mine",))
    assert "at most 3 m (our own); the report says 12 ft" in found.why


def test_a_verdict_is_no_surer_than_the_mentions_it_rests_on() -> None:
    text = "Service drop over Elm Street at 16 ft"
    marked = tuple(
        Mention(start, start + len(part), kind, score)
        for part, kind, score in (
            ("Service drop", "INSTALLATION", 0.99),
            ("Street", "LOCATION", 0.7),
            ("16 ft", "MEASURE", 0.98),
        )
        for start in (text.index(part),)
    )
    sure = judge(text, tuple(Mention(m.start, m.end, m.type, 0.99) for m in marked), read_rules())
    assert sure.confidence > 0.95
    assert judge(text, marked, read_rules()).confidence == pytest.approx(0.7)
    assert judge(text, (), read_rules()).confidence < 0.9


ROLES = {
    "18 ft over the street": "found",
    "it is not 18 ft": "denied",
    "No 18 ft clearance": "denied",
    "does not have 18 ft": "denied",
    "18 ft over the street was not reached": "denied",
    "must have 18 ft": "required",
    "shall clear the road by no less than 18 ft": "required",
    "18 ft is the minimum": "required",
    "18 ft over the street is required": "required",
    "the code says 18 ft": "required",
    "below the required 18 ft": "told",
    "meets the 18 ft of the rule": "told",
    "is 18 in. too low": "difference",
    "18 in. above the minimum": "difference",
    "short by 18 in.": "difference",
    "the print shows 18 ft": "drawn",
    "no infraction at 18 ft": "found",
    "no boats, 18 ft": "found",
    "pole no 4, 18 ft": "found",
    "measured 18 ft": "found",
}


@pytest.mark.parametrize("text", ROLES)
def test_what_is_said_of_a_quantity(text: str) -> None:
    (reading,) = read_report(text)
    assert reading.role == ROLES[text]


def test_quantities_that_say_one_thing_are_one() -> None:
    for text, low, high in (
        ("3 inches above the required 18 ft", 5.5626, 5.5626),
        ("2 ft less than 18 ft", 4.8768, 4.8768),
        ("3 in. short of the 18 ft required", 5.4102, 5.4102),
        ("18 ft ± 6 in.", 5.334, 5.6388),
        ("18 ft +/- 6 in.", 5.334, 5.6388),
        ("from 17 ft to 19 ft", 5.1816, 5.7912),
        ("18 ft (5.48 m)", 5.4864, 5.4864),
        ("5.48 m (18 ft)", 5.4864, 5.4864),
    ):
        (reading,) = read_report(text)
        assert (reading.low, reading.high) == (pytest.approx(low), pytest.approx(high)), text
        assert reading.role == "found"
    assert [round(each.low, 2) for each in read_report("raised from 16 ft to 18 ft")] == [4.88, 5.49]
    (became,) = read_report("brought down from 60 to 14 ohms")
    assert became.low == became.high == 14


ODD = [
    "drop over the street", "18 ft", "16'-2\"", "less than", "not", "no", "12 kV", "is", "ground rod", "25 ohms", "?",
    "must have", ",", ". ", "-", "to", "(", ")", "± 2 in.", "G.O. 95", "1/0", "²", "0 ft", "-3 °C", "just under",
    "THWN-2", "İ", "ß",
]  # fmt: skip


@given(
    st.lists(
        st.one_of(
            st.text(max_size=3),
            st.sampled_from(ODD),
        ),
        max_size=14,
    ).map(" ".join)
)
def test_no_report_is_too_odd(text: str) -> None:
    found = judge(text, (), read_rules())
    assert 0 <= found.confidence <= 1
    for evidence in found.evidence:
        assert 0 <= evidence.start < evidence.end <= len(text)
    for reading in read_report(text):
        assert not math.isnan(reading.low)
        assert not math.isnan(reading.high)


def test_evidence_is_what_the_verdict_rests_on() -> None:
    text = "İzmir: Service drop over Elm Street at less than 17 ft."
    found = judge(text, (), read_rules())
    assert {each.role: text[each.start : each.end] for each in found.evidence} == {
        "subject": "Service drop", "over": "Street", "clearance": "17 ft.",
    }  # fmt: skip


def test_the_reason_says_what_was_compared() -> None:
    for text, said in (
        ("Ground rod over 25 ohms", "at most 25 ohm (G.O. 95 Rule 21.4-A; G.O. 128 Rule 21.5-A;"),
        ("Ground rod over 25 ohms", "the report says more than 25 ohms"),
        ("Ground rod not over 25 ohms", "the report says at most 25 ohms"),
        ("Drop over street 3 in. short of the 18 ft required", "the report says 3 in. short of the 18 ft"),
    ):
        assert said in judge(text, (), read_rules()).why


def sure(text: str) -> str:
    """The verdict with everything marked, for review where it is not certain."""
    found = judge(text, (Mention(0, len(text), "MEASURE", 0.99),), read_rules())
    return found.verdict if found.confidence >= 0.9 else "review"


@pytest.mark.parametrize(
    "text",
    [
        "35 ft pole cut to 30 ft", "50 ft pole, guy anchor 7 ft out", "5/8\" bolt on ground rod",
        "concrete delivery 2 hours late", "comm cable below the secondary on pole 90, 3/8 in. strand",
        "40 ft pole backfilled to 1 ft below grade",
    ],
)  # fmt: skip
def test_a_figure_that_may_be_of_something_else_is_not_sure(text: str) -> None:
    assert sure(text) == "review"


def test_one_report_of_two_things_breaks_a_rule_when_one_of_them_does() -> None:
    for text, verdict in (
        ("Drop over street 19 ft. Ground rod reads 31 ohms.", "violation"),
        ("Ground rod reads 12 ohms, drop over street 17 ft.", "violation"),
        ("Drop over street 19 ft, ground rod 12 ohms.", "compliant"),
        ("Drop over street 19 ft, ground rod less than 30 ohms.", "review"),
        ("1/2 in. ground rod driven 8 ft", "violation"),
        ("5/8 in. ground rod driven 8 ft", "compliant"),
    ):
        assert verdict_of(text) == verdict, text
    found = judge("Drop over street 19 ft, ground rod 12 ohms.", (), read_rules())
    assert {"go95-street-service-drop", "ground-resistance"} <= set(found.rules)


def test_what_makes_a_verdict_doubtful_is_said() -> None:
    for text, why in (
        ("Service drop over street will be 19 ft", "it is not said to be so (will)"),
        ("Is the service drop over the street at 17 ft", "it is not said to be so (Is)"),
        ("Raise service drop to 19 ft over street", "it is an order"),
        ("Service drop over street about 18 ft", "the figure is rough"),
        ("Service drop over street 17 ft, since raised", "it is said to have been put right (since raised)"),
        ("Service drop 19 ft over street, a violation", "the report calls it wrong (violation)"),
        ("Service drop over street 17 to 19 ft", "it can be read in two ways"),
        ("supply conductor over road 22 ft", "the rules depend on a voltage that is not given"),
        ("Service drop over street must be 18 ft", "no clearance is said to have been found"),
        ("Service drop over street", "no clearance is given"),
        ("Service drop over street 17 ft " * 100, "it is longer than a report, with 3,100 characters"),
    ):
        found = judge(text, (), read_rules())
        assert (found.verdict, found.why[: len(why)]) == ("review", why), text
    # What is to be done about it does not make it doubtful.
    assert verdict_of("Service drop over street 17 ft; will be raised on Monday") == "violation"


def test_the_rules_tag_specifications() -> None:
    tagger = RulesTagger(get_domain("utility"))
    text = "Poles in Grade B set 6'-6\" deep per G.O. 95, Table 1, in native soil of the Heavy Loading District."
    (mentions,) = tagger.tag([text])
    found = {(m.type, text[m.start : m.end]) for m in mentions}
    assert {
        ("INSTALLATION", "Poles"), ("GRADE", "Grade B"), ("MEASURE", "6'-6\""), ("STANDARD", "G.O. 95"),
        ("SECTION", "Table 1"), ("MATERIAL", "native soil"), ("ZONE", "Heavy Loading District"),
    } <= found  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not a violation: 16 ft clearance over the street", "calls it right (not a violation)"),
        ("No code violation here, 16 ft clearance over the street", "calls it right (No code violation)"),
        ("Primary conductor 16 ft over the street, no infractions.", "calls it right (no infractions)"),
        *(
            (f"Primary conductor 16 ft over the street, {said}", "calls it right")
            for said in (
                *("in compliance", "meets code", "met G.O. 95", "OK", "clearance is adequate", "passed inspection"),
                *("nothing wrong", "within limits", "not in violation", "does not violate G.O. 95", "fully compliant"),
            )
        ),
        ("-16 ft clearance over the street", "minus sign"),
        ("(\u201116 ft) clearance over the street", "minus sign"),
        ("Clearance over the street is \u221216 ft", "minus sign"),
    ],
)
def test_what_contradicts_the_figure_is_left_to_a_person(text: str, why: str) -> None:
    found = judge(text, (), read_rules())
    assert found.verdict == "review"
    assert why in found.why


@pytest.mark.parametrize(
    "text",
    [
        "Primary conductor 16 ft over the street, no other violation.",
        "- 16 ft clearance over the street",
        "16-ft clearance over the street",
        *(
            f"Primary conductor 16 ft over the street, {said}"
            for said in (
                "not compliant",
                "isn't adequate",
                "not OK",
                "never met code",
                "non-compliant",
                "not acceptable",
            )
        ),
    ],
)
def test_what_does_not_contradict_it_is_decided(text: str) -> None:
    assert judge(text, (), read_rules()).verdict == "violation"
