"""`head-loss`: the head node is terminated under work, and the cluster launched again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from cluster.aws.instances import Ec2Instance
from cluster.drills.stored import Store
from cluster.reach import reached
from commands import state
from commands.drilling.facts import Facts
from commands.drilling.head_verdict import NAME, READY, TERMINATED, Seen, judge
from commands.drilling.options import Options
from commands.drilling.outcome import Outcome
from commands.drilling.recorder import Recorder
from commands.drilling.running import Tell, play
from commands.drilling.stage import Stage
from commands.drilling.stage import stage as stage_of
from commands.launching import again
from errors import ServiceError, UsageError
from workloads.drills.asked import AskedText

DOES = (
    "cleans text twice: undisturbed, and with TerminateInstances for the head node when some files "
    "are written, after which the cluster is launched again and the same job submitted again"
)
EXPECTS = (
    "the loss told within 30 s, the workers of before part of the new cluster and no others, only "
    "the files written that were missing, and all of them the same, byte for byte"
)
SECONDS, WAVES = 4.0, 6
# Of the files: by then, as many are written as show that they are not written again.
SHARE = 1 / 4
SECONDS_TO_BE_TOLD, SECONDS_BETWEEN_LOOKS = 60.0, 0.2


def fits(stage: Stage) -> str:
    """Why the cluster cannot be drilled so; empty where it can."""
    if why := again.why_not(stage.launched):
        return why
    if not stage.workers():
        return (
            f"no worker of {stage.launched.name} has joined, and work is to be under way when its "
            "head node ends: a config with min_workers of 1 and more has some"
        )
    return ""


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """All runs, and the verdict.

    Raises:
        UsageError: the cluster could not be launched again from here, or nothing works in it.
        ServiceError: the cluster, EC2 or the store does not answer, or a job failed.
    """
    # Before anything is lost.
    if why := fits(stage):
        raise UsageError(why)
    calm, work = _work(stage, options, "undisturbed"), _work(stage, options, "resumed")
    store = Store(stage.account, stage.launched.store)
    for one in (calm, work):
        # What a drill left that did not come to its end.
        store.remove(_output(one))
    undisturbed = play(stage, calm, "undisturbed", tell)
    lost = _Loss(stage, work, tell)
    broken = lost.play()
    if not lost.called:
        raise UsageError("the job was done before its head node could be ended: more --tasks")
    with _launched_again(stage, tell) as anew:
        ready = time.time()
        lost.recorder.mark(READY)
        workers = frozenset(one.number for one in _running(anew) if not one.head)
        before = store.files(_output(work))
        tell(f"          {len(before)} of {work.files} files are there")
        resumed = play(anew, work, "the same job again", tell)
    outcome = judge(
        Seen(
            undisturbed=undisturbed,
            broken=replace(broken, marks=lost.recorder.facts.marks),
            resumed=resumed,
            workers=lost.workers,
            workers_after=workers,
            before=before,
            after=store.files(_output(work)),
            told_s=lost.told_s,
            job_s=lost.job_s,
            ready_s=ready - lost.called,
        )
    )
    store.remove(_output(work))
    return outcome


def _work(stage: Stage, options: Options, output: str) -> AskedText:
    cpus = len(stage.workers()) * stage.cpus()
    return AskedText(
        folder=f"{stage.launched.storage}/drills/{NAME}/{stage.launched.name}",
        output=output,
        files=options.tasks or cpus * WAVES,
        seconds=options.seconds or SECONDS,
        at_once=cpus,
        keep=output == "resumed",
    )


def _output(work: AskedText) -> str:
    return f"{work.folder}/{work.output}"


class _Loss:
    """The run in which the head node ends.

    Attributes:
        recorder: of the run.
        workers: the ids of the instances that worked for the head node.
        called: when it was ended, in seconds since 1970.
        told_s: seconds from then until EC2 had no such head, which is what `status` goes by.
        job_s: seconds until the job was told to be lost.
    """

    def __init__(self, stage: Stage, work: AskedText, tell: Tell) -> None:
        self.recorder = Recorder("")
        self.workers: frozenset[str] = frozenset()
        self.called = 0.0
        self.told_s: float | None = None
        self.job_s: float | None = None
        self._stage, self._work, self._tell = stage, work, tell

    def play(self) -> Facts:
        """Runs the job until it is lost; gives what was seen.

        Raises:
            ServiceError: it failed, and not for want of a head node.
        """
        try:
            return play(self._stage, self._work, "the head terminated", self._tell, self._step)
        except ServiceError as error:
            if not self.called:
                raise
            self.job_s = time.time() - self.called
            self._tell(f"          after {self.job_s:.1f} s: {str(error).splitlines()[0]}")
        self.recorder.machines(self._stage.instances())
        return self.recorder.facts

    def _step(self, recorder: Recorder) -> None:
        """Ends the head node, once, when some files are through and others under way."""
        self.recorder = recorder
        attempts = recorder.facts.attempts
        through = sum(one.ended is not None for one in attempts)
        if self.called or through < self._work.files * SHARE or through == len(attempts):
            return
        there = _running(self._stage)
        (head,) = (one.number for one in there if one.head)
        self.workers = frozenset(one.number for one in there if not one.head)
        recorder.mark(TERMINATED)
        self.called = time.time()
        self._stage.terminate(head)
        self._tell(f"          TerminateInstances: {head}, the head node")
        self._wait_until_told()

    def _wait_until_told(self) -> None:
        give_up = self.called + SECONDS_TO_BE_TOLD
        while time.time() < give_up:
            if not any(one.head for one in _running(self._stage)):
                self.told_s = time.time() - self.called
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _running(stage: Stage) -> list[Ec2Instance]:
    return [one for one in stage.instances() if one.state == "running"]


@contextmanager
def _launched_again(stage: Stage, tell: Tell) -> Iterator[Stage]:
    """The cluster with another head node, as `./invoke launch` makes it."""
    tell("-- ./invoke launch, as before")
    again.launch(stage.launched)
    with reached(state.launched(stage.launched.target)) as near:
        yield stage_of(near, stage.role)
