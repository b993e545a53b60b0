"""`python -m workloads.bench`: the benchmark without its reports, as a job on a cluster runs it.

Says on standard error what it is doing, and on standard output nothing but one line, the cases; see
`workloads.bench.remote`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from workloads.bench import harness, job


def main(argv: Sequence[str] | None = None) -> int:
    """Measures what the arguments say; gives the exit code."""
    arguments = job.parser("python -m workloads.bench", __doc__).parse_args(argv)
    return job.measured(lambda: harness.run(job.settings(arguments), job.tell))


if __name__ == "__main__":
    sys.exit(main())
