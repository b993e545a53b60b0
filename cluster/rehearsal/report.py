"""What happened in a rehearsal, in words: rows of a table, and sentences below it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from cluster.rehearsal import events as words
from cluster.rehearsal.events import Event
from cluster.rehearsal.timeline import Life, Steps, medians, steps

HEADINGS = ("second", "what", "instance", "details")
SPEAK_FOR_THEMSELVES = ("said", "reason", "address")


def rows(events: Sequence[Event], since: float) -> list[tuple[str, str, str, str]]:
    """The table, in seconds since the first event.

    What is the same as before it, as a call that is refused again and again, is one row, with all
    the zones that it was of.

    Args:
        events: all of them, in the order in which they happened.
        since: the second from which on they are shown.
    """
    begin = events[0].at if events else 0.0
    found = []
    for same in _runs([one for one in events if one.at - begin >= since]):
        first, last = same[0], same[-1]
        zones = dict.fromkeys(one.details["zone"] for one in same if "zone" in one.details)
        details = _details(replace(first, details=first.details | _zone(zones)))
        if len(same) > 1:
            details = f"{details} ({len(same)} times until {last.at - begin:.1f})".strip()
        found.append((f"{first.at - begin:.1f}", first.what, first.instance, details))
    return found


def _runs(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Events in groups that follow upon one another and differ in nothing but time and zone."""
    for _, same in groupby(events, lambda one: (one.what, one.instance, _but_zone(one.details))):
        yield list(same)


def _zone(zones: Iterable[str]) -> dict[str, str]:
    """Zones as a detail; none where there is none."""
    named = " and ".join(zones)
    return {"zone": named} if named else {}


def _but_zone(details: dict[str, str]) -> dict[str, str]:
    """Without the zone: Ray's launcher tries one after the other."""
    return {name: value for name, value in details.items() if name != "zone"}


def _details(event: Event) -> str:
    """What else is to be said, without names where the values speak for themselves."""
    told = event.details
    if event.what == words.ASKED:
        asked = [told.get(name, "") for name in ("count", "instance_type", "market", "zone")]
        by = [f"as {told['node_type']}"] if "node_type" in told else []
        return " ".join([*filter(None, asked), *by, *told.get("instances", "").split(",")]).strip()
    if event.what == words.FAULT:
        return " ".join([told.get("kind", ""), *_named(told, without=("kind",))])
    if event.what == words.REFUSED:
        kept = ("said", "action", "instance_type", "market", "zone", "role")
        return " ".join(told[name] for name in kept if name in told)
    return " ".join(_named(told))


def _named(told: dict[str, str], without: Sequence[str] = ()) -> list[str]:
    return [
        value if name in SPEAK_FOR_THEMSELVES else f"{name.replace('_', '-')} {value}"
        for name, value in told.items()
        if name not in without
    ]


def summary(lives: Sequence[Life]) -> str:
    """How many instances there were, and what they were."""
    counts = Counter(f"{one.market} {one.instance_type}" for one in lives if one.instance_type)
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    there = sum(math.isnan(one.ended) and math.isnan(one.gone) for one in lives)
    joined = sum(not math.isnan(one.joined) for one in lives)
    return f"{len(lives)} instance(s), {joined} joined, {there} there now: {kinds}".rstrip(": ")


def boots(lives: Sequence[Life]) -> list[str]:
    """A sentence for each arch on how long its instances took to join; the head is left out."""
    found = []
    for arch, workers in by_arch(lives).items():
        joined = [one for one in workers if not math.isnan(one.joined)]
        if joined:
            found.append(_boot(f"{len(joined)} {arch} worker(s)", medians(joined)))
    return found


def by_arch(lives: Sequence[Life]) -> dict[str, list[Life]]:
    """The workers by their arch; those whose instance type is not known are left out."""
    workers = [one for one in lives if one.node_type != "head" and one.arch]
    arches = sorted({one.arch for one in workers})
    return {arch: [one for one in workers if one.arch == arch] for arch in arches}


def _boot(of: str, took: Steps) -> str:
    told = f"{of} joined {_seconds(took.total)} after RunInstances (median)"
    return (
        f"{told}: running after {_seconds(took.running)}, SSH {_seconds(took.ssh)} later, "
        f"joined {_seconds(took.joined)} after that"
    )


def _seconds(number: float) -> str:
    return "?" if math.isnan(number) else f"{number:.1f} s"


def as_dict(events: Sequence[Event], lives: Sequence[Life]) -> dict[str, Any]:
    """All of it, for a file: times in seconds since 1970, null for what was not reached."""
    return {
        "events": [asdict(one) for one in events],
        "instances": [
            {
                **_known({name: value for name, value in vars(one).items() if name != "marks"}),
                "arch": one.arch,
                "joined": _number(one.joined),
                "steps": _known(asdict(steps(one))),
            }
            for one in lives
        ],
        "medians": {
            arch: _known(asdict(medians(workers))) for arch, workers in by_arch(lives).items()
        },
    }


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {name: _number(value) for name, value in told.items()}


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
