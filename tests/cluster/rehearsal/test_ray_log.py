"""What the log of Ray's GCS says of nodes. The lines are of Ray 2.60's own."""

from __future__ import annotations

from datetime import UTC, datetime

from cluster.rehearsal.events import Event
from cluster.rehearsal.ray_log import PATTERN, parse

NODE = "c4bc7448a7667aed8fc75b202be92e331b948cfa084b69ec3df6bcc6"
LINES = [
    "[2026-11-21 15:12:27,945 I 69 84] (gcs_server) gcs_node_manager.cc:111: Registering new node. "
    f"node_id={NODE} node_name=10.200.64.5 node_address=10.200.64.5",
    "[2026-11-21 15:12:52,627 I 69 69] (gcs_server) gcs_autoscaler_state_manager.cc:488: "
    "HandleDrainNode, reason: a test, deadline: 1795274072610, grpc_peer: ipv4:10.200.64.4:40624 "
    f"node_id={NODE}",
    "[2026-11-21 15:12:52,630 I 69 84] (gcs_server) gcs_node_manager.cc:734: , death reason = "
    f"AUTOSCALER_DRAIN_PREEMPTED, death message = a test node_id={NODE} node_name=10.200.64.5",
]
BEGIN = datetime(2026, 11, 21, 15, 12, tzinfo=UTC).timestamp()


def running(at: float, instance: str, address: str = "10.200.64.5") -> Event:
    return Event(BEGIN + at, "running", instance, {"address": address})


def test_a_node_joins_is_drained_and_leaves() -> None:
    found = list(parse(LINES, [running(5, "i-1"), running(6, "i-2", "10.200.64.6")]))
    assert [(round(one.at - BEGIN, 3), one.what, one.instance) for one in found] == [
        (27.945, "joined", "i-1"),
        (52.627, "draining", "i-1"),
        (52.630, "left", "i-1"),
    ]
    assert found[1].details == {"said": "a test", "seconds": "100"}
    assert found[2].details == {"reason": "AUTOSCALER_DRAIN_PREEMPTED", "said": "a test"}


def test_an_address_that_is_given_again_is_of_who_had_it_then() -> None:
    before = [running(1, "i-old"), running(20, "i-1"), running(300, "i-new")]
    assert {one.instance for one in parse(LINES, before)} == {"i-1"}


def test_a_node_that_no_instance_is_known_of() -> None:
    assert {one.instance for one in parse(LINES, [])} == {""}
    assert [one.instance for one in parse(LINES[1:], [running(5, "i-1")])] == ["", ""]


def test_lines_in_any_order_of_several_sessions() -> None:
    forwards, backwards = (list(parse(one, [running(5, "i-1")])) for one in (LINES, LINES[::-1]))
    assert forwards == backwards


def test_a_deadline_that_is_none_is_not_told() -> None:
    line = LINES[1].replace("1795274072610", "9223372036854775807")
    (found,) = parse([line], [])
    assert "seconds" not in found.details


def test_other_lines_are_passed_over() -> None:
    other = ["", "node_id=" + "0" * 56, "[2026-11-21 15:12:52,630 I 1 1] (raylet) hello", *LINES]
    assert len(list(parse(other, []))) == 3
    assert all(any(word in line for word in PATTERN.split("|")) for line in LINES)
