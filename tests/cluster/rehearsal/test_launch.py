"""Launching a rehearsal: what it tells, and Ctrl-C at two moments of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from cluster.launched import recall
from images.engine import Engine
from tests.cluster.reading import read_rest, read_until
from tests.cluster.rehearsal.bodies import SECONDS_TO_LAUNCH
from tests.cluster.rehearsal.rehearsals import Rehearsal, rehearsal_in
from tests.cluster.rehearsal.small import config
from tests.cluster.rehearsal.working import submit

SECONDS_TO_END = 120
# Ray gives up what takes longer than limits that are built into it, and several machines share the
# cores of this one: what fails is tried once more, and told.
pytestmark = pytest.mark.flaky(reruns=1)


@pytest.mark.parametrize(
    "moment",
    ["rights: aws_", "Waiting for SSH"],
    ids=["the infra is made", "the head boots"],
)
def test_ctrl_c_leaves_what_down_takes_away(
    imaged: Engine, terraform: str, tmp_path: Path, moment: str
) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)  # there, when it is tried again
    with rehearsal_in(tmp_path / "state", imaged, terraform) as own:
        source = str(config(tmp_path))
        process = own.start("launch", "--target", "rehearsal", "--cluster", source)
        read_until(process, moment)
        os.killpg(process.pid, signal.SIGINT)
        stdout, stderr = read_rest(process, SECONDS_TO_END)
        assert process.returncode == 130, stdout + stderr
        assert "interrupted" in stderr
        assert "Traceback" not in stderr
        assert own.left()
        done = own.invoke("down", "--target", "rehearsal")
        assert done.returncode == 0, done.stderr
        assert own.left() == []
        assert recall(own.state) is None


def test_a_cluster_is_launched_from_a_bastion(
    imaged: Engine, terraform: str, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)  # there, when it is tried again
    with rehearsal_in(tmp_path / "state", imaged, terraform) as own:
        source = str(config(tmp_path))
        words = ("launch", "--target", "rehearsal", "--cluster", source, "--from-bastion")
        process = own.start(*words)
        read_until(process, "Waiting for SSH")
        bastion = own.engine.client.containers.get(f"{own.world.name}-bastion")
        assert bastion.attrs["Config"]["Entrypoint"] == ["ray"]
        assert bastion.attrs["HostConfig"]["NetworkMode"] == own.world.name
        stdout, stderr = read_rest(process, SECONDS_TO_LAUNCH)
        assert process.returncode == 0, stdout + stderr
        assert len(submit(own, tmp_path, 1, seconds=0).done()) == 1


def test_another_launch_of_another_target_is_refused(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("launch")
    assert done.returncode == 2
    assert "of target rehearsal is launched: ./invoke down first" in done.stderr


def test_what_ray_start_was_told_of_memory_is_what_the_type_has_scaled(
    rehearsal: Rehearsal,
) -> None:
    (head,) = [one for one in rehearsal.nodes() if one.head]
    assert head.cpus == 0
    assert head.memory == int(0.7 * 2**30) + 1
