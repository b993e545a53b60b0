"""The forecast in words and rows, for a terminal and for the picture's edges."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.forecast.forecast import Forecast
from cluster.planning.forecast.nodes import Cluster, NodeType
from cluster.prices.price import Prices

HEADINGS = ("asked at", "tasks waiting", "node type", "nodes", "joined at")


def rows(forecast: Forecast) -> list[tuple[str, ...]]:
    """The waves, a row each."""
    return [
        (
            _span(wave.asked),
            f"{forecast.waiting(wave.asked[0]):,}",
            wave.node_type,
            f"{wave.count:,}",
            _span(wave.joined) if wave.joined else "never",
        )
        for wave in forecast.waves
    ]


def sentences(forecast: Forecast) -> Iterator[str]:
    """What comes of it, a line each."""
    if forecast.tasks_done:
        what = "all that can run done" if forecast.infeasible else "all done"
        yield f"{what}: {duration(forecast.done_s)} after they were submitted"
    if forecast.idle_s > forecast.done_s:
        yield f"idle nodes gone: {duration(forecast.idle_s)}"
    yield f"most nodes at once: {forecast.peak_nodes:,}, with the head"
    hours = (f"{name} {value:,.2f}" for name, value in forecast.node_hours.items())
    yield f"node-hours until then: {', '.join(hours)}"
    yield cost(forecast)
    for one in forecast.infeasible:
        yield f"never run: {one.tasks:,} of {one.demand}: {one.reason}"


def cost(forecast: Forecast) -> str:
    """What it costs."""
    return (
        f"cost until then: {dollars(forecast.usd_on_demand)} on demand, "
        f"{dollars(forecast.usd_spot)} with spot where the config has it"
    )


def origin(prices: Prices) -> str:
    """Which prices these are, and what is not in them."""
    return (
        f"prices: {prices.region}, {prices.source}; spot is the median of the zones; without "
        "disks, NAT and traffic"
    )


def hourly(least: float | None, most: float | None) -> str:
    """What the cluster costs an hour."""
    return f"an hour costs {dollars(least)} at its smallest, {dollars(most)} at its largest"


def fleets(found: Cluster, prices: Prices) -> Iterator[str]:
    """What a node costs that is filled with one of several types, a line for each node type."""
    for kind in found.types.values():
        if kind.alternatives:
            markets = ["spot"] * kind.spot + ["on demand"]
            costs = " or ".join(_range(kind, prices, market) for market in markets)
            several = (
                f"{len(kind.instance_types)} types, the cheapest of which counts in a forecast"
            )
            yield f"{kind.name} has {several}: {costs} an hour"


def _range(kind: NodeType, prices: Prices, market: str) -> str:
    known = [prices.hourly(one, spot=market == "spot") for one in kind.instance_types]
    found = [one for one in known if one is not None]
    ends = [dollars(end(found, default=None)) for end in (min, max)]
    return f"{' to '.join(dict.fromkeys(ends))} {market}"


def demand(forecast: Forecast) -> str:
    """What was asked for, on one line."""
    return "; ".join(forecast.demands)


def dollars(amount: float | None) -> str:
    """An amount of money, or that it is not known."""
    if amount is None:
        return "unknown"
    return f"${amount:,.2f}" if amount >= 0.1 else f"${amount:,.4f}"


def duration(seconds: float) -> str:
    """A time as people say it: `75 s`, `6 min 13 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 120:
        return f"{round(seconds, 1):g} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def _span(times: tuple[float, float]) -> str:
    first, last = (f"{round(time, 1):,g}" for time in times)
    return f"{first} s" if first == last else f"{first} to {last} s"
