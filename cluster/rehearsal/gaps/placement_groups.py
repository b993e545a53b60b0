"""Placement groups, of which moto has none: made, described and deleted, and no more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

GROUPS = "placement_groups"


@dataclass
class PlacementGroup:
    """A placement group."""

    name: str
    strategy: str
    tags: list[dict[str, str]]
    number: str = field(default_factory=lambda: f"pg-{secrets.token_hex(8)}0")

    def as_dict(self) -> dict[str, Any]:
        """As DescribePlacementGroups tells it."""
        return {
            "GroupName": self.name,
            "GroupId": self.number,
            "State": "available",
            "Strategy": self.strategy,
            "Tags": self.tags,
        }

    def matches(self, wanted: dict[str, Any]) -> bool:
        """Whether a filter lets it through; of those that there are, the two by name and by tag."""
        name, values = wanted["Name"], wanted["Values"]
        if name == "group-name":
            return self.name in values
        if name.startswith("tag:"):
            return any(
                tag["Key"] == name.removeprefix("tag:") and tag["Value"] in values
                for tag in self.tags
            )
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")


def fill() -> None:
    """Teach EC2 the three calls."""
    patched: Any = EC2Response
    patched.create_placement_group = create
    patched.describe_placement_groups = describe
    patched.delete_placement_group = delete


def groups(backend: EC2Backend) -> dict[str, PlacementGroup]:
    """The placement groups of a region, by name."""
    found: dict[str, PlacementGroup] = vars(backend).setdefault(GROUPS, {})
    return found


def create(self: EC2Response) -> ActionResult:
    """CreatePlacementGroup."""
    name = self._get_param("GroupName")
    there = groups(self.ec2_backend)
    if name in there:
        raise EC2ClientError(
            "InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists."
        )
    tags = [tag for one in self._get_param("TagSpecifications", []) for tag in one["Tags"]]
    there[name] = PlacementGroup(name, self._get_param("Strategy", "cluster"), tags)
    return ActionResult({"PlacementGroup": there[name].as_dict()})


def describe(self: EC2Response) -> ActionResult:
    """DescribePlacementGroups."""
    filters = self._get_param("Filters", [])
    names = self._get_param("GroupNames", [])
    found = [
        one.as_dict()
        for one in groups(self.ec2_backend).values()
        if (not names or one.name in names) and all(one.matches(wanted) for wanted in filters)
    ]
    return ActionResult({"PlacementGroups": found})


def delete(self: EC2Response) -> ActionResult:
    """DeletePlacementGroup."""
    name = self._get_param("GroupName")
    if groups(self.ec2_backend).pop(name, None) is None:
        raise EC2ClientError(
            "InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown."
        )
    return ActionResult({})
