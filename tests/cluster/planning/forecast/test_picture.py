"""The picture: it is one, it says what it shows, and its curves are the forecast's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from cluster.planning.forecast import picture
from cluster.planning.forecast.forecast import Forecast, forecast
from cluster.planning.forecast.timeline import JOINED, REQUESTED
from errors import OutputError
from tests.cluster.planning.forecast.clusters import PRICES, cluster, node_type, tasks

WORDS = picture.Words(title="a title", subtitle="a demand", caption="it costs $1.00, or $0.50")


@pytest.fixture
def found() -> Forecast:
    asked = cluster(node_type("one"), node_type("two", resources={"CPU": 8.0}))
    return forecast(asked, [tasks(60, 40.0)], PRICES, running={"one": 1})


def test_a_picture_is_written_and_has_all_words(
    found: Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    save = Figure.savefig

    def keep(self: Figure, *args: Any, **kwargs: Any) -> None:
        drawn.append(self)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", keep)
    path = tmp_path / "new" / "picture.png"
    picture.draw(found, WORDS, path)
    pixels = imread(path)
    assert pixels.shape[0] > 500
    assert pixels.std() > 0.1
    texts = {text.get_text() for text in drawn[0].findobj(Text)}
    assert {"a title", "a demand", "it costs $1.00, or $0.50", "head", "one", "two"} <= texts
    assert {"nodes", "tasks waiting", "seconds", "booting"} <= texts


def test_the_same_forecast_is_the_same_picture(found: Forecast, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        picture.draw(found, WORDS, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_curves_end_where_the_nodes_do(found: Forecast) -> None:
    joined, requested = picture.curves(found, JOINED), picture.curves(found, REQUESTED)
    assert list(joined) == ["head", "one", "two"]
    most = [sum(values) for values in zip(*(one.values for one in joined.values()), strict=True)]
    assert max(most) == found.peak_nodes
    assert [joined[name].values[-1] for name in joined] == [1.0, 0.0, 0.0]
    for name, curve in requested.items():
        pairs = zip(curve.values, joined[name].values, strict=True)
        assert all(asked >= there for asked, there in pairs)


def test_a_long_demand_is_cut_and_nothing_runs_over_the_edge(
    found: Forecast, tmp_path: Path
) -> None:
    words = picture.Words(title="a", subtitle="a demand " * 60, caption="a cost " * 60)
    picture.draw(found, words, tmp_path / "long.png")
    pixels = imread(tmp_path / "long.png")[:, :, :3]
    assert (pixels[:, -10:] == 1).all()
    assert (pixels[-10:] == 1).all()


def test_a_place_that_cannot_be_written_is_told(found: Forecast, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory; name another file"):
        picture.draw(found, WORDS, tmp_path)
