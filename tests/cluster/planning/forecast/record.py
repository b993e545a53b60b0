"""Cases of Ray's own scheduler, written down: what it was asked, and what it answered.

Each file of `cases/` holds a cluster config and demands, and Ray's answers to them. A newer Ray may
answer differently; then look at what has changed, and write the answers anew:

    python -m tests.cluster.planning.forecast.record
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from cluster.planning.forecast.decision import Decision, Scheduler, Waiting
from cluster.planning.forecast.demand import demand
from cluster.planning.forecast.fleet import Fleet, State
from cluster.planning.forecast.nodes import Cluster, cluster
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.plain import Plain
from cluster.planning.forecast.simulate import simulate

CASES = Path(__file__).parent / "cases"


class Recorder:
    """Hands on what it is asked, and keeps the questions that were answered with something."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.replies: list[dict[str, Any]] = []

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        decision = self.scheduler.decide(fleet, waiting, now)
        if decision.launch or decision.stop:
            alive = (node for node in fleet.nodes if node.state is not State.TERMINATED)
            there = Counter(f"{node.kind.name} {node.state.name}" for node in alive)
            self.replies.append(
                {
                    "at": now,
                    "waiting": {str(shape): count for shape, count in waiting},
                    "nodes": dict(there),
                    "launch": dict(decision.launch),
                    "stop": sorted(decision.stop),
                }
            )
        return decision


def replies(case: dict[str, Any], kind: Callable[[Cluster], Scheduler]) -> list[dict[str, Any]]:
    """What a scheduler answers in a case."""
    asked = cluster(case["config"])
    recorder = Recorder(kind(asked))
    simulate(
        asked,
        [demand(**one) for one in case["demands"]],
        scheduler=recorder,
        running=case["running"],
        pace=Pace(),
    )
    return recorder.replies


def main() -> None:
    """Writes Ray's answers into every case."""
    for file in sorted(CASES.glob("*.yaml")):
        case = yaml.safe_load(file.read_text())
        case["replies"] = replies(case, Plain)
        file.write_text(yaml.safe_dump(case, sort_keys=False, default_flow_style=None, width=100))
        print(f"{file.name}: {len(case['replies'])} answers")


if __name__ == "__main__":
    main()
