"""Which prices are taken, and what is said of those that are not known."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from cluster.prices import live
from cluster.prices.choose import choose
from cluster.prices.price import Price
from errors import ServiceError


def refuse(_types: Iterable[str], _region: str) -> dict[str, Price]:
    raise AssertionError("nothing was to be asked of AWS")


def test_nothing_is_asked_of_aws_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "prices", refuse)
    found = choose(["c7i.4xlarge"], "us-east-1")
    assert found.hourly("c7i.4xlarge", spot=False) == 0.714
    assert found.notes == ()


def test_live_prices_win(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"c7i.4xlarge": Price(9.0, 3.0, "AWS, 2026-11-21")}
    monkeypatch.setattr(live, "prices", lambda _types, _region: now)
    found = choose(["c7i.4xlarge", "r8g.2xlarge"], "us-east-1", live=True)
    assert found.hourly("c7i.4xlarge", spot=False) == 9.0
    assert found.hourly("c7i.4xlarge", spot=True) == 3.0
    assert found.hourly("r8g.2xlarge", spot=False) == 0.47128
    assert found.source.startswith("AWS, 2026-11-21; snapshot of ")


def test_an_aws_that_does_not_answer_leaves_the_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_types: Iterable[str], _region: str) -> dict[str, Price]:
        raise ServiceError("AWS does not answer")

    monkeypatch.setattr(live, "prices", fail)
    found = choose(["c7i.4xlarge"], "us-east-1", live=True)
    assert found.hourly("c7i.4xlarge", spot=False) == 0.714
    assert found.notes == ("AWS does not answer; the prices are of the snapshot instead",)


def test_an_unknown_price_is_not_guessed() -> None:
    found = choose(["p5.48xlarge", "c7i.4xlarge"], "us-east-1")
    assert found.hourly("p5.48xlarge", spot=False) is None
    assert found.notes == ("no price is known of p5.48xlarge in us-east-1; --live asks AWS",)


def test_a_region_that_is_not_in_the_snapshot_is_told() -> None:
    found = choose(["c7i.4xlarge"], "sa-east-1")
    assert found.hourly("c7i.4xlarge", spot=False) is None
    assert found.notes[0].startswith(
        "no price is known of c7i.4xlarge in sa-east-1, of which the snapshot has none: it has ap-"
    )
    assert found.source == "nowhere: none of the types has a known price"
