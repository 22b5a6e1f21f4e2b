"""Of which texts it is said that the models do not know their language."""

from __future__ import annotations

import pytest
from shipped import HERE, shipped_run

from itner.dashboard.language import find_foreign, guess_language, learned_languages
from itner.domains.registry import list_domains
from itner.records.store import RunStore

FOREIGN = {
    "German": "Nach dem Update auf Windows 11 startet Outlook nicht mehr und der Drucker druckt nur leere Seiten.",
    "Spanish": "Desde la actualización de ayer la impresora del segundo piso no imprime nada y Outlook se cierra solo.",
    "French": "Depuis la mise à jour, Outlook ne démarre plus et l'imprimante n'imprime que des pages blanches.",
}
TECHNICAL = (
    "2024-05-01 12:00:01,123 ERROR [main] org.apache.kafka.clients.NetworkClient - Connection to node -1 lost",
    'Exception in thread "main" java.lang.NullPointerException\n'
    "\tat com.example.myproject.Book.getTitle(Book.java:16)\n\tat com.example.myproject.Author.main(Author.java:25)",
    'Traceback (most recent call last):\n  File "/srv/app.py", line 12, in <module>\n    main()\n'
    "ValueError: invalid literal for int() with base 10",
    "May 12 08:11:02 web-03 systemd[1]: nginx.service: Main process exited, code=exited, status=1/FAILURE",
    "docker kubectl helm terraform ansible nginx postgres redis kafka grafana",
    "kernel: [12345.678] EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls: reading directory",
    "kubectl get pods -n kube-system -o wide --show-labels | grep CrashLoopBackOff",
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run C:\\Windows\\System32\\drivers\\etc\\hosts",
)


@pytest.mark.parametrize("language", FOREIGN)
def test_a_sentence_in_another_language_is_said_to_be(language: str) -> None:
    said = find_foreign(FOREIGN[language], [shipped_run("minilm_l3_kd"), shipped_run("it_rules")])
    assert said.startswith(f"This text seems to be in {language}, which is a guess. minilm_l3_kd and it_rules learned")
    # What a stack trace says is in no language.
    assert guess_language("\n".join([FOREIGN[language], *TECHNICAL[:3]])) == language


@pytest.mark.parametrize(
    "text", [*TECHNICAL, *(text for domain in list_domains() for text in domain.examples.values())]
)
def test_nothing_is_said_of_logs_and_of_the_examples(text: str) -> None:
    assert find_foreign(text, [shipped_run("minilm_l3_kd")]) == ""


def test_nothing_is_said_of_a_few_words() -> None:
    assert guess_language("Der Drucker druckt nicht") is None
    assert guess_language("") is None


def test_it_is_known_what_the_shipped_runs_learned_from() -> None:
    runs = RunStore(HERE.models).load_all()[0]
    assert {run.name: learned_languages(run) for run in runs} == {run.name: {"English"} for run in runs}
