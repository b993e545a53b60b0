"""The job of a drill on a Ray of its own: what it tells is what happened."""

from __future__ import annotations

import json

from tests.workloads.programs import run


def test_each_task_is_told_from_start_to_end_and_summed_up() -> None:
    done = run("-m", "workloads.drills.tasks", "--tasks", "4", "--seconds", "0.3")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"at":')]
    assert [told[0]["what"], told[-1]["what"]] == ["hello", "summary"]
    begun = told[0]["at"]
    kept = ("tasks", "done", "right")
    assert {name: told[-1][name] for name in kept} == {"tasks": 4, "done": 4, "right": True}
    assert told[-1]["seconds"] >= 0.3
    for number in range(4):
        own = [one for one in told if one.get("task") == number]
        assert [one["what"] for one in own] == ["started", "ended"]
        assert begun <= own[0]["at"] <= own[1]["at"] <= told[-1]["at"]
    # The only node is the head.
    assert not [one for one in told if one["what"] == "joined"]
