"""Running Terraform: what of its words is told, and what of its errors."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cluster.account import Account
from cluster.infra.terraform import Terraform, first_error
from errors import ServiceError

ERROR = """
Error: creating IAM Role (lab-head): operation error IAM: CreateRole, AccessDenied: User x is not
authorized

  with aws_iam_role.head,
  on roles.tf line 27, in resource "aws_iam_role" "head":
  27: resource "aws_iam_role" "head" {


Error: another
"""


def test_the_first_error_is_told_without_its_place_in_the_configuration() -> None:
    assert first_error(ERROR) == (
        "creating IAM Role (lab-head): operation error IAM: CreateRole, AccessDenied: User x is "
        "not authorized"
    )
    assert first_error("something\nelse") == "something else"
    assert first_error("") == "it says nothing"


def program(folder: Path, script: str) -> None:
    file = folder / "terraform"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder before all others on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_steps_are_told_and_a_failure_is_explained(own: Path, tmp_path: Path) -> None:
    lines = "aws_iam_role.head: Creating...", "noise", "Error: it broke"
    program(
        own,
        f"case $1 in apply) printf '%s\\n' '{lines[0]}' '{lines[1]}' '{lines[2]}'; exit 1;; esac",
    )
    told: list[str] = []
    terraform = Terraform(Account("us-east-1"), tmp_path / "work", told.append)
    terraform.prepare({"infra": "lab"})
    with pytest.raises(ServiceError, match=r"^terraform apply failed: it broke$"):
        terraform.apply()
    assert told[1:] == ["rights: aws_iam_role.head: Creating"]


def test_it_gets_the_account_and_keeps_its_own_files_with_the_state(
    own: Path, tmp_path: Path
) -> None:
    program(own, f'echo "$1 $AWS_PROFILE $AWS_REGION $TF_DATA_DIR $PWD" >> {tmp_path}/calls')
    work = tmp_path / "work"
    Terraform(Account("us-east-1", "lab"), work, print).prepare({"infra": "lab"})
    said = (tmp_path / "calls").read_text().split()
    assert said == ["init", "lab", "us-east-1", str(work / ".terraform"), str(work)]
    assert (work / "roles.tf").exists()
    assert (work / "policies" / "launch.yaml").exists()
    assert work.stat().st_mode & 0o777 == 0o700


def test_without_terraform_it_is_said_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match=r"no terraform on PATH.*install 1\.5 or newer"):
        Terraform(Account("us-east-1"), tmp_path, print)
