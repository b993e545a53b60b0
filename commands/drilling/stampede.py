"""`stampede`: many tasks at once; how soon workers are there, and how well the plan knew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cluster.planning.forecast.demand import demand
from cluster.planning.forecast.forecast import Forecast, forecast
from cluster.planning.forecast.nodes import cluster
from cluster.planning.forecast.pace import Pace
from cluster.prices.choose import choose
from commands import state
from commands.drilling.facts import Facts
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done
from commands.drilling.running import Tell, play
from commands.drilling.stage import Stage
from workloads.drills.asked import Asked

NAME = "stampede"
DOES = "submits one-CPU tasks at once, more than the workers that there are have CPUs for"
EXPECTS = (
    "workers asked for at once, all tasks done, and the plan's forecast for the same config, tasks "
    "and time to boot within 20% of what is measured"
)
SHARE = 0.2
SECONDS, MORE_WORKERS = 30.0, 2
# The documents' own: 480 tasks of 300 s, on nodes of 16 vCPUs.
DOCUMENTED = 480


@dataclass(frozen=True, kw_only=True)
class Times:
    """Seconds from the submission; None where it did not happen.

    Attributes:
        first: the first of the new workers has joined.
        last: the last of them has.
        done: the last task has come to its end.
    """

    first: float | None
    last: float | None
    done: float


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """The run, and the verdict.

    Raises:
        ServiceError: the cluster or EC2 does not answer, or the job failed.
    """
    there = stage.workers()
    tasks = options.tasks or (len(there) + MORE_WORKERS) * stage.cpus()
    wanted = Asked(tasks=tasks, seconds=options.seconds or SECONDS, labels=stage.labels)
    running = _running(stage)
    boot = options.boot or (_boot(stage) if stage.rehearsed else 0.0)
    pace = Pace().within(stage.config)
    pace = pace.scaled(boot) if boot else pace
    tell(f"{tasks} tasks, {tasks / DOCUMENTED:.0%} of the documents' {DOCUMENTED}")
    planned = _forecast(stage, wanted, running, pace)
    tell(f"forecast with {pace.boot:.1f} s to boot: {_words(forecast_times(planned))}")
    facts = play(stage, wanted, f"{tasks} tasks at once", tell)
    return judge(facts, forecast_times(planned), pace.boot)


def _running(stage: Stage) -> dict[str, int]:
    """How many workers of each type there are, as EC2 has them."""
    found: dict[str, int] = {}
    for one in stage.instances():
        if not one.head and one.state == "running":
            found[one.node_type] = found.get(one.node_type, 0) + 1
    return found


def _boot(stage: Stage) -> float:
    """Seconds that workers of this rehearsal took to join, in the median; 0 where none did."""
    from cluster.rehearsal import timeline
    from cluster.rehearsal.happened import happened
    from cluster.rehearsal.world import read

    if (world := read(state.folder())) is None:
        return 0.0
    types = stage.types()
    lives = [life for life in timeline.lives(happened(world)) if life.node_type in types]
    total = timeline.medians(lives).total
    return 0.0 if math.isnan(total) else total


def _forecast(stage: Stage, wanted: Asked, running: Mapping[str, int], pace: Pace) -> Forecast:
    found = cluster(stage.config)
    prices = choose([kind.instance_type for kind in found.types.values()], stage.account.region)
    asked = demand(wanted.tasks, wanted.seconds, {"CPU": 1}, labels=wanted.labels)
    return forecast(found, [asked], prices, running=running, pace=pace)


def forecast_times(planned: Forecast) -> Times:
    """The times of a forecast."""
    joined = [time for wave in planned.waves if wave.joined for time in wave.joined]
    return Times(
        first=min(joined, default=None), last=max(joined, default=None), done=planned.done_s
    )


def measured(facts: Facts) -> Times:
    """The times of a run."""
    # Those that were there before are seen with the first look.
    first_look = facts.counts[0].at if facts.counts else facts.begin
    joined = [
        life.joined - facts.begin for life in facts.nodes.values() if life.joined > first_look
    ]
    return Times(
        first=min(joined, default=None), last=max(joined, default=None), done=facts.seconds
    )


def judge(facts: Facts, planned: Times, boot: float) -> Outcome:
    """What the run shows, beside the forecast."""
    found = measured(facts)
    names = ("first new worker joined", "last new worker joined", "all tasks done")
    pairs = zip(
        names,
        (planned.first, planned.last, planned.done),
        (found.first, found.last, found.done),
        strict=True,
    )
    checks = [all_done(facts), *(_near(name, plan, seen) for name, plan, seen in pairs)]
    return Outcome(
        drill=NAME,
        checks=checks,
        figures={
            "lost_task_seconds": 0.0,
            "tasks": facts.tasks,
            "tasks_done": facts.done,
            "boot_s": boot,
            "first_worker_s": found.first,
            "last_worker_s": found.last,
            "done_s": found.done,
            "forecast_first_worker_s": planned.first,
            "forecast_last_worker_s": planned.last,
            "forecast_done_s": planned.done,
            "share_of_documented": facts.tasks / DOCUMENTED,
        },
        runs=[facts],
    )


def _near(what: str, planned: float | None, seen: float | None) -> Check:
    """A check that a time is within a share of the forecast."""
    if planned is None or seen is None:
        target = "never" if planned is None else f"{planned:.1f} s"
        return Check(
            what=what,
            target=f"forecast {target}",
            seen="never" if seen is None else f"{seen:.1f} s",
            holds=planned is None and seen is None,
        )
    return Check(
        what=what,
        target=f"forecast {planned:.1f} s, within {SHARE:.0%}",
        seen=f"{seen:.1f} s ({seen / planned - 1:+.0%})",
        holds=abs(seen - planned) <= SHARE * planned,
    )


def _words(times: Times) -> str:
    first = "none joins" if times.first is None else f"workers join from {times.first:.1f}"
    last = "" if times.last is None else f" to {times.last:.1f} s"
    return f"{first}{last}, all done after {times.done:.1f} s"
