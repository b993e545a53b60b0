"""Launching once more the cluster that is launched: as it was launched, and as its user would."""

from __future__ import annotations

from pathlib import Path

from cluster.aws import way
from cluster.launched import Launched
from commands.launch import MINUTES
from commands.launching import aws, rehearsal
from errors import UsageError


def why_not(launched: Launched) -> str:
    """Why a cluster could not be launched once more from here; empty where it could."""
    remote = launched.remote
    if remote is None or not remote.source:
        return (
            f"which config {launched.name} was launched from is not written down, so it could not "
            f"be launched once more: ./invoke launch --target {launched.target} --cluster ... does"
        )
    if not Path(remote.source).is_file():
        return (
            f"{launched.name} was launched from {remote.source}, which is not there any more, so "
            "it could not be launched once more: put the file back, or ./invoke down and launch "
            "another"
        )
    return ""


def launch(launched: Launched) -> None:
    """Does what `./invoke launch` does with the options that the cluster was launched with.

    On AWS nobody is asked whether it may cost money: the cluster did before.

    Raises:
        UsageError: what it was launched from is not known or not there any more.
        ServiceError: it does not come up.
    """
    why, remote = why_not(launched), launched.remote
    if why or remote is None:
        raise UsageError(why)
    if launched.target == rehearsal.TARGET:
        rehearsal.launch(
            cluster=remote.source, minutes=MINUTES, from_bastion=remote.through == way.BASTION
        )
        return
    asked = aws.Asked(
        cluster=remote.source,
        region=remote.region,
        profile=remote.profile,
        infra=remote.infra,
        image=remote.image,
        through=remote.through,
        minutes=MINUTES,
    )
    aws.launch(asked, yes=True)
