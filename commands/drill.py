"""`./invoke drill`: something provoked on purpose, measured, with a verdict."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.exceptions import Exit

from commands import RESULTS
from commands.command import command
from errors import RayOnAwsError, UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from commands.drilling.options import Options
    from commands.drilling.outcome import Outcome
    from commands.drilling.stage import Stage

# In the order of `all`: those that leave the cluster as it was come first.
MODULES = {
    "placement": "placement",
    "stampede": "stampede",
    "idle": "idle",
    "node-loss": "node_loss",
    "spot-reclaim": "spot_reclaim",
    "no-capacity": "no_capacity",
    "head-loss": "head_loss",
}
ALL = "all"


@command(
    positional=["name"],
    help={
        "name": f"{', '.join(MODULES)}, several by commas, or {ALL}",
        "target": "see that the cluster is of this target: rehearsal or aws",
        "tasks": "how many one-CPU tasks, if not as many as suit the cluster",
        "seconds": "that each task takes",
        "notice": "spot-reclaim: seconds of notice; on AWS it is 120 always",
        "boot-seconds": "stampede: forecast with so long a boot; the rehearsal's own if not said",
        "role": "spot-reclaim on AWS: the ARN of a role for its Fault Injection Service",
        "times": "run it so many times, each with a report of its own, and one over all runs",
        "folder": "for the reports, instead of results/drills",
    },
)
def drill(
    _context: Context,
    name: str,
    target: str = "",
    tasks: int = 0,
    seconds: str = "0",
    notice: str = "0",
    boot_seconds: str = "0",
    role: str = "",
    times: int = 1,
    folder: str = "",
) -> None:
    """Provoke something on the cluster, measure what happens, give a verdict: see docs/drills.md.

    ./invoke launch --target rehearsal --cluster spot drill spot-reclaim

    A report, a picture and JSON go to results/drills/NAME. Exit code 1 where a target is missed.
    """
    names = _names(name)
    if tasks < 0:
        raise UsageError(f"--tasks {tasks}: give 1 or more")
    if times < 1 or (times > 1 and name == ALL):
        raise UsageError(f"--times {times}: give 1 or more, for drills that are named")
    from cluster.reach import reached
    from commands import state
    from commands.drilling.options import Options
    from commands.drilling.stage import stage

    options = Options(
        tasks=tasks,
        seconds=_number("--seconds", seconds),
        notice=_number("--notice", notice),
        boot=_number("--boot-seconds", boot_seconds),
    )
    to = Path(folder) if folder else RESULTS / "drills"
    with reached(state.launched(target)) as near:
        ready = stage(near, role)
        if name == ALL:
            outcomes = _run_all(ready, options, to)
        elif times > 1:
            outcomes = _run_again(names, times, ready, options, to)
        else:
            outcomes = [_run(one, ready, options, to / one) for one in names]
    failed = dict.fromkeys(one.drill for one in outcomes if not one.holds)
    if failed:
        raise Exit(f"error: the verdict of {', '.join(failed)} fails; see above", code=1)


def _names(said: str) -> list[str]:
    """The drills that are meant.

    Raises:
        UsageError: there is no such drill.
    """
    names = [*MODULES] if said == ALL else [one.strip() for one in said.split(",")]
    if unknown := [one for one in names if one not in MODULES]:
        raise UsageError(f"'{unknown[0]}' is no drill: choose {', '.join(MODULES)} or {ALL}")
    return names


def _number(option: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise UsageError(f"{option} is '{value}', and should be a number") from error
    if not 0 <= number < float("inf"):
        raise UsageError(f"{option} is {value}, and should be a number above 0")
    return number


def _run_all(ready: Stage, options: Options, folder: Path) -> list[Outcome]:
    """Runs every drill that fits the cluster, in turn, and writes one report over all so far."""
    from commands.drilling import report

    outcomes: list[Outcome] = []
    left_out: dict[str, str] = {}
    for name in MODULES:
        if why := _unfit(name, ready):
            left_out[name] = why
            print(f"drill {name} is left out: {why}\n", flush=True)
            continue
        outcomes.append(_run(name, ready, options, folder / name))
        written = report.write_all(outcomes, left_out, _where(ready), folder)
    held = sum(one.holds for one in outcomes)
    print(f"{held} of {len(outcomes)} drills hold\nreport: {written}", flush=True)
    return outcomes


def _run_again(
    names: Sequence[str], times: int, ready: Stage, options: Options, folder: Path
) -> list[Outcome]:
    """Runs drills by turns, and writes one report over all runs so far."""
    from commands.drilling import repeated
    from commands.output import table

    runs: list[repeated.Run] = []
    for number in range(1, times + 1):
        for name in names:
            own = repeated.folder_of(name, number)
            runs.append(repeated.Run(own, _run(name, ready, options, folder / own)))
            written = repeated.write(runs, _where(ready), folder)
            print(f"{repeated.held(runs)} so far, of {times * len(names)}\n", flush=True)
    table(repeated.SUMMED_UP, repeated.summary(runs))
    print(f"{repeated.held(runs)}\nreport: {written}", flush=True)
    return [one.outcome for one in runs]


def _unfit(name: str, ready: Stage) -> str:
    """Why a drill cannot be run on this cluster; empty where it can, as most can on any."""
    fits = getattr(_module(name), "fits", None)
    return str(fits(ready)) if fits else ""


def _where(ready: Stage) -> str:
    return f"{ready.launched.name}, target {ready.launched.target}"


def _run(name: str, ready: Stage, options: Options, folder: Path) -> Outcome:
    """Runs a drill, and tells and writes what comes of it; one that breaks off fails."""
    from commands.drilling.outcome import broken_off

    module = _module(name)
    print(f"drill {name}: {module.DOES}\nto be seen: {module.EXPECTS}\n", flush=True)
    try:
        outcome: Outcome = module.run(ready, options, lambda line: print(line, flush=True))
    except UsageError:
        raise
    except RayOnAwsError as error:
        # The others are to be run all the same, and what they found is to be kept.
        outcome = broken_off(name, error)
        print(f"error: {error}", file=sys.stderr, flush=True)
    _tell(outcome, module, ready, folder)
    return outcome


def _module(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(f"commands.drilling.{MODULES[name]}")


def _tell(outcome: Outcome, module: ModuleType, ready: Stage, folder: Path) -> None:
    # Loads matplotlib.
    from commands.drilling import picture, report
    from commands.output import table

    print()
    table(("checked", "target", "seen", ""), report.rows(outcome))
    for note in outcome.notes:
        print(f"note: {note}")
    where = _where(ready)
    written = report.write(outcome, module.DOES, module.EXPECTS, where, folder)
    if outcome.runs:
        title = f"{outcome.drill}: {report.verdict(outcome)}"
        picture.draw(title, where, outcome.runs, folder / report.PICTURE)
    print(f"drill {outcome.drill}: {report.verdict(outcome)}\nreport: {written}\n", flush=True)
