"""What the parts of an infra are called: found again by name from any machine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cluster.account import Account
from errors import UsageError

TAG = "ray-on-aws"
# The longest name that follows from it is the bucket's, of 63 characters at most.
PATTERN = re.compile(r"[a-z][a-z0-9-]{1,22}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of what belongs to an infra.

    Roles are known in all regions and buckets in all accounts, so those say where they belong.
    """

    name: str
    account: str
    region: str

    @classmethod
    def of(cls, account: Account, name: str) -> Names:
        """The names in an account.

        Raises:
            UsageError: AWS would not take such a name, or the credentials.
        """
        if not PATTERN.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot name an infra: 3 to 24 lower-case letters, digits and hyphens, "
                "the first a letter, the last none of the hyphens"
            )
        return cls(name=name, account=account.number, region=account.region)

    @property
    def network_stack(self) -> str:
        """The stack of CloudFormation that holds the network."""
        return f"{self.name}-network"

    @property
    def bastion_stack(self) -> str:
        """The stack of CloudFormation that holds the bastion."""
        return f"{self.name}-bastion"

    @property
    def head_role(self) -> str:
        """The head's role, and its instance profile."""
        return f"{self.name}-{self.region}-head"

    @property
    def worker_role(self) -> str:
        """The workers' role, and their instance profile."""
        return f"{self.name}-{self.region}-worker"

    @property
    def bucket(self) -> str:
        """The bucket for data."""
        return f"{self.name}-{self.account}-{self.region}"

    @property
    def repository(self) -> str:
        """The repository of the image ray."""
        return f"{self.name}/ray"

    @property
    def filters(self) -> list[dict[str, object]]:
        """What EC2 is to list: all that carries the infra's tag."""
        return [{"Name": f"tag:{TAG}", "Values": [self.name]}]
