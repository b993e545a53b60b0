"""Terraform, run where its state is kept, so that nothing is written into the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cluster.account import Account
from errors import ServiceError

CONFIGURATION = Path(__file__).parent / "rights"
STATE, VARIABLES = "terraform.tfstate", "infra.tfvars.json"
STEP = re.compile(
    r"aws_\w+\.\w+: (Still )?(creat|modif|destr|import)\w*( complete|\.\.\.)", re.IGNORECASE
)


class Terraform:
    """A configuration with its variables and its state, in a folder of its own.

    Raises:
        ServiceError: there is no Terraform on this machine.
    """

    def __init__(self, account: Account, folder: Path, tell: Callable[[str], None]) -> None:
        self._program = program()
        self._account = account
        self._folder = folder
        self._tell = tell

    def prepare(self, variables: Mapping[str, str | bool]) -> None:
        """Puts the configuration in place and fetches the provider."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(CONFIGURATION, self._folder, dirs_exist_ok=True)
        self._folder.chmod(0o700)  # which the copy made that of the original
        (self._folder / VARIABLES).write_text(json.dumps(dict(variables), indent=2))
        self._tell("rights: terraform init, which fetches the provider the first time")
        self._run("init")

    def held(self) -> set[str]:
        """The addresses of the resources that the state knows."""
        if not (self._folder / STATE).exists():
            return set()
        return set(self._run("state", "list").split())

    def adopt(self, address: str, identity: str) -> None:
        """Takes a resource that is there already into the state."""
        self._run("import", f"-var-file={VARIABLES}", address, identity)

    def apply(self) -> None:
        """Makes what is missing, and changes what is not as the configuration says."""
        self._run("apply", "-auto-approve", f"-var-file={VARIABLES}")

    def destroy(self) -> None:
        """Deletes what the state knows."""
        self._run("destroy", "-auto-approve", f"-var-file={VARIABLES}")

    def changes(self) -> bool:
        """Whether an apply would change anything."""
        plan = ["plan", "-detailed-exitcode", "-lock=false", f"-var-file={VARIABLES}"]
        return self._start(plan, fine=(0, 2))[0] == 2

    def _run(self, *arguments: str) -> str:
        return self._start(arguments)[1]

    def _start(self, arguments: Sequence[str], fine: tuple[int, ...] = (0,)) -> tuple[int, str]:
        """Runs a command of Terraform's, telling its steps; gives its code and output.

        On Ctrl-C, which Terraform gets too, it is left the time to write down its state.
        """
        command, *rest = arguments
        quiet = [] if command == "state" else ["-no-color", "-input=false"]
        argv = [self._program, command, *quiet, *rest]
        with subprocess.Popen(
            argv,
            cwd=self._folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None  # noqa: S101 - asked for above
            lines = []
            try:
                for line in process.stdout:
                    lines.append(line)
                    if STEP.match(line):
                        self._tell(f"rights: {line.strip().rstrip('.')}")
                code = process.wait()
            except KeyboardInterrupt:
                process.communicate()
                raise
        output = "".join(lines)
        if code not in fine:
            raise ServiceError(f"terraform {command} failed: {first_error(output)}")
        return code, output

    def _environment(self) -> dict[str, str]:
        """The same credentials as everything else uses."""
        own = {
            "AWS_REGION": self._account.region,
            "TF_DATA_DIR": str(self._folder / ".terraform"),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        if self._account.profile:
            own["AWS_PROFILE"] = self._account.profile
        return {**os.environ, **own}


def program() -> str:
    """Terraform's path.

    Raises:
        ServiceError: it is not on PATH.
    """
    found = shutil.which("terraform")
    if found is None:
        raise ServiceError(
            "there is no terraform on PATH, which makes rights and storage: install 1.5 or newer "
            "from developer.hashicorp.com/terraform/install"
        )
    return found


def first_error(output: str) -> str:
    """What Terraform says first of what went wrong, in a line."""
    _, found, rest = output.partition("Error: ")
    if not found:
        return " ".join(output.split())[-500:] or "it says nothing"
    said, _, _ = rest.partition("\nError: ")
    # The place in the configuration is of use to who writes it, not to who runs it.
    paragraphs = [" ".join(each.split()) for each in said.split("\n\n")]
    kept = [each for each in paragraphs if each and not each.startswith(("with ", "on "))]
    return ": ".join(kept)[:600]
