"""Logs of instances, and what Ray's say of nodes: where there is a real one."""

from __future__ import annotations

import re

import pytest

from cluster.rehearsal import asking, inside, ray_log
from cluster.rehearsal.events import read
from cluster.rehearsal.timeline import lives, steps
from errors import UsageError
from tests.cluster.minis import wait_until
from tests.cluster.rehearsal.rehearsals import Rehearsal

TITLE = re.compile(r"^== (.*)$", re.MULTILINE)


@pytest.mark.timeout(900)
def test_the_logs_of_an_instance_go_from_its_boot_to_ray(rehearsal: Rehearsal) -> None:
    head = asking.head(rehearsal.world)
    done = rehearsal.invoke("rehearsal.logs", head[-8:], "--lines", "3")
    assert done.returncode == 0, done.stderr
    titles = TITLE.findall(done.stdout)
    assert titles[:3] == ["machine: boot, engine, user data", "container ray", "Ray's raylet.out"]
    # Of each no more than was asked for.
    assert all(len(part.strip().splitlines()) <= 3 for part in TITLE.split(done.stdout)[2::2])
    assert "(raylet)" in done.stdout


def test_the_logs_of_the_autoscaler(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("rehearsal.logs", "autoscaler", "--lines", "200")
    assert done.returncode == 0, done.stderr
    assert TITLE.findall(done.stdout)[0] == "Ray's monitor.log"
    assert re.search(r"^\d{4}-\d\d-\d\d .*\bINFO\b", done.stdout, re.MULTILINE)
    assert "\x1b" not in done.stdout


def test_ray_says_when_the_head_joined(rehearsal: Rehearsal) -> None:
    head = asking.head(rehearsal.world)
    written = list(read(rehearsal.folder))
    said = inside.lines_of(rehearsal.world, head, ray_log.FILE, ray_log.PATTERN)
    events = [*written, *ray_log.parse(said, written)]
    (life,) = [one for one in lives(events) if one.number == head]
    assert life.node_type == "head"
    took = steps(life)
    # Ray first, and then the launcher takes note of it.
    assert 0 < took.running + took.ssh < took.total
    assert life.ssh < life.registered < life.set_up


@pytest.mark.timeout(900)
def test_an_instance_without_ray_has_the_log_of_its_boot(bare: Rehearsal, subnet: str) -> None:
    script = "#!/bin/sh\necho the user data ran\n"
    (number,) = bare.boot(SubnetId=subnet, UserData=script)

    def told() -> str:
        return "\n".join(part.text for part in inside.of_instance(bare.world, number, 50))

    wait_until(lambda: "the user data ran" in told(), "user data has run")
    titles = [part.title for part in inside.of_instance(bare.world, number, 50)]
    assert titles == ["machine: boot, engine, user data"]
    assert inside.lines_of(bare.world, number, ray_log.FILE, ray_log.PATTERN) == []
    with pytest.raises(UsageError, match="Ray has not been started on"):
        list(inside.of_autoscaler(bare.world, number, 50))
    bare.end(number)
    with pytest.raises(UsageError, match="has no container at present"):
        list(inside.of_instance(bare.world, number, 50))
    assert inside.lines_of(bare.world, number, ray_log.FILE, ray_log.PATTERN) == []
