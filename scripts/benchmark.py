"""Measure a run's latency, throughput, memory and load time at every weight precision."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.data.corpus import SPLITS
from itner.export.benchmark import BenchSettings
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/benchmark.py minilm_full_kd --dataset stackoverflow
  python scripts/benchmark.py minilm_full_kd --dataset helpdesk --rounds 3 --threads 1"""


def main() -> None:
    """Parse arguments, benchmark, print the table."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("run", metavar="RUN", help="folder under models/")
    args.add_argument("--dataset", required=True, help="a prepared dataset, for natural lengths and bulk throughput")
    args.add_argument("--split", choices=SPLITS, default="dev", help="its split")
    args.add_argument(
        "--rounds", type=int, default=BenchSettings.rounds, help="rounds in which the precisions take turns"
    )
    args.add_argument("--threads", type=int, help="threads of the runtimes (default: all usable cores)")
    given = args.parse_args()
    if given.rounds < 1 or (given.threads is not None and given.threads < 1):
        args.error("--rounds and --threads must be at least 1")
    progress = ConsoleProgress()
    settings = BenchSettings(rounds=given.rounds, threads=given.threads)
    report = pipelines.benchmark(given.run, given.dataset, given.split, settings, progress=progress)
    progress.close()
    for result in report.results:
        lengths = "  ".join(
            f"{length} pieces p50 {latency.p50_ms:.2f} p95 {latency.p95_ms:.2f} ms (rounds x{latency.spread:.2f})"
            for length, latency in result.forward.items()
        )
        print(
            f"{result.precision:10s} {lengths}  sentence p50 {result.end_to_end.p50_ms:.2f} ms  "
            f"{result.bulk_tokens_per_s:,.0f} tokens/s  {result.file_mib:.1f} MiB  "
            f"load {result.load_s:.2f} s  peak {result.peak_rss_mib:.0f} MiB"
        )


if __name__ == "__main__":
    run(main)
