"""The runs of `no-capacity`: tasks for one worker more than there are, while spot is dry or not."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from commands.drilling.drought import REFUSED, drought, requests, with_requests
from commands.drilling.facts import Facts
from commands.drilling.fleets import Fleet
from commands.drilling.options import Options
from commands.drilling.rays_own import settle
from commands.drilling.recorder import Recorder
from commands.drilling.running import Step, Tell, play
from commands.drilling.stage import Stage
from workloads.drills.asked import Asked

BACK = "capacity is back"
SECONDS = 5.0
# A node that comes later than this finds no task left.
LATEST_S = 30.0
GIVE_UP_S, BETWEEN_LINES_S = 240.0, 10.0


class Drying:
    """The runs, one after the other; the nodes that one launched are ended before the next.

    Args:
        stage: the cluster.
        fleet: the node type of which spot dries up.
        options: how many tasks, of how many seconds.
        tell: is given a line for what happens.
    """

    def __init__(self, stage: Stage, fleet: Fleet, options: Options, tell: Tell) -> None:
        self._stage = stage
        self._fleet = fleet
        self._options = options
        self._tell = tell
        self._before = {one.number for one in stage.instances()}

    def ours(self) -> Facts:
        """Spot is dry, with the provider of the config."""
        seconds = self._fleet.wish.on_demand_after + LATEST_S
        with drought(self._stage, self._fleet.wish.instance_types) as end:
            return self._play("the config's own provider", seconds, self._watching(end))

    def again(self, ours: Facts) -> Facts:
        """Spot has capacity, and the provider has had time to forget that it had none."""
        refused = [one.at for one in ours.marks if one.what == REFUSED]
        left = max([0.0, *(at + self._fleet.wish.remember + 1 - time.time() for at in refused)])
        self._tell(f"-- spot has capacity again; the provider leaves it out for {left:.0f} s more")
        time.sleep(left)
        return self._play("the config's own provider, after capacity is back", LATEST_S)

    def rays_own(self, watch: float) -> Facts:
        """Spot is dry until so many seconds after the first refusal, with Ray's own provider."""
        with drought(self._stage, self._fleet.wish.instance_types) as end:
            step = self._watching(end, watch)
            return self._play("Ray's own provider", watch + LATEST_S, step)

    def _play(self, title: str, seconds: float, step: Step | None = None) -> Facts:
        """Tasks that keep the workers that there are busy for so many seconds, and one more."""
        settle(self._stage, self._tell)
        there, cpus = self._fleet.workers(self._stage), self._fleet.cpus
        each = self._options.seconds or SECONDS
        asked = Asked(
            tasks=self._options.tasks or cpus * (there * math.ceil(seconds / each) + 2),
            seconds=each,
            at_once=(there + 1) * cpus,
            labels=dict(self._fleet.labels),
        )
        facts = play(self._stage, asked, title, self._tell, step)
        for one in self._stage.instances():
            if one.number not in self._before and one.state in ("pending", "running"):
                self._stage.terminate(one.number)
        return with_requests(facts, self._stage.happened(), self._fleet.node_type)

    def _watching(self, end: Callable[[], None], watch: float = math.inf) -> Step:
        """Tells how often spot was refused; ends the drought so long after the first time."""
        told = 0.0

        def step(recorder: Recorder) -> None:
            nonlocal told
            begin, now = recorder.facts.begin, recorder.now
            # As of the line before it, which may have taken its time to here.
            shown = f"{recorder.facts.end - begin:6.1f} s"
            seen = requests(self._stage.happened(), self._fleet.node_type, begin, now)
            refused = [one.at for one in seen if one.what == REFUSED]
            if refused and now - told >= BETWEEN_LINES_S:
                told = now
                self._tell(f"{shown}  spot refused {len(refused)} times")
            # Where nobody asks, tasks would wait for ever.
            over = now - refused[0] >= watch if refused else now - begin >= GIVE_UP_S
            if over and not recorder.facts.marks:
                end()
                recorder.mark(BACK)
                self._tell(f"{shown}  spot has capacity again")

        return step
