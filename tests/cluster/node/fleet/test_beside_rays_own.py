"""The same request, by this provider and by Ray's own, of an EC2 without spot capacity."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from ray.autoscaler._private.aws import utils
from ray.autoscaler._private.providers import _get_node_provider
from ray.autoscaler.node_launch_exception import NodeLaunchException
from werkzeug.serving import make_server

from cluster.rehearsal import gaps
from cluster.rehearsal.events import Events, read
from cluster.rehearsal.faults import Fault, Faults
from cluster.rehearsal.gate import Gate
from tests.cluster.node.fleet.emulated import REGION, TAGS, TYPES

ASKS = 3


@pytest.fixture
def dry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The rehearsal's EC2, without spot capacity; gives the folder of its events."""
    gaps.fill()
    faults = Faults()
    faults.add(Fault(kind="capacity", market="spot"))
    monkeypatch.setattr(gaps.fleets.Market, "room", faults.room)
    app = DomainDispatcherApplication(create_backend_app)
    gate = Gate(app, app, Events(tmp_path), faults, lambda: None, lambda _: "")
    server = make_server("127.0.0.1", 0, gate, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    requests.post(f"{address}/moto-api/reset", timeout=30)
    utils.resource_cache.cache_clear()
    yield tmp_path
    utils.resource_cache.cache_clear()
    requests.post(f"{address}/moto-api/reset", timeout=30)
    server.shutdown()
    server.server_close()
    thread.join()


def provider(**more: str) -> Any:
    settings = {"region": REGION, "cache_stopped_nodes": False, **more}
    return _get_node_provider(settings, "lab", use_cache=False)


def node() -> dict[str, Any]:
    ec2 = boto3.client("ec2", region_name=REGION)
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    return {
        "InstanceType": TYPES[0],
        "ImageId": "ami-12c6146b",
        "SubnetIds": subnets,
        "InstanceMarketOptions": {"MarketType": "spot"},
    }


def told(folder: Path) -> Counter[tuple[str, str]]:
    """How often something came of asking for a market."""
    return Counter((one.what, one.details["market"]) for one in read(folder))


def test_rays_own_asks_again_and_again_and_never_gets_a_node(dry: Path) -> None:
    own = provider(type="aws")
    for _ in range(ASKS):
        with pytest.raises(NodeLaunchException, match="InsufficientInstanceCapacity"):
            own.create_node(node(), dict(TAGS), 2)
    assert own.non_terminated_nodes({}) == []
    assert set(told(dry)) == {("refused", "spot")}
    assert told(dry)["refused", "spot"] > ASKS


def test_with_a_fleet_the_first_ask_gets_on_demand_nodes(dry: Path) -> None:
    fleet = provider(type="external", module="cluster.node.fleet.FleetNodeProvider")
    wanted = node() | {"Fleet": {"InstanceTypes": list(TYPES)}}
    assert len(fleet.create_node(wanted, dict(TAGS), 2)) == 2
    assert len(fleet.non_terminated_nodes({})) == 2
    # Each pool refused once, and one gave both.
    pools = len(TYPES) * len(wanted["SubnetIds"])
    assert told(dry) == {("refused", "spot"): pools, ("asked for", "on-demand"): 1}
