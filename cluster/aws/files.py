"""What a cluster keeps on this machine: its config filled in, the token, the key, the logs."""

from __future__ import annotations

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from errors import ServiceError

FOR_OWNER = 0o600


@dataclass(frozen=True)
class Files:
    """The files of a cluster, in a folder that only their owner may enter."""

    folder: Path

    @property
    def config(self) -> Path:
        """The config with everything filled in."""
        return self.folder / "cluster.yaml"

    @property
    def token(self) -> Path:
        """What Ray asks for, alone in a folder, as that goes to the nodes."""
        return self.folder / "secrets" / "ray-token"

    @property
    def key(self) -> Path:
        """The private half of the key that opens its nodes."""
        return self.folder / "ssh-key"

    @property
    def public_key(self) -> Path:
        """The other half."""
        return self.folder / "ssh-key.pub"

    @property
    def known_hosts(self) -> Path:
        """The nodes' own keys, as first seen."""
        return self.folder / "known-hosts"

    @property
    def log(self) -> Path:
        """What Ray's launcher said."""
        return self.folder / "ray-up.log"


def ensure(state: Path, cluster: str) -> Files:
    """The files of a cluster, with a token and a key made where there are none.

    Raises:
        ServiceError: there is no ssh-keygen, or it fails.
    """
    folder = state / "clusters" / cluster
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = Files(folder)
    if not files.token.exists():
        files.token.parent.mkdir(exist_ok=True, mode=0o700)
        files.token.touch(mode=FOR_OWNER)
        files.token.write_text(secrets.token_hex(32))
    if not files.key.exists():
        _make_key(files.key, cluster)
    return files


def _make_key(file: Path, cluster: str) -> None:
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", cluster, "-f", str(file)]
    try:
        subprocess.run(made, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise ServiceError(
            "there is no ssh-keygen, which makes the key of the nodes: install an OpenSSH client"
        ) from error
    except subprocess.CalledProcessError as error:
        raise ServiceError(f"ssh-keygen made no key at {file}: {error.stderr.strip()}") from error
