"""`./invoke down` of a cluster on EC2, on an emulated account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster.launched import Launched, recall, remember
from commands.down import down
from tests.cluster.infra.emulated import REGION, client
from tests.cluster.test_launched import ONE, REMOTE
from tests.commands.accounts import NAME, alive, run_instances

pytestmark = [
    pytest.mark.usefixtures("infra"),
    pytest.mark.filterwarnings("ignore:Tried to parse AWS.*:UserWarning"),
]
SPOT, STATIC = f"{NAME}-spot", f"{NAME}-static"
LEFT = "is left but its data, and the infra (./invoke infra.down)"


def on_aws(name: str) -> Launched:
    return replace(ONE, target="aws", name=name, remote=REMOTE)


@pytest.fixture
def others() -> Iterator[set[str]]:
    """The instances of another cluster in the same account."""
    found = set(run_instances(STATIC, "head", "worker"))
    yield found
    client("ec2").terminate_instances(InstanceIds=list(found))


def refused(**options: str) -> str:
    with pytest.raises(Exit) as told:
        down(Context(), **options)
    assert told.value.code == 2
    return str(told.value)


def test_the_cluster_that_was_launched_goes_and_no_other(
    kept: Path, others: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    remember(kept, on_aws(SPOT))
    run_instances(SPOT, "head", "worker", "worker")
    client("ec2").create_key_pair(
        KeyName=SPOT,
        TagSpecifications=[
            {"ResourceType": "key-pair", "Tags": [{"Key": "ray-cluster-name", "Value": SPOT}]}
        ],
    )
    down(Context())
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" s  ")[2] for line in lines[:-1]] == [
        "ending 1 head node",
        "ending 2 worker(s)",
    ]
    assert lines[-1] == f"taken away: nothing of {SPOT} {LEFT}"
    assert alive() == others
    assert client("ec2").describe_key_pairs()["KeyPairs"] == []
    assert recall(kept) is None


def test_one_of_another_machine_goes_by_its_name_and_the_record_of_this_one_stays(
    kept: Path, others: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    here = on_aws(STATIC)
    remember(kept, here)
    run_instances(SPOT, "worker")
    down(Context(), cluster="spot", region=REGION)
    assert capsys.readouterr().out.splitlines()[-1] == f"taken away: nothing of {SPOT} {LEFT}"
    assert alive() == others
    assert recall(kept) == here
    down(Context(), cluster="spot", region=REGION)
    assert capsys.readouterr().out == "there was nothing to take away\n"


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "aws"}, "no cluster of this machine is on aws: give --cluster to name one"),
        ({"target": "moon"}, "'moon' is no target: choose compose, rehearsal, aws"),
        ({"cluster": "spto"}, "'spto' is no cluster config: choose architectures, autoscaling"),
        ({"cluster": "spot"}, "no AWS region is named: give --region"),
        ({"cluster": "spot", "region": "moon"}, "'moon' is no AWS region"),
    ],
)
def test_misuse_is_told_and_everything_stays(
    others: set[str], options: dict[str, str], said: str
) -> None:
    assert refused(**options).startswith(f"error: {said}")
    assert alive() == others


def test_a_rehearsal_is_never_taken_for_a_cluster_on_aws(kept: Path, others: set[str]) -> None:
    rehearsed = replace(on_aws(STATIC), target="rehearsal")
    remember(kept, rehearsed)
    assert refused(target="aws").startswith("error: no cluster of this machine is on aws")
    assert alive() == others
    assert recall(kept) == rehearsed
