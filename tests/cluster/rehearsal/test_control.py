"""The control plane killed and started again: it goes on with what it knew and what is there."""

from __future__ import annotations

import pytest
import requests
from botocore.exceptions import ClientError, EndpointConnectionError

from cluster.rehearsal.world import PID
from tests.cluster.minis import wait_until
from tests.cluster.rehearsal.rehearsals import Rehearsal


def test_instances_outlive_it_and_are_adopted(bare: Rehearsal, subnet: str) -> None:
    kept, lost = bare.boot(2, SubnetId=subnet)
    before = bare.alive()
    container = bare.instances()[kept]
    bare.kill_control()
    with pytest.raises((EndpointConnectionError, requests.ConnectionError)):
        bare.alive()
    # What ends meanwhile is found to have ended.
    bare.instances()[lost].kill()
    assert bare.is_up(kept)
    bare.bring_up()
    wait_until(lambda: bare.alive().keys() == {kept}, "what was lost is")
    assert bare.alive()[kept]["PrivateIpAddress"] == before[kept]["PrivateIpAddress"]
    wait_until(lambda: bare.instances().keys() == {kept}, "its container is gone")
    # The very same one, which nobody has started again.
    assert bare.instances()[kept].id == container.id
    assert len(bare.events("running", kept)) == 1
    (new,) = bare.boot(SubnetId=subnet)
    bare.end(kept, new)


def test_an_instance_that_was_asked_for_comes_when_it_is_back(bare: Rehearsal, subnet: str) -> None:
    bare.ask("faults/add", kind="slow-boot", seconds=600)
    (number,) = bare.run(SubnetId=subnet)
    bare.kill_control()
    assert bare.instances() == {}
    # Faults are asked of a process, and go with it.
    bare.bring_up()
    wait_until(lambda: bare.is_up(number), "it is up")
    bare.end(number)


def test_a_second_start_keeps_the_first(bare: Rehearsal) -> None:
    before = (bare.folder / PID).read_text(), bare.processes(), bare.world
    bare.bring_up()
    assert ((bare.folder / PID).read_text(), bare.processes(), bare.world) == before


def test_what_ec2_does_not_know_is_refused(bare: Rehearsal) -> None:
    with pytest.raises(ClientError, match=r"InvalidInstanceID\.NotFound"):
        bare.ec2().terminate_instances(InstanceIds=["i-0123456789abcdef0"])
    assert bare.ask("health")["instances"] == 0
