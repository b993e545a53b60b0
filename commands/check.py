"""`./invoke check`: what must hold for every commit and needs no running code."""

from __future__ import annotations

from dataclasses import dataclass

from invoke.context import Context

from commands.command import command
from commands.process import program, run
from errors import RayOnAwsError

# Written so that it does not match itself.
REGISTRIES = r"(pypi|pythonhosted|(deb|security)\.debian|registry\.npmjs)\.org"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A program that ends with the code `passes` when all is well, and what to do when not."""

    name: str
    argv: tuple[str, ...]
    remedy: str
    passes: int = 0


CHECKS = (
    Check(
        name="format",
        argv=("ruff", "format", "--check", "."),
        remedy="ruff format . puts it right",
    ),
    Check(
        name="lint",
        argv=("ruff", "check", "."),
        remedy="ruff check --fix . puts some of it right",
    ),
    Check(
        name="types",
        argv=("mypy",),
        remedy="each line above names a place",
    ),
    Check(
        name="shell",
        argv=("shellcheck", "invoke", ".ci/run"),
        remedy="each code above has a page in shellcheck's wiki",
    ),
    Check(
        name="hosts",
        argv=("git", "grep", "-nIE", REGISTRIES),
        passes=1,  # git grep's way to say that nothing matches
        remedy="a package registry's host is configuration of a machine: take it out",
    ),
)


@command()
def check(_context: Context) -> None:
    """Check format, lint, types, shell scripts and that no registry's host is written down."""
    failed = [each.name for each in CHECKS if not passes(each)]
    if failed:
        raise RayOnAwsError(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")


def passes(check: Check) -> bool:
    """Run a check, say how it went, and whether that lets a commit through."""
    path = program(check.argv[0])
    if path is None:
        verdict = f"skipped: {check.argv[0]} is not on this machine"
        code = check.passes
    else:
        code = run([path, *check.argv[1:]])
        verdict = "passed" if code == check.passes else f"failed: {check.remedy}"
    # Flushed, so that in a pipe too it stands below the program's own output.
    print(f"{check.name:<7} {verdict}", flush=True)
    return code == check.passes
