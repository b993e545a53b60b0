"""The dashboard of a cluster, as near as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.aws import tunnel
from cluster.launched import Launched, Remote
from cluster.reach import reached
from errors import ServiceError
from tests.cluster.infra.emulated import REGION, aws
from tests.cluster.test_launched import ONE, REMOTE


@pytest.fixture
def far() -> Launched:
    return replace(ONE, target="aws", name="lab-spot", remote=REMOTE)


def test_one_on_this_machine_is_where_it_says() -> None:
    with reached(ONE) as near:
        assert near is ONE


def test_one_on_ec2_is_at_the_near_end_of_a_tunnel_for_a_while(
    far: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[tuple[str, Remote]] = []

    @contextmanager
    def opened(cluster: str, remote: Remote) -> Iterator[int]:
        open_now.append((cluster, remote))
        try:
            yield 4711
        finally:
            open_now.clear()

    monkeypatch.setattr(tunnel, "opened", opened)
    with reached(far) as near:
        assert near == replace(far, dashboard="http://127.0.0.1:4711")
        assert open_now == [("lab-spot", REMOTE)]
    assert open_now == []
    with pytest.raises(KeyError), reached(far):
        raise KeyError
    assert open_now == []


def test_without_a_head_node_it_is_told(far: Launched, tmp_path: Path) -> None:
    remote = replace(REMOTE, key=str(tmp_path / "ssh-key"))
    with (
        aws(),
        pytest.raises(ServiceError, match=f"lab-spot has no head node that runs in {REGION}: "),
        reached(replace(far, remote=remote)),
    ):
        raise AssertionError("there is a way to it")
