from __future__ import annotations

import pytest

from itner.core.tokens import split_tokens
from itner.core.types import Document, LabellingFunction
from itner.domains.it.functions import (
    FUNCTIONS,
    device_models,
    device_nouns,
    dotted_versions,
    error_codes,
    exceptions,
    named_failures,
    os_names,
    quoted_messages,
    release_names,
    software_by_context,
    software_names,
    versions_after_names,
    versions_by_word,
)
from itner.domains.it.scheme import SCHEME


def document(text: str) -> Document:
    return Document(text, split_tokens(text), (), "d", "x")


@pytest.mark.parametrize(
    ("function", "text", "found"),
    [
        (software_names, "visual studio code and C# on C++", ["visual studio code", "C#", "C++"]),
        (software_names, "outlook.example.org wrote, see /opt/docker and git@host", []),
        (software_by_context, "Word crashes, Teams 1.7 too; both teams go", ["Word", "Teams"]),
        (software_by_context, "In a Word, the Edge of the desk", []),
        (os_names, "Windows Server 2019, win10 and ubuntu", ["Windows Server", "win10", "ubuntu"]),
        (device_nouns, "two laptops, a label printer and SSDs", ["laptops", "label printer", "SSDs"]),
        (device_models, "HP LaserJet Pro M404dn beside an iPhone 13", ["HP LaserJet Pro M404dn", "iPhone 13"]),
        (dotted_versions, "v2.3.1-rc2 at 10.1.2.3 on 24.12.2025 and 11.4", ["v2.3.1-rc2", "11.4"]),
        (release_names, "KB5034441 for 23H2, SP1", ["KB5034441", "23H2", "SP1"]),
        (versions_by_word, "version 7, build 22631.3737 and Release 4.1", ["7", "22631.3737", "4.1"]),
        (versions_after_names, "Windows 11 and Outlook 2021 for Excel 20 users", ["11", "2021"]),
        (error_codes, "0x80070057, ORA-01017, HTTP 503", ["0x80070057", "ORA-01017", "HTTP 503"]),
        (error_codes, "exit code 137, Event ID 7031, Error 403", ["exit code 137", "Event ID 7031", "Error 403"]),
        (error_codes, "Code 43 in Device Manager, IRQL_NOT_LESS_OR_EQUAL", ["Code 43", "IRQL_NOT_LESS_OR_EQUAL"]),
        (exceptions, "java.io.IOException and ECONNRESET", ["java.io.IOException", "ECONNRESET"]),
        (named_failures, "a Kernel Panic, then permission denied", ["Kernel Panic", "permission denied"]),
        (quoted_messages, 'it says "Something went wrong." and stops', ["Something went wrong"]),
        (quoted_messages, 'the room "Blue Lagoon" is booked', []),
    ],
)  # fmt: skip
def test_functions_by_hand(function: LabellingFunction, text: str, found: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in function(document(text))] == found


def test_every_function_has_a_name_of_its_own_and_types_of_the_scheme() -> None:
    assert len({function.__name__ for function in FUNCTIONS}) == len(FUNCTIONS)
    text = "Outlook 2021 v1.2 on Windows 11 23H2, a laptop, iPhone 13: error 503 'Access denied'; TypeError, version 3"
    kinds = {mention.type for function in FUNCTIONS for mention in function(document(text))}
    assert kinds == set(SCHEME.types)
    assert all(function(document("Nothing to see here.")) == [] for function in FUNCTIONS)
