"""What goes between `./invoke bench` and the `python -m workloads.bench` that it runs elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence

from workloads.bench.case import Case
from workloads.bench.catalogue import check_no_peers
from workloads.bench.settings import Settings

MARK = "@cases "


def arguments(settings: Settings) -> list[str]:
    """What to call `python -m workloads.bench` with, to have this measured.

    Raises:
        UsageError: peers, which no cluster measures.
    """
    check_no_peers(settings.engines, peers=settings.peers)
    options = {
        "--target": settings.target,
        "--storage": settings.storage.uri if settings.storage else "",
        "--workload": ",".join(settings.workloads),
        "--kind": ",".join(settings.kinds),
        "--bytes": str(settings.size),
        "--scale": settings.scale,
        "--seed": str(settings.seed),
        "--engines": ",".join(settings.engines),
        "--repeats": str(settings.repeats or ""),
        "--subcluster": settings.subcluster,
    }
    return [word for name, value in options.items() if value for word in (name, value)]


def line(cases: Sequence[Case]) -> str:
    """The cases as one line, without its end."""
    return MARK + json.dumps([case.to_dict() for case in cases], separators=(",", ":"))


def cases(text: str) -> list[Case] | None:
    """The cases of a whole line; None for a line of another kind."""
    if not text.startswith(MARK):
        return None
    return [Case.from_dict(one) for one in json.loads(text.removeprefix(MARK))]
