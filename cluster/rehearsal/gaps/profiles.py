"""Every instance of a RunInstances has the instance profile; in moto the first one alone has.

Without it a worker has no rights. Profiles are also told by DescribeInstances, which moto leaves to
another call.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

UNFILLED = EC2Backend.associate_iam_instance_profile


def fill() -> None:
    """Give the rest of a reservation the profile of its first instance."""
    patched: Any = EC2Backend
    patched.associate_iam_instance_profile = associate


def associate(self: EC2Backend, instance_id: str, **profile: Any) -> Any:
    """AssociateIamInstanceProfile, for those that were launched with the instance too."""
    first = UNFILLED(self, instance_id, **profile)
    for reservation in self.reservations.values():
        numbers = [one.id for one in reservation.instances]
        if numbers and numbers[0] == instance_id:
            for other in numbers[1:]:
                if other not in self.iam_instance_profile_associations:
                    UNFILLED(self, other, **profile)
    return first
