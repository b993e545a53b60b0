"""What a request to AWS asks for: read from its signature and, of EC2, from its form."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from botocore.parsers import create_parser
from botocore.session import Session
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

Environment = dict[str, Any]
# As in `Credential=KEY/DAY/REGION/SERVICE/aws4_request`.
SIGNED = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
# As Ray names them: ray/autoscaler/tags.py.
KIND, TYPE = "ray-node-type", "ray-user-node-type"
FLEET = "CreateFleet"
# What CreateFleet says of a pool that it did not come to.
UNTRIED = "UnfulfillableCapacity"


def facts(environment: Environment) -> tuple[dict[str, str], dict[str, str]]:
    """What is known of a call, and its form, of which there is none where it is no form.

    Known are `service` and `action`, and of a call that makes instances what it asks for. The
    request can be read again by who answers it.
    """
    signed = SIGNED.search(environment.get("HTTP_AUTHORIZATION", ""))
    known = {"service": signed["service"] if signed else "", "action": ""}
    target = environment.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return known | {"action": target.rpartition(".")[2]}, {}
    if "x-www-form-urlencoded" not in environment.get("CONTENT_TYPE", ""):
        return known, {}
    body = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
    environment["wsgi.input"] = io.BytesIO(body)
    given = parse_qs(body.decode(errors="replace"))
    form = {name: values[0] for name, values in given.items()}
    known["action"] = form.get("Action", "")
    if known["action"] == "RunInstances" and signed:
        known |= _wanted(form, signed["region"])
    if known["action"] == FLEET:
        known |= _wanted_of_fleet(form)
    return known, form


def of_fleet(said: bytes) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What came of a CreateFleet, by the pool: what was made, and what was refused.

    Args:
        said: the answer.
    """
    parser, shape = _answers()
    told = parser.parse({"body": said, "headers": {}, "status_code": 200}, shape)
    made = [
        {
            **_pool(one),
            "count": str(len(one["InstanceIds"])),
            "instances": ",".join(one["InstanceIds"]),
        }
        for one in told.get("Instances", [])
    ]
    return made, [{**_pool(one), "said": one["ErrorCode"]} for one in told.get("Errors", [])]


def _pool(told: Mapping[str, Any]) -> dict[str, str]:
    override = told["LaunchTemplateAndOverrides"]["Overrides"]
    return {
        "instance_type": override["InstanceType"],
        "market": told["Lifecycle"],
        "zone": override["AvailabilityZone"],
    }


@cache
def _answers() -> tuple[Any, Any]:
    """What reads the answers of CreateFleet, and their shape."""
    model = Session().get_service_model("ec2").operation_model(FLEET)
    return create_parser("ec2"), model.output_shape


def several(form: Mapping[str, str], name: str) -> list[str]:
    """The values of a field that there are several of: `ResourceId.1`, `ResourceId.2`, ..."""
    found = {
        int(number): value
        for key, value in form.items()
        if (number := key.removeprefix(f"{name}.")) != key and number.isdecimal()
    }
    return [found[number] for number in sorted(found)]


def tags(form: Mapping[str, str], name: str) -> dict[str, str]:
    """Tags by key: `Tag.1.Key`, `Tag.1.Value`, `Tag.2.Key`, ..."""
    key = re.compile(rf"({name}\.\d+)\.Key")
    found = ((key.fullmatch(field), value) for field, value in form.items())
    return {value: form.get(f"{match[1]}.Value", "") for match, value in found if match}


def _wanted_of_fleet(form: Mapping[str, str]) -> dict[str, str]:
    """What a CreateFleet asks for, of whichever type and zone."""
    capacity = "TargetCapacitySpecification"
    return {
        "market": form.get(f"{capacity}.DefaultTargetCapacityType", "on-demand"),
        "count": form.get(f"{capacity}.TotalTargetCapacity", "1"),
        **_node_type(form),
    }


def _node_type(form: Mapping[str, str]) -> dict[str, str]:
    of_ray = tags(form, r"TagSpecification\.\d+\.Tag")
    return {"node_type": of_ray.get(TYPE) or of_ray[KIND]} if KIND in of_ray else {}


def _wanted(form: Mapping[str, str], region: str) -> dict[str, str]:
    """What a RunInstances asks for."""
    return {
        "instance_type": form.get("InstanceType", ""),
        "market": form.get("InstanceMarketOptions.MarketType", "on-demand"),
        "zone": form.get("Placement.AvailabilityZone") or _zone(form, region),
        "count": form.get("MaxCount", "1"),
        **_node_type(form),
    }


def _zone(form: Mapping[str, str], region: str) -> str:
    subnet = form.get("SubnetId") or form.get("NetworkInterface.1.SubnetId", "")
    there = ec2_backends[DEFAULT_ACCOUNT_ID][region].describe_subnets()
    return next((str(one.availability_zone) for one in there if one.id == subnet), "")
