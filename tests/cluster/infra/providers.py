"""Terraform as it is on this machine, without the network: its provider is looked for on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOTS = (Path("/opt"), Path("/usr/local/share"), Path("/usr/share"), Path.home() / ".terraform.d")
PROVIDER = "registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Terraform find its provider, or skips the test where there is none."""
    if shutil.which("terraform") is None:
        pytest.skip("no terraform on this machine")
    given = os.environ.get("TF_CLI_CONFIG_FILE", "")
    if given and Path(given).exists():
        return
    found = [
        path
        for root in ROOTS
        for depth in ("", "*/", "*/*/")
        for path in root.glob(depth + PROVIDER)
    ]
    if not found:
        pytest.skip("no AWS provider of Terraform's on this machine")
    mirror = found[0].parents[5]
    config = folder / "terraformrc"
    config.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
