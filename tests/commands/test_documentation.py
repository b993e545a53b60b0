"""Every command is explained where people look for it."""

from __future__ import annotations

import re

import pytest
from invoke.collection import Collection

import tasks
from commands import ROOT

ALL = Collection.from_module(tasks)
COMMANDS = {name: ALL[name] for name in ALL.task_names}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_help(name: str) -> None:
    task = COMMANDS[name]
    assert task.__doc__
    assert [option.name for option in task.get_arguments() if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text()
    assert re.search(rf"\binvoke {re.escape(name)}\b", readme), (
        f"README.md does not show: ./invoke {name}"
    )
