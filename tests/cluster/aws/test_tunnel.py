"""The way to a head node's dashboard, with a program in the place of ssh."""

from __future__ import annotations

import os
import shlex
import socket
import sys
from pathlib import Path

import pytest

from cluster.aws import tunnel
from errors import ServiceError
from tests.cluster.test_launched import REMOTE

# Listens where it is told to, until it is ended; says of which session it is.
LISTENS = """
import os, pathlib, socket, sys, time
address, port = sys.argv[sys.argv.index("-L") + 1].split(":")[:2]
pathlib.Path({file!r}).write_text(f"{{os.getpid()}} {{os.getsid(0)}}")
with socket.create_server((address, int(port))):
    time.sleep(1000)
"""
REFUSES = "import sys; print('hm', file=sys.stderr); sys.exit('i-1: Permission denied')"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where ssh is looked for, and nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tunnel, "head_of", lambda *_: "i-1")
    return tmp_path


def put(folder: Path, code: str) -> None:
    program, script = folder / "ssh", folder / "ssh.py"
    script.write_text(code)
    # By way of a shell, as the first line of a script takes no path with a space in it.
    words = shlex.join([sys.executable, "-S", str(script)])
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o755)


def test_it_is_open_for_a_while_and_in_a_session_that_ctrl_c_does_not_reach(path: Path) -> None:
    file = path / "said"
    put(path, LISTENS.format(file=str(file)))
    with tunnel.opened("one", REMOTE) as port:
        socket.create_connection(("127.0.0.1", port)).close()
        number, session = map(int, file.read_text().split())
        assert session == number != os.getsid(0)
    assert not Path(f"/proc/{number}").exists()


def test_a_way_that_is_refused_is_told_with_the_last_word(path: Path) -> None:
    put(path, REFUSES)
    with (
        pytest.raises(ServiceError, match="no way to the head node i-1: i-1: Permission denied"),
        tunnel.opened("one", REMOTE),
    ):
        pass


@pytest.mark.usefixtures("path")
def test_where_there_is_no_ssh_it_is_told_what_to_install() -> None:
    with (
        pytest.raises(ServiceError, match="install an OpenSSH client"),
        tunnel.opened("one", REMOTE),
    ):
        pass
