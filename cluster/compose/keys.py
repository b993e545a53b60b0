"""The secrets of the mini-cluster, made at its first launch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

TOKEN = "ray-token"  # noqa: S105 - the name of a file
STORE_KEY = "store-key"
CREDENTIALS = "aws-credentials"
FOR_OWNER = 0o700
# In the containers another user reads them. On this machine nobody else gets past the folder.
FOR_CONTAINERS = 0o444


@dataclass(frozen=True)
class Keys:
    """A key pair of the object store."""

    access_key: str
    secret_key: str


def ensure(folder: Path) -> Keys:
    """The keys in a folder; all secrets are made first where they are not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOR_OWNER)
    folder.chmod(FOR_OWNER)
    if not all((folder / name).exists() for name in (TOKEN, STORE_KEY, CREDENTIALS)):
        _make(folder)
    access_key, _, secret_key = (folder / STORE_KEY).read_text().partition(",")
    return Keys(access_key, secret_key)


def _make(folder: Path) -> None:
    keys = Keys(f"local{secrets.token_hex(8)}", secrets.token_hex(24))
    credentials = (
        "[default]\n"
        f"aws_access_key_id = {keys.access_key}\naws_secret_access_key = {keys.secret_key}\n"
    )
    for name, text in (
        (TOKEN, secrets.token_hex(32)),
        (STORE_KEY, f"{keys.access_key},{keys.secret_key}"),
        (CREDENTIALS, credentials),
    ):
        file = folder / name
        file.unlink(missing_ok=True)
        file.write_text(text)
        file.chmod(FOR_CONTAINERS)
