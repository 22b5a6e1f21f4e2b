"""Labelling functions for utility specifications: forms with a grammar, and lists of names of things."""

from __future__ import annotations

import re
from collections.abc import Sequence

from itner.core.types import Document, LabellingFunction, Mention
from itner.domains.finding import any_of, find
from itner.domains.utility.lexicons import EQUIPMENT, INSTALLATIONS, LOCATIONS, MATERIALS
from itner.domains.utility.quantities import read_quantities

_OTHER_MEASURE = re.compile(
    r"(?<![\w.])(?:No\. ?\d+(?:/0)?|#\d+|\d/0|\d+(?:\.\d+)?)(?: ?(?:AWG|kcmil|MCM))|(?<![\w.])(?:\d[\d,]*"
    r"(?:\.\d+)?)[ -]?"
    r"(?:psi|lb|lbs|pounds?|tons?|ft-lb|kips?|A|amps?|amperes?|kA|Hz|kVA|MVA|kW|kWh|W|mph|days?|weeks?|months?"
    r"|years?|degrees?|mils?)\b"
    r"|(?<![\w.])(?:No\. \d+|\d/0)(?= (?:copper|aluminum|ACSR|bare|solid|stranded))"
)
_STANDARD = re.compile(
    r"\b(?:G\.?O\.? ?(?:95|128|131-D|165)|General Order(?: No\.)? \d+|NESC|NEC(?: \d{3}(?:\.\d+)?)?"
    r"|NFPA \d+[A-Z]?|OSHA(?: 1910\.\d+| 1926(?: Subpart [A-Z]+)?)?"
    r"|IEEE(?: Std)? \d+(?:\.\d+)*|ANSI(?:/\w+)? ?[A-Z]?\d+(?:\.\d+)*(?:-\d{4})?|ASTM [A-Z]\d+(?:/[A-Z]\d+)?"
    r"|ICEA [A-Z]-\d+(?:-\d+)?|AEIC [A-Z]{2}\d+"
    r"|UL \d+[A-Z]?|NEMA [A-Z]{2,3}[ -]\d+|AWWA [A-Z]\d+|ACI \d+|AASHTO [A-Z] ?\d+|REA|RUS|CPUC|AWPA [A-Z]\d*"
    r"|EUSERC \d+|1910\.269)"
)
_SECTION = re.compile(
    r"\b(?:SECTION|Sections?|Parts?|PART|Rules?|Tables?|Figures?|Fig\.|Appendix|paragraph|Note|Sheet|Clause"
    r"|CLAUSE|Article|Chapter|Column|Subpart|Exhibit|Attachment)"
    r" (?:[A-Z]?\d+(?:[.-]\w+)*(?:\(\w+\))*|[A-Z])\b(?: of \d+)?"
)
_GRADE = re.compile(r"\b(?:Grade (?:[A-F]|[IV]+|\d+)|Class [1-9]\b(?=[^.]*\bpoles?\b)|Class [1-9](?= pole))")
_ZONE = re.compile(
    r"\b(?:(?:Heavy|Medium|Light|heavy|medium|light) [Ll]oading(?: [Dd]istrict)?|(?:Seismic )?Zone \d[A-Z]?"
    r"|HFTD(?: Tier [123])?|Tier [123]|(?:High|Extreme) Fire[- ]Threat (?:District|Area)"
    r"|Class I,? Division [12])\b"
)
_TEST = re.compile(
    r"\b(?:(?:DC |AC )?hi-?pot(?: test)?|VLF(?: withstand)?(?: test)?|[Mm]egger(?: test)?"
    r"|insulation[- ]resistance test|partial discharge(?: test)?|mandrel test|continuity test"
    r"|tan(?:gent)? delta(?: test)?|slump test|pull test|ground(?:ing)?[- ]resistance test"
    r"|fall-of-potential test|phasing test|turns ratio test|withstand test|compaction test"
    r"|dielectric test|proof test|acceptance test|load test|leak test|hammer test|TDR test|thumper test"
    r"|sag test|polarity test)s?\b",
    re.IGNORECASE,
)
_SPECIFICATION = re.compile(
    r"\b(?:Schedule (?:40|80)|Type (?:I{1,3}|IV|V|DB|EB)\b|NEMA (?:\d+[RX]?|TC-?\d)|Class H\d|BIL|MCOV"
    r"|SDR[ -]?\d+(?:\.\d)?|Drawing [A-Z]{1,3}-?\d+[A-Z]?|Item \d+[A-Z]?|Form [A-Z]*-?\d+|weatherproof|watertight"
    r"|raintight|delta\b(?! test)|grounded wye|wye|triangular construction|vertical construction|DB-?\d+|THWN"
    r"(?:-2)?|XHHW(?:-2)?|USE-2|RHW(?:-2)?)\b"
)


def _names(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){any_of(names)}(?:s|es)?(?![\w-])", re.IGNORECASE)


_MATERIAL, _INSTALLATION, _EQUIPMENT, _LOCATION = map(_names, (MATERIALS, INSTALLATIONS, EQUIPMENT, LOCATIONS))


def measures(document: Document) -> list[Mention]:
    """Numbers with a unit."""
    return [Mention(q.start, q.end, "MEASURE") for q in read_quantities(document.text)]


def other_measures(document: Document) -> list[Mention]:
    """Wire gauges, pressures, loads, powers and times."""
    return find(document, "MEASURE", _OTHER_MEASURE)


def standards(document: Document) -> list[Mention]:
    """Designations of the usual bodies."""
    return find(document, "STANDARD", _STANDARD)


def sections(document: Document) -> list[Mention]:
    """Pointers by their keyword."""
    return find(document, "SECTION", _SECTION)


def grades(document: Document) -> list[Mention]:
    """Grades of construction and material, classes of poles."""
    return find(document, "GRADE", _GRADE)


def zones(document: Document) -> list[Mention]:
    """Loading districts and hazard zones."""
    return find(document, "ZONE", _ZONE)


def tests(document: Document) -> list[Mention]:
    """Tests by name."""
    return find(document, "TEST", _TEST)


def specifications(document: Document) -> list[Mention]:
    """Schedules, types, ratings by name, drawings and items."""
    return find(document, "SPECIFICATION", _SPECIFICATION)


def materials(document: Document) -> list[Mention]:
    """Names on the list of materials."""
    return find(document, "MATERIAL", _MATERIAL)


def installations(document: Document) -> list[Mention]:
    """Names on the list of what is built."""
    return find(document, "INSTALLATION", _INSTALLATION)


def equipment(document: Document) -> list[Mention]:
    """Names on the list of apparatus and hardware."""
    return find(document, "EQUIPMENT", _EQUIPMENT)


def locations(document: Document) -> list[Mention]:
    """Names on the list of surroundings."""
    return find(document, "LOCATION", _LOCATION)


FUNCTIONS: tuple[LabellingFunction, ...] = (
    measures,
    other_measures,
    standards,
    sections,
    grades,
    zones,
    tests,
    specifications,
    materials,
    equipment,
    installations,
    locations,
)
