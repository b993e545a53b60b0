"""The catalogue of what is measured: `catalogue.yaml`, read and chosen from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from errors import UsageError
from workloads.text.generate import KINDS

CATALOGUE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True)
class Entry:
    """An engine that does a workload; `catalogue.yaml` explains the fields."""

    workload: str
    engine: str
    repeats: int
    warm_ups: int
    fresh: bool = False
    peer: bool = False
    kinds: tuple[str, ...] = tuple(KINDS)
    most_bytes: int | None = None
    multiple: int = 1


def workload_names(wanted: str) -> list[str]:
    """The workloads that a name stands for: itself, or all of a family such as `text`.

    Raises:
        UsageError: it is neither in the catalogue nor a `module:function`.
    """
    if ":" in wanted:
        return [wanted]
    known = list(_catalogue()["workloads"])
    found = [name for name in known if wanted in (name, name.partition(".")[0])]
    if not found:
        raise UsageError(
            f"'{wanted}' is no workload: choose text, {', '.join(known)}, "
            "or a function of yours as module:function"
        )
    return found


def entries(
    workload: str, kind: str, *, peers: bool, engines: Collection[str], repeats: int | None
) -> list[Entry]:
    """Who is to do a workload on a kind of text.

    Args:
        workload: a name from `workload_names`.
        kind: of text.
        peers: whether peers take part.
        engines: only these, peers or not; empty for all, peers as said.
        repeats: instead of the catalogue's.
    """
    catalogue = _catalogue()
    doing = catalogue["function"] if ":" in workload else catalogue["workloads"][workload]
    found = [
        _entry(workload, engine, catalogue["defaults"] | fields) for engine, fields in doing.items()
    ]
    return [
        replace(one, repeats=repeats or one.repeats)
        for one in found
        if kind in one.kinds and (one.engine in engines if engines else peers or not one.peer)
    ]


def check_kinds(kinds: Collection[str]) -> None:
    """Raises UsageError for a kind of text that there is not."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown or not kinds:
        raise UsageError(f"'{', '.join(unknown)}' is no kind of text: choose {', '.join(KINDS)}")


def check_engines(
    engines: Collection[str], workloads: Collection[str], kinds: Collection[str]
) -> None:
    """Raises UsageError for an engine that there is not, or when none of them has work to do."""
    if not engines:
        return
    catalogue = _catalogue()
    doing = [*catalogue["workloads"].values(), catalogue["function"]]
    known = dict.fromkeys(name for one in doing for name in one)
    if unknown := sorted(set(engines) - set(known)):
        raise UsageError(f"'{', '.join(unknown)}' is no engine: choose {', '.join(known)}")
    if not any(
        entries(workload, kind, peers=False, engines=engines, repeats=None)
        for workload in workloads
        for kind in kinds
    ):
        raise UsageError(
            f"{', '.join(workloads)} on {', '.join(kinds)} text is nothing that "
            f"{', '.join(engines)} can do: choose other --engines"
        )


def check_no_peers(engines: Collection[str], *, peers: bool) -> None:
    """Raises UsageError where peers are to take part: they are measured on local files only."""
    doing = _catalogue()["workloads"].values()
    known = dict.fromkeys(name for one in doing for name in one if one[name].get("peer"))
    if peers or known.keys() & engines:
        raise UsageError(
            f"{', '.join(known)} are measured on one machine and its own files only: "
            "leave out --peers, and them from --engines"
        )


def _entry(workload: str, engine: str, fields: dict[str, Any]) -> Entry:
    kinds: Sequence[str] = fields.pop("kinds", tuple(KINDS))
    return Entry(workload, engine, kinds=tuple(kinds), **fields)


def _catalogue() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return found
