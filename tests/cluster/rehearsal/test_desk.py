"""What the control plane answers about itself."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.rehearsal.desk import Desk
from cluster.rehearsal.events import Events, read
from cluster.rehearsal.faults import Faults
from cluster.rehearsal.machines import Machine
from cluster.rehearsal.metadata import Metadata
from tests.cluster.rehearsal.machines import ENDED, ON_DEMAND, SPOT

ALL = [SPOT, ON_DEMAND, ENDED]


class Office:
    """A desk, and what it deals with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = Faults()
        self.metadata = Metadata(lambda _address: SPOT, ("access", "secret"))
        self.ends: list[tuple[Machine, float]] = []
        self.desk = Desk(
            lambda: ALL,
            self.faults,
            self.metadata,
            Events(folder),
            lambda machine, at: self.ends.append((machine, at)),
        )

    def ask(self, path: str, body: bytes | None = None, /, **asked: object) -> tuple[str, Any]:
        """The status and the answer."""
        said = json.dumps(asked).encode() if body is None else body
        status = []
        answer = self.desk(
            {
                "PATH_INFO": f"/rehearsal/{path}",
                "CONTENT_LENGTH": str(len(said)),
                "wsgi.input": io.BytesIO(said),
            },
            lambda code, _headers: status.append(code),
        )
        return status[0], json.loads(b"".join(answer))

    def refused(self, path: str, body: bytes | None = None, /, **asked: object) -> str:
        """What is said by way of refusal; nothing may have come of it."""
        status, told = self.ask(path, body, **asked)
        assert status == "400 Bad Request"
        assert (self.faults.now, self.ends, self.metadata.notices) == ((), [], {})
        assert list(read(self.folder)) == []
        return str(told["error"])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_how_it_is(office: Office) -> None:
    assert office.ask("health", b"") == ("200 OK", {"instances": 2})


def test_instances_are_told_without_what_opens_them(office: Office) -> None:
    _, told = office.ask("instances")
    assert [one["number"] for one in told] == [one.number for one in ALL]
    assert told[0]["state"] == "running"
    assert told[0]["tags"] == {"ray-node-type": "worker"}
    assert not {"key", "user_data"} & told[0].keys()


@pytest.mark.parametrize("end", [SPOT.number, "0a", "000a"])
def test_an_instance_by_the_end_of_its_id(office: Office, end: str) -> None:
    assert office.ask("named", instance=end)[1] == {"instance": SPOT.number}


@pytest.mark.parametrize("end", ["zz", "", ENDED.number, "2c"])
def test_no_living_instance_of_that_name(office: Office, end: str) -> None:
    said = office.refused("named", instance=end)
    assert said == f"no instance '{end}' runs; those that run: {SPOT.number}, {ON_DEMAND.number}"


def test_an_end_that_several_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(tmp_path)
    twins = [SPOT, type(SPOT)(**vars(ON_DEMAND) | {"number": "i-1000000000000000a"})]
    monkeypatch.setattr(office.desk, "_machines", lambda: twins)
    said = office.refused("interrupt", instance="00a")
    assert (
        said == f"several instances end in '00a': name one of {twins[0].number}, {twins[1].number}"
    )


def test_a_fault_is_at_work_is_listed_and_cleared(office: Office) -> None:
    status, _ = office.ask("faults/add", kind="capacity", market="spot", for_seconds="60")
    assert status == "200 OK"
    (told,) = office.ask("faults")[1]
    assert (told["kind"], told["market"]) == ("capacity", "spot")
    assert 0 < told["until"] - time.time() <= 60
    assert office.ask("faults/clear", kind="deny")[1] == {"cleared": 0}
    assert office.ask("faults/clear")[1] == {"cleared": 1}
    assert office.ask("faults")[1] == []
    happened = [(one.what, one.details.get("kind")) for one in read(office.folder)]
    assert happened == [
        ("fault", "capacity"),
        ("faults cleared", "deny"),
        ("faults cleared", "all"),
    ]


def test_a_fault_is_ended_by_the_words_that_it_was_added_with(office: Office) -> None:
    dry = {"kind": "capacity", "market": "spot"}
    office.ask("faults/add", **dry)
    office.ask("faults/add", **dry, zone="us-east-1a")
    assert office.ask("faults/end", **dry)[1] == {"cleared": 1}
    assert office.ask("faults/end", **dry)[1] == {"cleared": 0}
    (left,) = office.faults.now
    assert left.zone == "us-east-1a"
    told = [one.details for one in read(office.folder) if one.what == "faults cleared"]
    assert told == [dry]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "'' is no fault"),
        ({"kind": 5}, "'5' is no fault"),
        ({"kind": "capacity", "colour": "red"}, "a fault has no colour"),
        ({"kind": "capacity", "until": 1}, "a fault has no until"),
        (
            {"kind": "capacity", "for_seconds": "soon"},
            "for-seconds is 'soon', and should be a number",
        ),
        ({"kind": "capacity", "for_seconds": "nan"}, "for-seconds is nan"),
        ({"kind": "slow-boot", "seconds": None}, "seconds is 'None', and should be a number"),
        ({"kind": "capacity", "instance_type": 7}, "'7' is not the name"),
    ],
)
def test_what_is_no_fault_is_refused(office: Office, asked: dict[str, object], said: str) -> None:
    assert office.refused("faults/add", **asked).startswith(said)


def test_notice_is_given_in_the_metadata_and_the_end_follows(office: Office) -> None:
    before = time.time()
    status, told = office.ask("interrupt", instance="00a")
    assert status == "200 OK"
    ((machine, at),) = office.ends
    assert machine == SPOT
    assert before + 120 <= at <= time.time() + 120
    assert told == {"instance": SPOT.number, "ends_at": at}
    assert office.metadata.notices[SPOT.number].action_at == at
    (event,) = read(office.folder)
    assert (event.what, event.instance, event.details) == (
        "notice",
        SPOT.number,
        {"seconds": "120"},
    )


def test_rebalance_is_recommended_and_nothing_ends(office: Office) -> None:
    assert office.ask("rebalance", instance="00a") == ("200 OK", {"instance": SPOT.number})
    assert office.ends == []
    assert office.metadata.notices[SPOT.number].rebalance_at > 0
    assert office.metadata.notices[SPOT.number].action_at == 0


@pytest.mark.parametrize("path", ["interrupt", "rebalance"])
def test_ec2_takes_back_none_but_spot_instances(office: Office, path: str) -> None:
    assert office.refused(path, instance="01b").startswith(f"{ON_DEMAND.number} is on-demand: EC2 ")


@pytest.mark.parametrize("seconds", ["-1", "1e9", "inf", "x", None])
def test_notice_of_no_time_that_there_is(office: Office, seconds: str | None) -> None:
    assert "seconds" in office.refused("interrupt", instance="00a", seconds=seconds)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("tea", b"{}", "'tea' is nothing that the control plane answers"),
        ("faults/add", b"{", "what is asked is no JSON: "),
        ("faults/add", b"\xff", "what is asked is no JSON: "),
        ("faults/add", b"[1]", "what is asked is no JSON object"),
    ],
)
def test_what_cannot_be_answered(office: Office, path: str, body: bytes, said: str) -> None:
    assert office.refused(path, body).startswith(said)


PATHS = ["health", "instances", "named", "faults", "faults/add", "faults/end", "faults/clear"]
PATHS += ["interrupt"]


@given(
    st.sampled_from([*PATHS, "rebalance", "x"]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.dictionaries(
            st.sampled_from(["kind", "instance", "seconds", "share", "for_seconds", "role", "x"]),
            inner,
            max_size=3,
        ),
        max_leaves=4,
    ),
)
def test_whatever_is_asked_it_answers_or_says_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, path: str, asked: object
) -> None:
    office = Office(tmp_path_factory.mktemp("office"))
    status, told = office.ask(path, json.dumps(asked).encode())
    assert status == "200 OK" or told["error"]
