"""A fleet of the kind `instant` makes instances as RunInstances does, or says what is lacking.

Moto's have no group, no profile and no disks of their own, and there is always capacity. Here each
override in turn gives what it has, which is the whole of what a strategy chooses by; the rest of it
is what RunInstances makes of the launch template and the override together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.ec2.responses.fleets import Fleets
from moto.ec2.utils import random_fleet_id

from cluster.rehearsal.calls import UNTRIED

UNFILLED = Fleets.create_fleet
# So many pools that refuse are tried, as EC2 was seen to do; the rest is told in these words.
TRIED = 3
UNTRIED_MESSAGE = (
    "Unable to fulfill capacity due to your request configuration. Please adjust your request and "
    "try again."
)
Facts = Mapping[str, str]
# By type, zone and market, and how many are wanted: how many there are, and of the rest a code and
# a message.
Room = Callable[[Facts, int], tuple[int, str, str]]


class Market:
    """Who says what there is room for."""

    room: Room = staticmethod(lambda _facts, count: (count, "", ""))


class _Asked(NamedTuple):
    """An override of a fleet's: with what RunInstances is asked for, and how it is told of."""

    run: dict[str, Any]
    facts: dict[str, str]
    told: dict[str, Any]


def fill() -> None:
    """Teach fleets to make instances."""
    patched: Any = EC2Response
    patched.create_fleet = create


def judge(room: Room) -> None:
    """Let somebody say from now on what there is room for."""
    Market.room = staticmethod(room)


def create(self: Any) -> ActionResult:
    """CreateFleet."""
    if self._get_param("Type") != "instant":
        result: ActionResult = UNFILLED(self)
        return result
    self.error_on_dryrun()
    missing = int(self._get_param("TargetCapacitySpecification.TotalTargetCapacity"))
    instances: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for one in [
        asked for config in self.params["LaunchTemplateConfigs"] for asked in _all(self, config)
    ]:
        if not missing:
            break
        count, code, message = (
            Market.room(one.facts, missing)
            if len(errors) < TRIED
            else (0, UNTRIED, UNTRIED_MESSAGE)
        )
        if count:
            made = _run(self, one.run, count)
            instances.append(
                {**one.told, "InstanceIds": made, "InstanceType": one.facts["instance_type"]}
            )
        if count < missing:
            errors.append({**one.told, "ErrorCode": code, "ErrorMessage": message})
        missing -= count
    return ActionResult({"FleetId": random_fleet_id(), "Instances": instances, "Errors": errors})


def _all(self: Any, config: dict[str, Any]) -> list[_Asked]:
    """What each override of a launch template comes to."""
    named = config["LaunchTemplateSpecification"]
    backend = self.ec2_backend
    template = (
        backend.get_launch_template(named["LaunchTemplateId"])
        if "LaunchTemplateId" in named
        else backend.get_launch_template_by_name(named["LaunchTemplateName"])
    )
    data = template.get_version(named.get("Version", "$Default")).data
    return [_asked(self, named, data, override) for override in config.get("Overrides") or [{}]]


def _asked(
    self: Any, named: dict[str, Any], data: dict[str, Any], override: dict[str, Any]
) -> _Asked:
    market = self._get_param("TargetCapacitySpecification.DefaultTargetCapacityType", "on-demand")
    run = {name: value for name, value in data.items() if value is not None}
    if "UserData" in run:
        # As in a request, and not as it is kept.
        run["UserData"] = str(run["UserData"])
    run |= {name: override[name] for name in ("InstanceType", "SubnetId") if name in override}
    run["TagSpecifications"] = _tags(
        run.get("TagSpecifications", []), self._get_param("TagSpecifications", [])
    )
    if market == "spot":
        run["InstanceMarketOptions"] = {"MarketType": "spot"}
    zone = self.ec2_backend.get_subnet(run["SubnetId"]).availability_zone
    facts = {"instance_type": run["InstanceType"], "zone": zone, "market": market}
    told = {
        "LaunchTemplateAndOverrides": {
            "LaunchTemplateSpecification": named,
            "Overrides": {**override, "AvailabilityZone": zone},
        },
        "Lifecycle": market,
    }
    return _Asked(run, facts, told)


def _tags(
    of_template: list[dict[str, Any]], of_request: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The tags of both by kind; a launch makes neither templates nor fleets."""
    found: dict[str, dict[str, str]] = {}
    for one in (*of_template, *of_request):
        if one["ResourceType"] not in ("fleet", "launch-template"):
            tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            found[one["ResourceType"]] = found.get(one["ResourceType"], {}) | tags
    return [
        {
            "ResourceType": kind,
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        for kind, tags in found.items()
    ]


def _run(self: Any, wanted: dict[str, Any], count: int) -> list[str]:
    """The ids of instances that RunInstances makes."""
    before = self.params
    self.params = {**wanted, "MinCount": count, "MaxCount": count}
    try:
        reservation = self.run_instances().result
    finally:
        self.params = before
    return [one.id for one in reservation.instances]
