"""The nodes of a cluster, as its dashboard tells them, and who may ask."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from cluster.nodes import nodes
from errors import ServiceError
from tests.cluster.minis import Mini
from tests.workloads.servers import NOWHERE


def test_each_node_has_its_arch_label_and_resource(mini: Mini) -> None:
    head, *workers = nodes(mini.launched)
    assert (head.head, head.cpus, head.resources) == (True, 0, {})
    told = [(one.arch, one.subcluster, list(one.resources)) for one in workers]
    wanted = [("amd64", "intel", ["Intel"])]
    wanted += [("arm64", "graviton", ["Graviton"])] if mini.engine.runs("arm64") else []
    assert told == wanted
    for one in workers:
        assert one.cpus >= 1
        assert set(one.resources.values()) == {one.cpus}
        assert one.memory > 2**28


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer " + 64 * "0"}])
def test_the_dashboard_refuses_who_has_no_token(mini: Mini, headers: dict[str, str]) -> None:
    for path in ("/api/v0/nodes", "/api/jobs/", "/api/version"):
        answer = requests.get(f"{mini.launched.dashboard}{path}", headers=headers, timeout=20)
        assert answer.status_code in (401, 403), path
    nothing = requests.get(f"{mini.launched.dashboard}/api/v0/nodes", timeout=20)
    assert nothing.status_code == 401


def test_a_wrong_token_is_told_in_a_sentence(mini: Mini, tmp_path: Path) -> None:
    wrong = tmp_path / "token"
    wrong.write_text(64 * "0")
    with pytest.raises(ServiceError) as told:
        nodes(replace(mini.launched, token_file=str(wrong)))
    assert re.fullmatch(
        r"the cluster at http://127\.0\.0\.1:\d+ refuses the token in \S+/token: it belongs to "
        r"another launch; \./invoke down and launch again",
        str(told.value),
    )


def test_a_cluster_that_does_not_answer_is_told_in_a_sentence(mini: Mini) -> None:
    with pytest.raises(ServiceError, match=f"the cluster does not answer at {NOWHERE} "):
        nodes(replace(mini.launched, dashboard=NOWHERE))
