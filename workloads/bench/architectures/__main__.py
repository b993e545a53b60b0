"""`python -m workloads.bench.architectures`: pools of a cluster measured, as a job there runs it.

Says on standard error what it is doing, and on standard output nothing but one line, the cases; see
`workloads.bench.remote`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from errors import UsageError
from workloads.bench import job
from workloads.bench.architectures import measuring


def main(argv: Sequence[str] | None = None) -> int:
    """Measures what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    return job.measured(
        lambda: measuring.run(job.settings(arguments), _limits(arguments.pools), job.tell)
    )


def _limits(listed: Sequence[str]) -> dict[str, list[int]]:
    """Pools and how many CPUs of each: `intel=32,26`."""
    found: dict[str, list[int]] = {}
    for one in listed:
        name, _, numbers = one.partition("=")
        cut = numbers.split(",")
        if not name or not all(number.isdecimal() and int(number) for number in cut):
            raise UsageError(f"'{one}' is no pool with numbers of CPUs: write it as intel=32,26")
        found[name] = [int(number) for number in cut]
    return found


def _parser() -> argparse.ArgumentParser:
    parser = job.parser("python -m workloads.bench.architectures", __doc__)
    parser.add_argument(
        "pools", nargs="+", metavar="POOL=CPUS", help="a label ray-subcluster, and how many CPUs"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
