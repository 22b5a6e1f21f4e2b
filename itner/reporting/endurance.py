"""What attacks and long use came to, in words."""

from __future__ import annotations

from pathlib import Path

from itner.core.words import counted
from itner.records.endurance import HostileReport, SoakReport
from itner.records.files import read_record
from itner.reporting.readme import replace_section

_HOSTILE_FILE, _SOAK_FILE = "hostile.json", "soak.json"
# The markers of their sections, in docs/deploy.md and of the digest in the README.
HOSTILE = "<!-- hostile: written by `itner readme` -->", "<!-- end of hostile -->"
DIGEST = "<!-- endurance: written by `itner readme` -->", "<!-- end of endurance -->"
SOAK = "<!-- soak: written by `itner readme` -->", "<!-- end of soak -->"


def read_endurance(assets: Path) -> tuple[HostileReport | None, SoakReport | None]:
    """What was measured, from the files under `assets/`; None for what was not."""
    hostile: HostileReport | None = read_record(assets / _HOSTILE_FILE, HostileReport)
    soak: SoakReport | None = read_record(assets / _SOAK_FILE, SoakReport)
    return hostile, soak


def hostile_table(report: HostileReport) -> str:
    """Kills, full disks and damaged folders as a table in Markdown."""
    kills, disks, folders = report.killed, report.full_disks, report.folders
    names = ", ".join(each.workflow for each in kills)
    said = sum(each.full for each in disks)
    rows = [
        (
            f"Workflows killed before each of their file operations, then called again ({names})",
            sum(each.tried for each in kills),
            sum(each.wrong for each in kills),
        ),
        (
            f"The same on a disk that is nearly full ({said} of these calls said so and ended), then with room",
            sum(each.tried for each in disks),
            sum(each.wrong for each in disks),
        ),
        (
            f"Pages drawn over {folders.damaged:,} damaged run folders; {folders.cards:,} of these are a card that "
            f"says why, and the slowest page took {folders.longest_s:.1f} s",
            folders.pages,
            folders.crashes,
        ),
        (
            f"Entries that {report.writers.writers} processes wrote into the same records at once, in "
            f"{counted(report.writers.rounds, 'round')}",
            report.writers.entries,
            report.writers.lost,
        ),
    ]
    rows += [
        (
            f"Calls to connect or to send that the system saw: {each.what}; wrong are those to a network",
            each.calls,
            each.attempts,
        )
        for each in report.captured
    ]
    lines = [f"| {what} | {tried:,} | {wrong:,} |" for what, tried, wrong in rows]
    return "\n".join(["| attack | tried | went wrong |", "|---|---|---|", *lines])


def soak_in_words(report: SoakReport) -> str:
    """Long use, in a paragraph."""
    machine = report.provenance.machine
    several = counted(report.sessions, "session")
    return (
        f"{several} at once, each tagging a sentence with three models, {report.operations:,} "
        f"times in all: from the key to the highlights {report.p50_s:.1f} s (p50), {report.p95_s:.1f} s (p95), "
        f"{report.slowest_s:.1f} s at most; the browser with all sessions shares the machine ({machine.cpu}, "
        f"{machine.cores} cores). The server's memory was {report.memory_first_mib:,.0f} MiB after the first tenth and "
        f"{report.memory_last_mib:,.0f} MiB in the end. While another session tagged a long file, which took "
        f"{report.file_s:.0f} s, the p95 of the others was {report.beside_p95_s:.1f} s."
    )


def digest(hostile: HostileReport | None, soak: SoakReport | None) -> str:
    """Both in a few lines, for who wants to know whether it was tried at all."""
    lines = []
    if hostile is not None:
        kills, disks = hostile.killed, hostile.full_disks
        wrong = sum(each.wrong for each in kills) + sum(each.wrong for each in disks)
        wrong += hostile.folders.crashes + hostile.writers.lost
        lines.append(
            f"- **Attacked** (`make hostile`): {sum(each.tried for each in kills):,} kills at file operations of "
            f"{len(kills)} workflows, {sum(each.tried for each in disks):,} calls on disks that are nearly full, "
            f"{hostile.folders.pages:,} pages over {hostile.folders.damaged:,} damaged run folders, "
            f"{hostile.writers.entries:,} entries written by {hostile.writers.writers} processes at once: "
            f"{wrong:,} went wrong."
        )
        if hostile.captured:
            attempts = sum(each.attempts for each in hostile.captured)
            lines[-1] += f" {counted(attempts, 'attempt')} to reach a network while tagging, as the system sees it."
    if soak is not None:
        lines.append(
            f"- **Left running** (`python -m tools.soak`): {soak.sessions} sessions at once, {soak.operations:,} "
            f"sentences by three models, p95 {soak.p95_s:.1f} s, the server's memory "
            f"{soak.memory_first_mib:,.0f} MiB in the beginning and {soak.memory_last_mib:,.0f} MiB in the end."
        )
    return "\n".join(lines) or "Not measured yet: `make hostile` and `python -m tools.soak`."


def fill_digest(text: str, hostile: HostileReport | None, soak: SoakReport | None) -> str:
    """The README with it written anew."""
    return replace_section(text, *DIGEST, digest(hostile, soak))


def fill_endurance(text: str, hostile: HostileReport | None, soak: SoakReport | None) -> str:
    """A document with both written anew between their markers; what was not measured says how to."""
    said = soak_in_words(soak) if soak is not None else "Not measured yet: `python -m tools.soak`."
    told = hostile_table(hostile) if hostile is not None else "Not measured yet: `make hostile`."
    return replace_section(replace_section(text, *SOAK, said), *HOSTILE, told)
