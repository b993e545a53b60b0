"""`./invoke rehearsal.*`, as it is typed, before a control plane of emulated EC2.

The instances have no containers here: what goes on inside of them is tested where they are real.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from cluster.rehearsal import world as worlds
from cluster.rehearsal.desk import Desk
from cluster.rehearsal.events import Events, read
from cluster.rehearsal.faults import Fault, Faults
from cluster.rehearsal.machines import Machine
from cluster.rehearsal.metadata import Metadata
from commands import ROOT
from tests.cluster.rehearsal.machines import ENDED, ON_DEMAND, SPOT

# Another one for each test run, as the port is always the same.
PREFIX = f"127.{2 + os.getpid() % 250}"
PNG = b"\x89PNG\r\n"
HEAD = replace(ON_DEMAND, tags={"ray-node-type": "head"})
NONE = "error: no rehearsal runs: ./invoke launch --target rehearsal --cluster spot starts one\n"


class Rehearsal:
    """The desk of a control plane on an address of this machine, and the folder leading there."""

    def __init__(self, state: Path, machines: list[Machine]) -> None:
        self.state = state
        self.folder = state / worlds.FOLDER
        self.folder.mkdir()
        self.events = Events(self.folder)
        self.faults = Faults()
        self.metadata = Metadata(lambda _address: None, ("access", "secret"))
        self.ends: list[Machine] = []
        self.machines = machines
        desk = Desk(
            lambda: self.machines,
            self.faults,
            self.metadata,
            self.events,
            lambda machine, _at: self.ends.append(machine),
        )
        # The gateway of this "subnet" is an address of the loopback interface.
        self.server = make_server(f"{PREFIX}.0.1", worlds.API_PORT, desk, threaded=True)
        worlds.World(
            name="ray-on-aws-test-tasks-rehearsal",
            folder=str(self.folder),
            prefix=PREFIX,
            instance_image="none",
            stores={},
            store_keys=("access", "secret"),
        ).write()

    def invoke(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`./invoke` with these arguments."""
        return invoke(self.state, *arguments, **variables)


def invoke(state: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "AWS_"))
    }
    return subprocess.run(
        [ROOT / "invoke", *arguments],
        cwd=ROOT,
        env={**inherited, "RAY_ON_AWS_STATE": str(state), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    found = Rehearsal(tmp_path, [SPOT, ON_DEMAND, ENDED])
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "arguments",
    [
        ["events"],
        ["logs", "autoscaler"],
        ["fault", "capacity"],
        ["fault", "list"],
        ["clear"],
        ["interrupt", "i-1"],
        ["rebalance", "i-1"],
    ],
)
def test_with_none_running_it_says_how_to_start_one(tmp_path: Path, arguments: list[str]) -> None:
    done = invoke(tmp_path, f"rehearsal.{arguments[0]}", *arguments[1:])
    assert (done.returncode, done.stdout, done.stderr) == (2, "", NONE)


def test_a_control_plane_that_is_gone_is_told(rehearsal: Rehearsal) -> None:
    rehearsal.server.shutdown()
    rehearsal.server.server_close()
    done = rehearsal.invoke("rehearsal.clear")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"error: emulated EC2 does not answer at http://{PREFIX}.0.1:5000 ("
    )
    assert "./invoke down clears up" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_fault_is_asked_for_listed_and_cleared(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("rehearsal.fault", "list")
    assert done.stdout.startswith("nothing goes wrong")
    done = rehearsal.invoke(
        *("rehearsal.fault", "capacity", "--instance-type", "c7i.4xlarge", "--zone", "us-east-1a"),
        *("--market", "spot", "--for-seconds", "300"),
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"capacity: instance-type c7i\.4xlarge, zone us-east-1a, market spot, for another \d+ s\n",
        done.stdout,
    )
    rehearsal.invoke("rehearsal.fault", "throttle", "--share", "0.25", "--role", "head")
    wanted = Fault(kind="throttle", share=0.25, role="head")
    assert rehearsal.faults.now[1] == wanted
    assert (
        rehearsal.invoke("rehearsal.clear", "--kind", "capacity").stdout == "1 fault(s) cleared\n"
    )
    assert rehearsal.faults.now == (wanted,)
    assert rehearsal.invoke("rehearsal.clear").stdout == "1 fault(s) cleared\n"
    assert rehearsal.invoke("rehearsal.clear").stdout == "there was nothing to clear\n"


def test_a_proxy_has_no_part_in_it(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("rehearsal.fault", "list", http_proxy="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr


def test_notice_and_recommendation(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("rehearsal.rebalance", "0a")
    assert done.stdout.startswith(f"{SPOT.number} is at a higher risk now")
    done = rehearsal.invoke("rehearsal.interrupt", "0a", "--seconds", "30")
    assert re.fullmatch(rf"{SPOT.number} has notice, and ends at \d\d:\d\d:\d\d\n", done.stdout)
    assert rehearsal.ends == [SPOT]
    notices = rehearsal.metadata.notices[SPOT.number]
    assert notices.rebalance_at
    assert 0 < notices.action_at - time.time() <= 30


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("fault quake", "'quake' is no fault: choose capacity, offer, throttle, deny, slow-boot"),
        ("fault capacity --market free", "'free' is no market: choose spot or on-demand"),
        ("fault slow-boot", "slow-boot by 0 seconds: give seconds, up to 3600"),
        ("fault capacity --for-seconds soon", "for-seconds is 'soon', and should be a number"),
        ("fault throttle --share 2", "a share of 2 of the calls: choose one above 0, up to 1"),
        ("fault list --market spot", "market means nothing to list"),
        (
            "clear --kind quake",
            "'quake' is no fault: choose capacity, offer, throttle, deny, slow-boot",
        ),
        ("interrupt zz", "no instance 'zz' runs; those that run: i-"),
        ("interrupt 1b", f"{ON_DEMAND.number} is on-demand: EC2 takes back none but spot"),
        ("interrupt 0a --seconds x", "seconds is 'x', and should be a number"),
        ("rebalance 1b", f"{ON_DEMAND.number} is on-demand: EC2 recommends it for spot"),
        ("logs zz", "no instance 'zz' runs; those that run: i-"),
        ("logs autoscaler", "no head node runs, and the autoscaler runs on it"),
        ("logs 0a --lines 0", "--lines 0 shows nothing: choose 1 or more"),
        ("events --since x", "--since is 'x', and should be a number"),
    ],
)
def test_wrong_input_is_a_sentence(rehearsal: Rehearsal, arguments: str, said: str) -> None:
    task, *rest = arguments.split()
    done = rehearsal.invoke(f"rehearsal.{task}", *rest)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")
    assert done.stderr.count("\n") == 1
    assert (rehearsal.faults.now, rehearsal.ends, list(read(rehearsal.folder))) == ((), [], [])


def test_events_as_a_table_as_json_and_as_a_picture(rehearsal: Rehearsal, tmp_path: Path) -> None:
    add = rehearsal.events.add
    asked = {"instance_type": "r8g.2xlarge", "market": "spot", "zone": "us-east-1a", "count": "1"}
    add("control plane started", "", 1000.0)
    add("asked for", "", 1010.0, **asked, instances=SPOT.number, node_type="graviton")
    add("running", SPOT.number, 1012.5, address=SPOT.address)
    add("ssh", SPOT.number, 1014.0)
    add("up-to-date", SPOT.number, 1030.0)
    files = [str(tmp_path / "out" / name) for name in ("events.json", "events.png")]
    done = rehearsal.invoke(
        "rehearsal.events", "--since", "12", "--json", files[0], "--picture", files[1]
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "second  what        instance             details",
        f"12.5    running     {SPOT.number}  {SPOT.address}",
        f"14.0    ssh         {SPOT.number}",
        f"30.0    up-to-date  {SPOT.number}",
        "",
        "1 instance(s), 1 joined, 1 there now: 1 spot r8g.2xlarge",
        "1 arm64 worker(s) joined 20.0 s after RunInstances (median): running after 2.5 s, SSH "
        "1.5 s later, joined 16.0 s after that",
        f"picture: {files[1]}",
    ]
    told = json.loads(Path(files[0]).read_text())
    assert [one["at"] for one in told["events"]] == [1000, 1010, 1012.5, 1014, 1030]
    assert told["medians"] == {"arm64": {"running": 2.5, "ssh": 1.5, "joined": 16, "total": 20}}
    assert told["instances"][0]["gone"] is None
    assert Path(files[1]).read_bytes().startswith(PNG)


def test_before_anything_has_happened_there_is_nothing_to_draw(rehearsal: Rehearsal) -> None:
    done = rehearsal.invoke("rehearsal.events")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["second", "what", "instance", "details"]


def test_a_file_that_cannot_be_written(rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = rehearsal.invoke("rehearsal.events", "--json", str(tmp_path / "file" / "x.json"))
    assert done.returncode == 1
    assert "name another file" in done.stderr
