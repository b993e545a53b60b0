"""The catalogue of what is measured: `catalogue.yaml`, read and chosen from."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from errors import UsageError
from workloads.bench import families

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
ALL = "all"
DEFAULTS = "defaults"
# That a function of a user's is measured on.
FAMILY_OF_FUNCTIONS = "text"


@dataclass(frozen=True)
class Entry:
    """An engine that does a workload; `catalogue.yaml` explains the fields."""

    workload: str
    engine: str
    repeats: int
    warm_ups: int
    fresh: bool = False
    peer: bool = False
    kinds: tuple[str, ...] = ()
    share: float = 1.0
    most_bytes: int | None = None
    multiple: int = 1
    makes: bool = False
    keeps_rows: bool = True
    output_per_input: float = 2.5

    @property
    def family(self) -> str:
        """The family that the workload is of."""
        return family_name(self.workload)

    def size(self, asked: int) -> int:
        """How much it is given where so many bytes are asked for; one at least."""
        given = max(1, int(asked * self.share))
        return given if self.most_bytes is None else min(given, self.most_bytes)


def family_name(workload: str) -> str:
    """The family that a workload is of."""
    return FAMILY_OF_FUNCTIONS if ":" in workload else workload.partition(".")[0]


def workload_names(wanted: str) -> list[str]:
    """The workloads that a name stands for: itself, all of a family such as `text`, or all.

    Raises:
        UsageError: it is neither in the catalogue nor a `module:function`.
    """
    if ":" in wanted:
        return [wanted]
    known = list(_catalogue()["workloads"])
    found = [name for name in known if wanted in (name, family_name(name), ALL)]
    if not found:
        names = dict.fromkeys(each for name in known for each in (family_name(name), name))
        raise UsageError(
            f"'{wanted}' is no workload: choose {', '.join(names)}, {ALL}, "
            "or a function of yours as module:function"
        )
    return found


def named(listed: str) -> list[str]:
    """The workloads that names by commas stand for, each once; see `workload_names`."""
    names = [name.strip() for name in listed.split(",")]
    return list(dict.fromkeys(found for name in names for found in workload_names(name)))


def kinds_of(workload: str, wanted: Collection[str]) -> list[str]:
    """The kinds of data that a workload is to be done on: those that are wanted, or all if none."""
    known = families.find(family_name(workload)).KINDS
    return [kind for kind in wanted or known if kind in known]


def entries(
    workload: str, kind: str, *, peers: bool, engines: Collection[str], repeats: int | None
) -> list[Entry]:
    """Who is to do a workload on a kind of data; without peers that are not installed.

    Args:
        workload: a name from `workload_names`.
        kind: of data.
        peers: whether peers take part.
        engines: only these, peers or not; empty for all, peers as said.
        repeats: instead of the catalogue's.
    """
    return [
        replace(one, repeats=repeats or one.repeats)
        for one in _doing(workload)
        if kind in (one.kinds or (kind,))
        and (one.engine in engines if engines else peers or not one.peer)
        and not _lacking(one.engine)
    ]


def left_out(workloads: Collection[str], *, peers: bool, engines: Collection[str]) -> list[str]:
    """A sentence for each peer that would take part if it were installed."""
    wanted = dict.fromkeys(
        one.engine
        for workload in workloads
        for one in _doing(workload)
        if (one.engine in engines if engines else peers and one.peer)
    )
    return [f"{name} is left out: {why}" for name in wanted if (why := _lacking(name))]


def check_kinds(kinds: Collection[str], workloads: Collection[str]) -> None:
    """Raises UsageError for a kind of data that none of the workloads is done on."""
    if not kinds:
        return
    names = dict.fromkeys(map(family_name, workloads))
    known = dict.fromkeys(kind for name in names for kind in families.find(name).KINDS)
    if unknown := sorted(set(kinds) - set(known)):
        raise UsageError(
            f"'{', '.join(unknown)}' is no kind of {' or '.join(names)}: choose {', '.join(known)}"
        )


def check_engines(
    engines: Collection[str], workloads: Collection[str], kinds: Collection[str]
) -> None:
    """Raises UsageError for an engine that there is not, or when none of them has work to do."""
    if not engines:
        return
    known = _engines()
    if unknown := sorted(set(engines) - set(known)):
        raise UsageError(f"'{', '.join(unknown)}' is no engine: choose {', '.join(known)}")
    if any(
        entries(workload, kind, peers=False, engines=engines, repeats=None)
        for workload in workloads
        for kind in kinds_of(workload, kinds)
    ):
        return
    if why := left_out(workloads, peers=False, engines=engines):
        raise UsageError(f"{'; '.join(why)}: choose other --engines")
    done_on = dict.fromkeys(kind for one in workloads for kind in kinds_of(one, kinds))
    raise UsageError(
        f"{', '.join(workloads)} on {', '.join(done_on)} is nothing that "
        f"{', '.join(engines)} can do: choose other --engines"
    )


def check_no_peers(engines: Collection[str], *, peers: bool) -> None:
    """Raises UsageError where peers are to take part: they are measured on local files only."""
    known = _engines(peers=True)
    if peers or known.keys() & engines:
        raise UsageError(
            f"{', '.join(known)} are measured on one machine and its own files only: "
            "leave out --peers, and them from --engines"
        )


def _engines(*, peers: bool = False) -> dict[str, None]:
    """The engines of all workloads, or those that are peers somewhere, each once."""
    catalogue = _catalogue()
    doing = [*catalogue["workloads"].values(), catalogue.get("function", {})]
    return dict.fromkeys(
        name
        for one in doing
        for name, fields in one.items()
        if name != DEFAULTS and (fields.get("peer") or not peers)
    )


def _doing(workload: str) -> list[Entry]:
    catalogue = _catalogue()
    doing = dict(catalogue["function"] if ":" in workload else catalogue["workloads"][workload])
    usual = catalogue[DEFAULTS] | doing.pop(DEFAULTS, {})
    return [_entry(workload, engine, usual | fields) for engine, fields in doing.items()]


def _entry(workload: str, engine: str, fields: dict[str, Any]) -> Entry:
    kinds: Sequence[str] = fields.pop("kinds", ())
    return Entry(workload, engine, kinds=tuple(kinds), **fields)


def _lacking(engine: str) -> str:
    """What an engine needs that is not installed, in words; empty where it has all."""
    needs = _catalogue().get("needs", {}).get(engine, {})
    package, program = needs.get("package"), needs.get("program")
    lacks: list[str] = []
    if package and importlib.util.find_spec(package) is None:
        lacks.append(f"the package {package} is not installed")
    if program and not _has(program):
        lacks.append(f"there is no program {program}")
    return " and ".join(lacks)


def _has(program: str) -> bool:
    # Where Java's own are, for those who have several.
    own = os.environ.get("JAVA_HOME")
    return bool(shutil.which(program) or (own and shutil.which(program, path=f"{own}/bin")))


def _catalogue() -> dict[str, Any]:
    return _parsed(CATALOGUE.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)
    return found
