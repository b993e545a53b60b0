"""What doctor says of the target aws: found on this machine, without a call to AWS."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from commands.needs import aws


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any) -> None:
        raise AssertionError("the network is asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def program(folder: Path, name: str, said: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nprintf '%s\\n' '{said}'\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.usefixtures("_no_network")
def test_no_credentials_are_told_and_the_metadata_service_is_not_asked() -> None:
    found = aws.credentials()
    assert not found.met
    assert found.seen.startswith("none: variables, files and profiles were looked at")


@pytest.mark.usefixtures("_no_network")
def test_not_even_where_a_container_would_have_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/")
    assert not aws.credentials().met


@pytest.mark.usefixtures("_no_network")
def test_credentials_of_variables_and_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = x\naws_secret_access_key = secret-x\n"
    )
    found = aws.credentials()
    assert found.met
    assert found.seen == "by shared-credentials-file"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "y")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-y")
    assert aws.credentials().seen == "by env"


@pytest.mark.usefixtures("_no_network")
def test_a_profile_that_is_not_there_and_half_a_pair_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "nobody" in aws.credentials().seen
    assert "nobody" in aws.region().seen
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "y")
    assert aws.credentials().seen.startswith("Partial credentials")


def test_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not aws.region().met
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
    assert aws.region().seen == "us-east-2"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert aws.region().seen == "us-west-2"


@pytest.mark.parametrize(
    ("said", "met", "seen"),
    [
        ('{"terraform_version": "1.11.4"}', True, "1.11.4, 1.5 or newer is needed"),
        ('{"terraform_version": "1.5.0-rc1"}', True, "1.5.0-rc1, 1.5 or newer is needed"),
        ('{"terraform_version": "1.4.9"}', False, "1.4.9, 1.5 or newer is needed"),
        ('a warning\n{"terraform_version": "2.0.0"}', True, "2.0.0, 1.5 or newer is needed"),
        ("", False, "it does not say its version"),
    ],
)
def test_terraform(tmp_path: Path, said: str, met: bool, seen: str) -> None:
    program(tmp_path, "terraform", said)
    assert (aws.terraform().met, aws.terraform().seen) == (met, seen)


@pytest.mark.parametrize(
    ("said", "met"),
    [
        ("aws-cli/2.17.1 Python/3.11.8 Linux/6.1", True),
        ("aws-cli/2.9.0 Python/3.9.11", False),
        ("aws-cli/1.45.11 Python/3.11", False),
    ],
)
def test_the_command_line_of_aws(tmp_path: Path, said: str, met: bool) -> None:
    program(tmp_path, "aws", said)
    assert aws.aws().met is met


def test_programs_that_are_not_there() -> None:
    looks = (aws.terraform, aws.ssh, aws.rsync, aws.aws)
    assert [(look().met, look().seen) for look in looks] == [(False, "not on PATH")] * 4


def test_only_what_has_another_way_is_advised() -> None:
    assert {need.name for need in aws.NEEDS if not need.required} == {"region", "aws"}
    assert all(need.remedy for need in aws.NEEDS)
