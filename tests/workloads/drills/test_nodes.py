"""Nodes that are looked at again and again: each change is told once, and in an order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workloads.drills.nodes import Nodes, Seen
from workloads.drills.saying import DRAINING, JOINED, LEFT

HEAD = Seen(address="10.0.0.1", head=True, alive=True, cpus=0, labels={})
NAMES = ("a", "b", "c")
# What a node may be at a look: not there, there, draining, dead.
STATES = ("none", "alive", "draining", "dead")


def worker(*, alive: bool = True, reason: str = "") -> Seen:
    return Seen(address="10.0.0.2", head=False, alive=alive, cpus=2, labels={}, reason=reason)


def look(nodes: Nodes, states: dict[str, str]) -> list[tuple[str, str]]:
    there = {
        name: worker(alive=state != "dead") for name, state in states.items() if state != "none"
    }
    draining = {name: 0 for name, state in states.items() if state == "draining"}
    return [(what, name) for what, name, _ in nodes.look({"head": HEAD, **there}, draining)]


def test_a_worker_joins_drains_and_leaves_once_and_the_head_is_none() -> None:
    nodes = Nodes()
    assert look(nodes, {"a": "alive"}) == [(JOINED, "a")]
    assert look(nodes, {"a": "alive", "b": "dead"}) == []
    assert nodes.working == 1
    assert look(nodes, {"a": "draining"}) == [(DRAINING, "a")]
    assert nodes.working == 0
    assert look(nodes, {"a": "dead"}) == [(LEFT, "a")]
    assert look(nodes, {"a": "dead"}) == []


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(STATES)), max_size=12))
def test_whatever_is_seen_each_word_comes_once_and_in_its_order(
    looks: list[dict[str, str]],
) -> None:
    nodes = Nodes()
    told = [one for states in looks for one in look(nodes, states)]
    assert len(told) == len(set(told))
    for name in NAMES:
        words = [what for what, of in told if of == name]
        assert words == [word for word in (JOINED, DRAINING, LEFT) if word in words]
        assert not words or words[0] == JOINED
    assert 0 <= nodes.working <= len(NAMES)


def test_cpus_are_counted_of_those_that_take_tasks_and_have_the_labels() -> None:
    nodes = Nodes()
    intel, arm = {"arch": "amd64", "market": "spot"}, {"arch": "arm64"}
    nodes.alive = {
        "a": replace(worker(), labels=intel),
        "b": replace(worker(), labels=intel),
        "c": replace(worker(), labels=arm),
    }
    nodes.draining = {"b"}
    assert set(nodes.working_with({"arch": "amd64"})) == {"a"}
    assert [nodes.cpus(labels) for labels in ({}, {"arch": "amd64"}, arm, {"x": "y"})] == [
        4,
        2,
        2,
        0,
    ]
