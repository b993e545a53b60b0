"""Running a drill's job on the cluster: what it tells is written down and shown as it comes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from cluster import jobs
from commands.drilling.facts import Facts
from commands.drilling.recorder import Recorder
from commands.drilling.stage import Stage
from errors import ServiceError
from workloads.drills import asked, saying
from workloads.drills.asked import Asked, AskedText
from workloads.files.distribute import SUBCLUSTER

Tell = Callable[[str], None]
# Called once a second with what is known by then; may act.
Step = Callable[[Recorder], None]
LINES_AT_THE_END = 10


def play(
    stage: Stage,
    wanted: Asked | AskedText,
    title: str,
    tell: Tell,
    step: Step | None = None,
) -> Facts:
    """Runs a job to its end; gives what was seen.

    Args:
        stage: the cluster.
        wanted: what the job is to do.
        title: of the run.
        tell: is given a line for what happens.
        step: acts meanwhile.

    Raises:
        UsageError: what step asks for is refused.
        ServiceError: the cluster or EC2 does not answer, or the job failed.
    """
    tell(f"-- {title}: {wanted}")
    heard = _Heard(stage, Recorder(title, one_clock=stage.rehearsed), tell, step)
    command = shlex.join(["python", "-m", *asked.words(wanted)])
    # Ray Data has no labels of its own to keep to.
    variables = {SUBCLUSTER: stage.launched.measured} if stage.launched.measured else {}
    job = jobs.Job(command, variables=variables)
    code = jobs.run(stage.launched, job, heard.line)
    heard.look()
    if code:
        last = "\n  ".join(heard.said[-LINES_AT_THE_END:])
        raise ServiceError(f"the drill's job failed with exit code {code}; at the end:\n  {last}")
    return heard.recorder.facts


class _Heard:
    """The lines of a job: written down, shown, and the occasion to look at EC2 and to act."""

    def __init__(self, stage: Stage, recorder: Recorder, tell: Tell, step: Step | None) -> None:
        self.recorder = recorder
        self.said: list[str] = []
        self._stage = stage
        self._tell = tell
        self._step = step
        self._shown = ""

    def line(self, line: str) -> None:
        """A line that the job printed."""
        told = _parsed(line)
        if told is None:
            self.said.append(line)
            return
        self.recorder.line(told)
        self._show(told)
        if told["what"] == saying.COUNT:
            self.look()
            if self._step:
                self._step(self.recorder)

    def look(self) -> None:
        """Takes in what EC2 has."""
        self.recorder.machines(self._stage.instances())

    def _show(self, told: Mapping[str, Any]) -> None:
        text = _text(told)
        # How it stands is shown as it changes.
        if text and text != self._shown:
            self._shown = text
            begin = self.recorder.facts.begin
            self._tell(f"{told['at'] - begin:6.1f} s  {text}")


def _parsed(line: str) -> dict[str, Any] | None:
    """A line of ours; None for what Ray or a library says."""
    if not line.startswith('{"at":'):
        return None
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return told


def _text(told: Mapping[str, Any]) -> str:
    """A line for people; empty for what would be too much."""
    what = told["what"]
    if what == saying.COUNT:
        return (
            f"{told['waiting']} waiting, {told['running']} running, {told['done']} done, "
            f"{told['workers']} workers"
        )
    if what in (saying.JOINED, saying.DRAINING, saying.LEFT):
        labels = told["labels"]
        kind = " ".join(filter(None, (labels.get("ray-subcluster"), labels.get("market"))))
        reason = f": {told['reason']}" if told["reason"] else ""
        return f"{what}: {kind} worker {told['address']}{reason}"
    if what == saying.STARTED and told["attempt"]:
        return f"task {told['task']} is begun again"
    if what == saying.INFEASIBLE:
        after = f"after {told['after']:.1f} s"
        return f"named {after}: {told['said']}" if told["named"] else f"not named {after}"
    if what == saying.WATCHER:
        return f"{what} on {told['address']}: {told['said']}"
    return ""
