"""What there is of a rehearsal on this machine, and what it is called."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = "RAY_ON_AWS_PROJECT"
LABEL = "ray-on-aws"
# Of the rehearsal that something belongs to, and of the instance that a container is.
OF, INSTANCE = "ray-on-aws.rehearsal", "ray-on-aws.instance"
FOLDER = "rehearsal"
# The number of the control plane's process.
PID = "control.pid"
API_PORT, METADATA_PORT = 5000, 1338
REGION = "us-east-1"
# The runtime image on instances, whatever it was built from.
IMAGE = "ray-on-aws/ray:rehearsal"


@dataclass(frozen=True, kw_only=True)
class World:
    """A rehearsal.

    Attributes:
        name: that its network, containers and volumes begin with.
        folder: for what is kept of it.
        prefix: the first two numbers of its addresses, `10.200`.
        instance_image: what instances are made of.
        stores: for each arch the volume with Docker's store, the runtime image in it.
        store_keys: of its object store, access and secret.
    """

    name: str
    folder: str
    prefix: str
    instance_image: str
    stores: dict[str, str]
    store_keys: tuple[str, str]

    @property
    def subnet(self) -> str:
        """The addresses of its network, which are those of the VPC."""
        return f"{self.prefix}.0.0/16"

    @property
    def gateway(self) -> str:
        """This machine, as instances see it. Of a subnet, AWS keeps the first four addresses."""
        return f"{self.prefix}.0.1"

    @property
    def object_store(self) -> str:
        """The address of the object store."""
        return f"{self.prefix}.0.2"

    @property
    def api(self) -> str:
        """Where AWS is emulated, for this machine and for instances."""
        return f"http://{self.gateway}:{API_PORT}"

    @property
    def storage(self) -> str:
        """The endpoint of S3."""
        return f"http://{self.object_store}:9000"

    @property
    def metadata(self) -> str:
        """Where the metadata service is, for instances to lead 169.254.169.254 to."""
        return f"{self.gateway}:{METADATA_PORT}"

    @property
    def labels(self) -> dict[str, str]:
        """Of everything that is made for it."""
        return {LABEL: FOLDER, OF: self.name}

    @property
    def variables(self) -> dict[str, str]:
        """What the environment says, so that AWS's libraries and programs mean this one."""
        access, secret = self.store_keys
        # What is on this machine is not to be looked for beyond a proxy.
        before = [one for one in os.environ.get("NO_PROXY", "").split(",") if one]
        direct = dict.fromkeys([*before, self.gateway, self.object_store])
        return {
            "NO_PROXY": ",".join(direct),
            "no_proxy": ",".join(direct),
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.api,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def write(self) -> None:
        """Keeps it for later commands, and for the control plane."""
        (Path(self.folder) / "world.json").write_text(json.dumps(asdict(self), indent=2))


def name() -> str:
    """What the rehearsal of this environment is called."""
    return f"{os.environ.get(PROJECT, 'ray-on-aws')}-rehearsal"


def read(state: Path) -> World | None:
    """The rehearsal that there is, as it was written down."""
    file = state / FOLDER / "world.json"
    if not file.exists():
        return None
    told = json.loads(file.read_text())
    return World(**{**told, "store_keys": tuple(told["store_keys"])})
