"""Launching once more the cluster that is launched: as it was launched, and as its user would."""

from __future__ import annotations

from pathlib import Path

from cluster.aws import way
from cluster.launched import Launched, Remote
from commands.launch import MINUTES
from commands.launching import aws, rehearsal
from errors import UsageError


def check(launched: Launched) -> Remote:
    """Where it is, if it can be launched once more from here.

    Raises:
        UsageError: it cannot, as what it was launched from is not known or not there any more.
    """
    remote = launched.remote
    if remote is None or not remote.source:
        raise UsageError(
            f"which config {launched.name} was launched from is not written down, so it could not "
            f"be launched once more: ./invoke launch --target {launched.target} --cluster ... does"
        )
    if not Path(remote.source).is_file():
        raise UsageError(
            f"{launched.name} was launched from {remote.source}, which is not there any more, so "
            "it could not be launched once more: put the file back, or ./invoke down and launch "
            "another"
        )
    return remote


def launch(launched: Launched) -> None:
    """Does what `./invoke launch` does with the options that the cluster was launched with.

    On AWS nobody is asked whether it may cost money: the cluster did before.

    Raises:
        UsageError: what it was launched from is not known or not there any more.
        ServiceError: it does not come up.
    """
    remote = check(launched)
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
