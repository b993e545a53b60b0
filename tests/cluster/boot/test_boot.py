"""What a node does at boot, as far as it can be seen without one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from cluster import boot
from errors import UsageError
from images.bake import targets
from images.engine import Engine

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ray-on-aws/ray:abc"
# What `prepare` runs in the container, in the words that it has there.
PACK = re.search(r"'(tar -ch [^']*)'", (boot.FOLDER / "prepare").read_text())


def test_user_data_is_what_cloud_init_takes() -> None:
    text = boot.user_data(IMAGE)
    assert text.startswith("#cloud-config\n")
    config = yaml.safe_load(text)
    assert set(config) == {"bootcmd", "write_files", "runcmd"}
    assert config["runcmd"] == [[boot.PREPARE, IMAGE]]
    written = {file["path"]: file for file in config["write_files"]}
    assert set(written) == {boot.BEFORE_SESSIONS, boot.HELPER, boot.PREPARE}
    assert all(file["permissions"] == "0755" for file in written.values())
    assert written[boot.PREPARE]["content"] == (boot.FOLDER / "prepare").read_text()


def test_sessions_wait_until_the_node_is_ready() -> None:
    config = yaml.safe_load(boot.user_data(IMAGE))
    (early,) = config["bootcmd"]
    assert early[:2] == ["sh", "-c"]
    opened = f"trap 'touch {boot.PREPARED}; rm -f {boot.PREPARING}' EXIT"
    assert opened in (boot.FOLDER / "prepare").read_text()
    assert f"[ -e {boot.PREPARING} ]" in (boot.FOLDER / "wait").read_text()


@pytest.mark.parametrize("boots", [1, 2])
def test_a_node_that_boots_again_lets_nobody_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boots: int
) -> None:
    """What is run once, at the first boot, could not open the second."""
    monkeypatch.setattr(boot, "PREPARED", str(tmp_path / "prepared"))
    monkeypatch.setattr(boot, "PREPARING", str(tmp_path / "preparing"))
    (early,) = yaml.safe_load(boot.user_data(IMAGE))["bootcmd"]
    if boots == 2:
        (tmp_path / "prepared").touch()
    subprocess.run(early, check=True)
    assert (tmp_path / "preparing").exists() == (boots == 1)


def test_more_than_ec2_takes_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the user data has \d+ bytes, and EC2 takes 16384"):
        boot.user_data("x" * 20_000)


@pytest.mark.usefixtures("built")
def test_rsync_from_the_image_runs_anywhere(engine: Engine, tmp_path: Path) -> None:
    """As `prepare` does it: with libraries and loader of the image's own."""
    assert PACK is not None
    tag = targets(["ray"], [engine.arch])[0].tag
    packed = subprocess.run(
        ["docker", "run", "--rm", "--entrypoint", "sh", tag, "-c", PACK[1]],
        check=True,
        capture_output=True,
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(tmp_path)], input=packed, check=True)
    loader = next(tmp_path.rglob("ld-linux*"))
    libraries = ":".join(sorted({str(file.parent) for file in tmp_path.rglob("*.so*")}))
    rsync = [str(loader), "--library-path", libraries, str(tmp_path / "usr/bin/rsync"), "--version"]
    said = subprocess.run(rsync, check=True, capture_output=True, text=True).stdout
    assert said.startswith("rsync  version 3")
