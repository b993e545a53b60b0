"""Live prices where they are asked for and AWS answers, else those of the snapshot."""

from __future__ import annotations

from collections.abc import Iterable

from cluster.prices import snapshot
from cluster.prices.price import Price, Prices
from errors import RayOnAwsError


def choose(instance_types: Iterable[str], region: str, *, live: bool = False) -> Prices:
    """The prices of some types in a region.

    Args:
        instance_types: `c7i.4xlarge` and so on.
        region: `us-east-1`.
        live: ask AWS; without it, nothing goes over the network.
    """
    wanted = sorted(set(instance_types))
    found = {name: price for name in wanted if (price := snapshot.price(name, region))}
    notes: tuple[str, ...] = ()
    if live:
        answers, notes = _live(wanted, region)
        found |= answers
    return Prices(region, found, (*notes, *_unknown(wanted, found, region, live)))


def _live(wanted: list[str], region: str) -> tuple[dict[str, Price], tuple[str, ...]]:
    """What AWS says, and what there is to say about that."""
    from cluster.prices import live  # loads boto3, which the snapshot does not need

    try:
        return live.prices(wanted, region), ()
    except RayOnAwsError as error:
        return {}, (f"{error}; the prices are of the snapshot instead",)


def _unknown(
    wanted: list[str], found: dict[str, Price], region: str, live: bool
) -> tuple[str, ...]:
    missing = [name for name in wanted if name not in found]
    if not missing:
        return ()
    known = ", ".join(snapshot.regions())
    where = f", of which the snapshot has none: it has {known}" if region not in known else ""
    remedy = "" if live else "; --live asks AWS"
    return (f"no price is known of {', '.join(missing)} in {region}{where}{remedy}",)
