"""Other libraries on the same data, written to data/peers.json: spaCy's NER, a CRF, Transformers' pipeline.

    python -m tools.peers --beside minilm_full_kd
    python -m tools.peers --beside minilm_full_kd --beside minilm_l3_kd --only speed

The first call makes a virtual environment in .peers/ and trains there, which takes an hour or so on two cores; what is
trained stays, so that a call that was stopped goes on, and without .peers/ all begins anew. Choices are made on dev;
what is kept is scored on test. Speed is measured in turns with the runs named by --beside, which wants a quiet machine;
`--only speed` does that alone again.
What the libraries print is in .peers/log.txt.
"""

from __future__ import annotations

import argparse
import sys

from itner.core.errors import InputError
from itner.core.progress import ConsoleProgress
from itner.data.processed import read_stats
from itner.records.files import locked
from itner.records.peers import Peers
from itner.records.workspace import Workspace
from tools.peers.environment import REPOSITORY, Environment
from tools.peers.measure import Measurement, Task

STEPS = ("train", "score", "speed")


def parse(words: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="combined", help="the prepared dataset to train on")
    parser.add_argument("--weights", default="minilm_full_kd", help="the run whose weights the pipeline opens")
    parser.add_argument("--beside", action="append", help="a run to time in the same rounds; repeatable")
    parser.add_argument("--only", choices=STEPS, help="one step alone")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in which all take turns")
    return parser.parse_args(words)


def print_peers(peers: Peers) -> None:
    """What was found, in lines."""
    for peer in peers.peers:
        print(f"{peer.name} ({peer.library} {peer.version}), {peer.size_mib:.1f} MiB")
        for trial in peer.trials:
            scores = ", ".join(f"{name} {score:.4f}" for name, score in trial.dev_f1.items())
            print(f"  {'kept ' if trial.kept else 'tried'} {trial.what}: dev {scores}")
        for score in peer.scores:
            print(f"  {score.dataset} {score.split}: micro-F1 {score.micro.f1:.4f}")
    for timed in peers.timing.timed if peers.timing is not None else ():
        name = " · ".join(filter(None, (timed.name, timed.variant)))
        print(f"{name}: {timed.tokens_per_s:,.0f} tokens/s {f'({timed.setting})' if timed.setting else ''}")


def main() -> None:
    """Measure and write; exits with 2 when something that was asked for cannot be used."""
    asked = parse(sys.argv[1:])
    task = Task(asked.data, asked.weights, tuple(asked.beside or [asked.weights]), rounds=asked.rounds)
    place = Workspace.find()
    progress = ConsoleProgress()
    try:
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
                print_peers(measurement.score())
            if asked.only in (None, "speed"):
                print_peers(measurement.speed())
    except InputError as error:
        progress.close()
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    progress.close()


if __name__ == "__main__":
    main()
