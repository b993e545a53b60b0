"""`./invoke launch`: a cluster started."""

from __future__ import annotations

from invoke.context import Context

from commands.command import command
from errors import UsageError

COMPOSE, REHEARSAL, AWS = "compose", "rehearsal", "aws"
TARGETS = (COMPOSE, REHEARSAL, AWS)
AS_CAN_BE = -1
INFRA = "ray-on-aws"
MINUTES = 15


@command(
    help={
        "target": "where: compose, which is containers on this machine; rehearsal, which is EC2 "
        "emulated on it; or aws",
        "amd64": "compose: number of amd64 workers; one where this machine can run them, if not "
        "said",
        "arm64": "compose: number of arm64 workers; one where this machine can run them, if not "
        "said",
        "cluster": "aws, rehearsal: a cluster config, by name (spot, autoscaling, ...) or as a "
        "YAML file",
        "region": "aws: where; else what AWS_REGION or the profile says",
        "profile": "aws: of the credentials; else what AWS_PROFILE or the environment says",
        "infra": f"aws: the name given to infra.up; {INFRA} if not said",
        "image": "aws: the runtime image; the newest one that was pushed, if not said",
        "through": "aws: the way to the nodes: endpoint, bastion or direct; the best that there "
        "is, if not said",
        "minutes": "aws, rehearsal: how long to wait for the first workers",
        "show": "aws: print the config with everything filled in, and launch nothing",
        "from-bastion": "rehearsal: run Ray's launcher from inside the network, in a container",
        "yes": "aws: do not ask before it costs money",
    }
)
def launch(
    _context: Context,
    target: str = COMPOSE,
    amd64: int = AS_CAN_BE,
    arm64: int = AS_CAN_BE,
    cluster: str = "",
    region: str = "",
    profile: str = "",
    infra: str = "",
    image: str = "",
    through: str = "",
    minutes: int = MINUTES,
    show: bool = False,
    from_bastion: bool = False,
    yes: bool = False,
) -> None:
    """Start a cluster, or change it; on compose, images that are missing are built first.

    ./invoke launch --arm64 0
    ./invoke launch --target rehearsal --cluster spot
    ./invoke launch --target aws --cluster spot
    """
    if minutes < 1:
        raise UsageError(f"--minutes {minutes} leaves no time for workers: give 1 or more")
    aws_only: dict[str, object] = {
        "cluster": cluster,
        "region": region,
        "profile": profile,
        "infra": infra,
    }
    aws_only |= {"image": image, "through": through, "show": show, "yes": yes}
    counts: dict[str, object] = {"amd64": amd64 != AS_CAN_BE, "arm64": arm64 != AS_CAN_BE}
    if target == COMPOSE:
        _refuse(target, {**aws_only, "from-bastion": from_bastion, "minutes": minutes != MINUTES})
        from commands.launching import compose

        compose.launch(amd64=amd64, arm64=arm64)
    elif target == REHEARSAL:
        _refuse(target, {**counts, **aws_only, "cluster": ""})
        from commands.launching import rehearsal

        rehearsal.launch(cluster=cluster, minutes=minutes, from_bastion=from_bastion)
    elif target == AWS:
        _refuse(target, {**counts, "from-bastion": from_bastion})
        from commands.launching import aws

        asked = aws.Asked(
            cluster=cluster,
            region=region,
            profile=profile,
            infra=infra or INFRA,
            image=image,
            through=through,
            minutes=minutes,
        )
        if show:
            aws.show(asked)
        else:
            aws.launch(asked, yes=yes)
    else:
        raise UsageError(f"'{target}' is no target: choose {', '.join(TARGETS)}")


def _refuse(target: str, others: dict[str, object]) -> None:
    """Refuses options that are of another target.

    Raises:
        UsageError: one of them was given.
    """
    given = [f"--{name}" for name, value in others.items() if value]
    if given:
        raise UsageError(f"{', '.join(given)} means nothing with --target {target}")
