"""The health check that drills rely on, on a loaded machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cluster.rehearsal import hogs
from tests.cluster.rehearsal.rehearsals import Rehearsal
from tests.cluster.rehearsal.working import submit

SECONDS_OF_HOGS = 180


@pytest.mark.usefixtures("rehearse")
def test_no_node_is_taken_for_dead_while_hogs_have_every_core(
    idle: Rehearsal, tmp_path: Path
) -> None:
    submit(idle, tmp_path, 1, seconds=0).done()
    shutil.copy(hogs.__file__, tmp_path)
    arguments = ["--script", "hogs.py", "--", str(SECONDS_OF_HOGS)]
    done = idle.invoke("submit", *arguments, cwd=tmp_path, timeout=SECONDS_OF_HOGS + 120)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [one for one in done.stdout.splitlines() if one.startswith('{"died"')]
    assert json.loads(line)["died"] == 0, line
