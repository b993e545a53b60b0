"""`./invoke doctor`: what this machine has, what it lacks, and how to get that."""

from __future__ import annotations

from collections.abc import Sequence

from invoke.context import Context

from commands.command import command
from commands.needs import Need
from errors import RayOnAwsError

LOCAL, COMPOSE, REHEARSAL, AWS = "local", "compose", "rehearsal", "aws"
TRY = {
    LOCAL: "./invoke bench --scale smoke",
    COMPOSE: "./invoke build launch bench",
    REHEARSAL: "./invoke launch --target rehearsal --cluster spot",
    AWS: "./invoke infra.up, and then docs/aws.md",
}


@command()
def doctor(_context: Context) -> None:
    """Show for each target what this machine has, what it lacks, and how to get that."""
    unfit = {}
    for target, needs in all_needs().items():
        print(f"target {target}")
        lacking = [need.name for need in needs if not examine(need)]
        if lacking:
            unfit[target] = lacking
            print(f"target {target} does not work here: {', '.join(lacking)} lacking\n")
        else:
            print(f"target {target} works here: {TRY[target]}\n")
    if LOCAL in unfit:
        raise RayOnAwsError(f"not even the target {LOCAL} works here")


def examine(need: Need) -> bool:
    """Print how a need stands; false where a target cannot do without it."""
    found = need.look()
    verdict = "ok" if found.met else "lacking" if need.required else "advised"
    print(f"  {verdict:<8} {need.name:<13} {found.seen}")
    if not found.met:
        print(f"  {'':<22} -> {need.remedy}")
    return found.met or not need.required


def all_needs() -> dict[str, Sequence[Need]]:
    """What each target needs."""
    # Asked for here, since the engine's libraries take a moment to load.
    from commands.needs import aws, compose, local, rehearsal

    return {
        LOCAL: local.NEEDS,
        COMPOSE: compose.NEEDS,
        REHEARSAL: rehearsal.NEEDS,
        AWS: aws.NEEDS,
    }
