"""`idle`: work ends, and the workers that were launched for it leave."""

from __future__ import annotations

from typing import Any

from cluster.prices.choose import choose
from cluster.prices.price import Prices
from commands.drilling.facts import Facts, NodeLife
from commands.drilling.figures import lost_seconds
from commands.drilling.money import Bill, bill
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.running import Tell, play
from commands.drilling.stage import Stage, least
from workloads.drills.asked import Asked

NAME = "idle"
DOES = "runs tasks for one worker more than the config keeps, and waits until all others have left"
EXPECTS = (
    "each worker left after the idle timeout of the config and no more than 30 s later, never "
    "fewer than the minimum, and what that saved"
)
# Ray looks every 5 s, drains, and the node is gone some seconds later.
SLACK_S = 30.0
# A task's end and a node's are each seen a little late.
BETWEEN_LOOKS_S = 2.0
SECONDS, WAVES = 5.0, 3
SETTLE_S, EXTRA_WAIT_S = 15.0, 150.0
# As the provider of Ray's has it, where a config says nothing.
MINUTES = 5.0


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """The run, and the verdict.

    Raises:
        ServiceError: the cluster or EC2 does not answer, or the job failed.
    """
    timeout = float(stage.config.get("idle_timeout_minutes", MINUTES)) * 60
    kept = least(stage.all_types())
    at_once = (max(len(stage.workers()), least(stage.types())) + 1) * stage.cpus()
    wanted = Asked(
        tasks=options.tasks or at_once * WAVES,
        at_once=at_once,
        seconds=options.seconds or SECONDS,
        labels=stage.labels,
        at_most=kept,
        settle=SETTLE_S,
        linger=timeout + EXTRA_WAIT_S,
    )
    tell(f"workers may idle for {timeout:g} s; the config keeps {kept}")
    facts = play(stage, wanted, "work, and then none", tell)
    types = {one.instance_type for one in facts.machines.values()}
    prices = choose(types, stage.account.region, live=not stage.rehearsed)
    return judge(facts, timeout, kept, prices)


def judge(facts: Facts, timeout: float, kept: int, prices: Prices) -> Outcome:
    """What the run shows.

    Args:
        facts: of it.
        timeout: seconds that a worker may idle.
        kept: workers that the config keeps.
        prices: of the instances.
    """
    return Outcome(
        drill=NAME,
        checks=_checks(facts, timeout, kept),
        figures=_figures(facts, timeout, bill(facts, prices)),
        runs=[facts],
        notes=[
            f"dollars are for workers alone, over these {facts.end - facts.begin:.0f} s, at the "
            f"prices of {prices.region}, {prices.source}; static: as many workers all the time as "
            f"there were at most, {_most(facts)}"
        ],
    )


def _checks(facts: Facts, timeout: float, kept: int) -> list[Check]:
    idled = _idled(facts)
    fewest = min((one.workers for one in facts.counts), default=0)
    before = facts.counts[0].workers if facts.counts else 0
    return [
        all_done(facts),
        Check(what="workers that left", target=">= 1", seen=str(len(idled)), holds=bool(idled)),
        Check(
            what="idle before they left, at least",
            target=f">= {timeout:g} s",
            seen=f"{min(idled):.1f} s" if idled else "none left",
            holds=bool(idled) and min(idled) >= timeout - BETWEEN_LOOKS_S,
        ),
        at_most("idle before they left, at most", max(idled, default=None), timeout + SLACK_S),
        Check(
            what="fewest workers at any time",
            target=f">= {min(kept, before)}",
            seen=str(fewest),
            holds=fewest >= min(kept, before),
        ),
    ]


def _figures(facts: Facts, timeout: float, cost: Bill) -> dict[str, Any]:
    return {
        "lost_task_seconds": lost_seconds(facts),
        "tasks": facts.tasks,
        "tasks_done": facts.done,
        "most_workers": _most(facts),
        "idle_timeout_s": timeout,
        "idle_s": [round(one, 1) for one in _idled(facts)],
        "usd_workers": cost.paid,
        "usd_static": cost.static,
        "usd_on_demand": cost.on_demand,
        "saved_against_static": _share(cost.paid, cost.static),
        "saved_against_on_demand": _share(cost.paid, cost.on_demand),
    }


def _most(facts: Facts) -> int:
    return max((one.workers for one in facts.counts), default=0)


def _idled(facts: Facts) -> list[float]:
    """How long each worker that left had idled."""
    found = (idle_s(facts, life) for life in facts.nodes.values())
    return [seconds for seconds in found if seconds is not None]


def idle_s(facts: Facts, life: NodeLife) -> float | None:
    """Seconds without a task until a worker was told to go; None for one that is still there."""
    if life.left is None:
        return None
    gone = life.left if life.draining is None else life.draining
    ends = [one.ended for one in facts.attempts if one.node == life.node and one.ended is not None]
    return gone - max([life.joined, *ends])


def _share(paid: float | None, otherwise: float | None) -> str | None:
    if paid is None or not otherwise:
        return None
    return f"{1 - paid / otherwise:.0%}"
