"""Other libraries on a domain's data: spaCy's NER, a CRF and Transformers' pipeline, or Presidio for personal data.

    python -m tools.peers --beside minilm_full_kd --beside compact_s
    python -m tools.peers --beside minilm_full_kd --beside compact_s --only speed
    python -m tools.peers --domain pii --data personal --only score

What is measured is written to data/peers.json, for other domains into the corpus's folder (data/pii/peers.json). The
first call makes a virtual environment in .peers/ and trains there what is trained at all, which takes an hour or so
on two cores; what is trained stays, so that a call that was stopped goes on, and without .peers/ all begins anew.
Choices are made on dev; what is kept is scored on test. Speed is measured in turns with the runs named by --beside,
which wants a quiet machine; `--only speed` does that alone again. What took turns before is not kept: rates of other
minutes do not compare, so name all runs that are to stand beside the peers.
What the libraries print is in .peers/log.txt.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection

from itner.core.errors import InputError
from itner.core.progress import ConsoleProgress
from itner.data.processed import read_stats
from itner.domains.registry import default_domain, get_domain, release_of
from itner.records.files import locked
from itner.records.peers import Peers
from itner.records.workspace import Workspace
from itner.reporting.peers import sum_personal
from tools.peers.environment import REPOSITORY, Environment
from tools.peers.measure import Measurement, Task

STEPS = ("train", "score", "speed")


def parse(words: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domain", default=default_domain(), help="whose libraries are measured")
    parser.add_argument("--data", help="the prepared dataset to train and score on; the release's mixture unless named")
    parser.add_argument(
        "--weights", help="the run whose weights the pipeline opens; the release's default unless named"
    )
    parser.add_argument("--beside", action="append", help="a run to time in the same rounds; repeatable")
    parser.add_argument("--only", choices=STEPS, help="one step alone")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in which all take turns")
    return parser.parse_args(words)


def to_task(asked: argparse.Namespace) -> Task:
    """What is asked for, with what the domain's release says where nothing is named; InputError without a release."""
    release = release_of(asked.domain, "peers are measured")
    weights = asked.weights or release.default
    beside = tuple(asked.beside or [weights])
    return Task(asked.domain, asked.data or release.mixture, weights, beside, rounds=asked.rounds)


def print_peers(peers: Peers, personal: Collection[str]) -> None:
    """What was found, in lines; of the personal types alone as well, where there are any."""
    for peer in peers.peers:
        print(f"{peer.name} ({peer.library} {peer.version}), {peer.size_mib:.1f} MiB")
        for trial in peer.trials:
            scores = ", ".join(f"{name} {score:.4f}" for name, score in trial.dev_f1.items())
            print(f"  {'kept ' if trial.kept else 'tried'} {trial.what}: dev {scores}")
        for score in peer.scores:
            print(f"  {score.dataset} {score.split}: micro-F1 {score.micro.f1:.4f}")
            found = sum_personal(score.per_type, personal)
            if found is not None:
                print(f"    of the personal types: {found.f1:.4f}")
            if score.masking is not None and score.masking.personal:
                left, hidden = score.masking.share_left or 0.0, score.masking.share_masked or 0.0
                print(f"    personal characters left: {left:.1%}; harmless characters hidden: {hidden:.1%}")
    for timed in peers.timing.timed if peers.timing is not None else ():
        name = " · ".join(filter(None, (timed.name, timed.variant)))
        print(f"{name}: {timed.tokens_per_s:,.0f} tokens/s {f'({timed.setting})' if timed.setting else ''}")


def main() -> None:
    """Measure and write; exits with 2 when something that was asked for cannot be used."""
    asked = parse(sys.argv[1:])
    place = Workspace.find()
    progress = ConsoleProgress()
    try:
        task, personal = to_task(asked), get_domain(asked.domain).personal
        read_stats(task.data, place)
        environment = Environment(REPOSITORY / ".peers")
        environment.folder.mkdir(exist_ok=True)
        # Another call waits: two would train into the same folders, and spoil each other's times.
        with locked(environment.log):
            progress("environment", 0.0)
            environment.prepare()
            progress("environment", 1.0)
            measurement = Measurement(task, place, environment, progress)
            if asked.only in (None, "train"):
                measurement.train()
            if asked.only in (None, "score"):
                print_peers(measurement.score(), personal)
            if asked.only in (None, "speed"):
                print_peers(measurement.speed(), personal)
    except InputError as error:
        progress.close()
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    progress.close()


if __name__ == "__main__":
    main()
