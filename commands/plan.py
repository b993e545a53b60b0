"""`./invoke plan`: what a cluster config would do and cost, with no account and no network."""

from __future__ import annotations

import json as json_format
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke.context import Context
from invoke.exceptions import Exit

from commands import RESULTS
from commands.command import command
from errors import InputError, OutputError, UsageError

if TYPE_CHECKING:
    from cluster.planning.findings import Finding
    from cluster.planning.forecast.demand import Demand
    from cluster.planning.forecast.forecast import Forecast
    from cluster.planning.forecast.nodes import Cluster
    from cluster.planning.source import Source
    from cluster.prices.price import Prices

DEFAULT_REGION = "us-east-1"


@command(
    positional=["cluster"],
    help={
        "cluster": "the name of a config under cluster/configs, or any YAML of Ray's launcher",
        "tasks": "how many tasks are submitted; without it, no more than checks and prices",
        "cpus-per-task": "CPUs that each of them needs",
        "seconds": "that each of them runs",
        "demands": "a YAML or JSON file with a list of {tasks, seconds, resources, labels, at}, "
        "instead of --tasks",
        "running": "workers that have joined before: 10, or intel=5,graviton=5 where there are "
        "several node types; min_workers if not said",
        "region": "of the prices, where the config leaves it open; us-east-1 if not said",
        "live": "ask AWS for prices, which needs credentials; without it, nothing is asked of the "
        "network",
        "boot-seconds": "from asking EC2 for a node until it works, instead of 65",
        "json": "write findings and forecast to this file",
        "picture": "write the timeline to this PNG file, instead of one under results/plan",
    },
)
def plan(
    _context: Context,
    cluster: str,
    tasks: str = "",
    cpus_per_task: str = "1",
    seconds: str = "300",
    demands: str = "",
    running: str = "",
    region: str = "",
    live: bool = False,
    boot_seconds: str = "",
    json: str = "",
    picture: str = "",
) -> None:
    """Check a cluster config, and forecast which nodes launch when and what they cost.

    Ray's own autoscaler decides, over simulated time: see docs/plan.md. Prices are dollars on EC2,
    of a snapshot if not --live, and without disks, traffic and NAT. Exit code 1 where a check finds
    an error, or a task could never run.
    """
    from cluster.configs import find
    from cluster.planning.checks import check

    wanted = _demands(tasks, cpus_per_task, seconds, demands)
    boot = _positive("--boot-seconds", boot_seconds) if boot_seconds else None
    _check_rest(wanted, running, region, picture)
    path = find(cluster)
    source = _read(path)
    findings = check(source)
    tell_findings(findings)
    try:
        planned = _planned(source, region, live=live)
    except InputError:
        if json:
            _write(Path(json), _as_dict(findings))
        raise
    forecast = _forecast(planned, wanted, running, boot) if wanted else None
    if forecast is not None:
        _tell(forecast)
        _draw(planned, forecast, path.stem, _picture(picture, path.stem))
    _tell_prices(planned)
    if json:
        _write(Path(json), _as_dict(findings, planned, forecast))
    _end(findings, forecast)


def _picture(said: str, name: str) -> Path:
    return Path(said) if said else RESULTS / "plan" / f"{name}.png"


@dataclass(frozen=True)
class Planned:
    """A config that can be forecast, and the prices of its instance types."""

    cluster: Cluster
    config: Mapping[str, Any]
    prices: Prices


def _demands(tasks: str, cpus: str, seconds: str, file: str) -> list[Demand]:
    """What is asked of the cluster; nothing where only the config is looked at."""
    from cluster.planning.forecast.demand import demand, read

    if file and tasks:
        raise UsageError("--tasks and --demands do not go together: leave one out")
    if file:
        return read(Path(file))
    amounts = {"CPU": _positive("--cpus-per-task", cpus)}
    duration = _positive("--seconds", seconds)
    if not tasks:
        return []
    return [demand(_positive("--tasks", tasks), duration, amounts, where="--")]


def _check_rest(wanted: Sequence[Demand], running: str, region: str, picture: str) -> None:
    """Refuses what would change nothing, or could only fail after all else is done."""
    from botocore.session import Session

    if running and not wanted:
        raise UsageError("--running means nothing without work: give --tasks or --demands too")
    if region and region not in Session().get_available_regions("ec2"):
        raise UsageError(f"AWS has no region '{region}': they are named like {DEFAULT_REGION}")
    if picture and not picture.endswith(".png"):
        raise UsageError(f"--picture {picture} is no PNG file: name one that ends in .png")


def _positive(option: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise UsageError(f"{option} is '{value}', and should be a number") from error
    if not 0 < number < float("inf"):
        raise UsageError(f"{option} is {value}, and should be a number above 0")
    return number


def _read(path: Path) -> Source:
    from cluster.planning.source import read

    try:
        return read(path)
    except InputError as error:
        # What is no config is a wrong argument, not a config with something wrong in it.
        raise UsageError(str(error)) from error


def _planned(source: Source, region: str, *, live: bool) -> Planned:
    from cluster.planning.forecast.nodes import cluster
    from cluster.prices.choose import choose

    found = cluster(source.config)
    types = [one for kind in found.types.values() for one in kind.instance_types]
    chosen = region or _region(source)
    prices = choose(types, chosen or DEFAULT_REGION, live=live)
    if not chosen:
        said = f"the config leaves its region open: prices are of {DEFAULT_REGION}, or of --region"
        prices = replace(prices, notes=(said, *prices.notes))
    return Planned(cluster=found, config=source.config, prices=prices)


def _region(source: Source) -> str:
    """The region that the config names; empty where it leaves it open."""
    named = source.at("provider", "region")
    return named if isinstance(named, str) and "$" not in named else ""


def _forecast(
    planned: Planned, demands: Sequence[Demand], running: str, boot: float | None
) -> Forecast:
    # Loads Ray.
    from cluster.planning.forecast.forecast import forecast
    from cluster.planning.forecast.pace import Pace

    pace = Pace().within(planned.config)
    return forecast(
        planned.cluster,
        demands,
        planned.prices,
        running=_running(running, planned.cluster),
        pace=pace.scaled(boot) if boot else pace,
    )


def _running(said: str, cluster: Cluster) -> dict[str, int]:
    """How many workers of each type are running, from `10` or `intel=5,graviton=5`."""
    if not said:
        return {}
    parts = said.split(",")
    if said.isdecimal():
        if len(cluster.workers) != 1:
            names = ",".join(f"{kind.name}=1" for kind in cluster.workers)
            raise UsageError(f"--running {said} does not say of which type: write {names}")
        parts = [f"{cluster.workers[0].name}={said}"]
    counts: dict[str, int] = {}
    for part in parts:
        name, _, count = part.partition("=")
        if not count.strip().isdecimal():
            raise UsageError(f"--running has '{part}': write a node type and a number, as intel=5")
        counts[name.strip()] = int(count)
    return counts


def tell_findings(findings: Sequence[Finding]) -> None:
    """Print what the checks found, each with its place and what to do."""
    for one in findings:
        print(f"{one.level} {one.file}:{one.line} {one.check}: {one.reason}")
        print(f"    {one.remedy}")
    if not findings:
        print("checks: nothing found")


def _tell(forecast: Forecast) -> None:
    from cluster.planning.forecast import report
    from commands.output import table

    print(report.demand(forecast))
    if forecast.waves:
        print()
        table(report.HEADINGS, report.rows(forecast))
        print()
    for sentence in report.sentences(forecast):
        print(sentence)


def _tell_prices(planned: Planned) -> None:
    from cluster.planning.forecast import report
    from cluster.planning.forecast.hourly import cost_per_hour

    least, most = cost_per_hour(planned.config, planned.prices)
    print(report.hourly(least, most))
    for sentence in report.fleets(planned.cluster, planned.prices):
        print(sentence)
    print(report.origin(planned.prices))
    for note in planned.prices.notes:
        print(f"note: {note}")


def _draw(planned: Planned, forecast: Forecast, name: str, path: Path) -> None:
    # Loads matplotlib.
    from cluster.planning.forecast import report
    from cluster.planning.forecast.picture import Words, draw

    words = Words(
        title=name,
        subtitle=report.demand(forecast),
        caption=f"{report.cost(forecast)}; {report.origin(planned.prices)}",
    )
    draw(forecast, words, path)
    print(f"picture: {path}")


def _as_dict(
    findings: Sequence[Finding], planned: Planned | None = None, forecast: Forecast | None = None
) -> dict[str, Any]:
    from cluster.planning.forecast.hourly import cost_per_hour

    content: dict[str, Any] = {
        "findings": [one.as_dict() for one in findings],
        "timeline": [],
        "node_hours": {},
        "usd_on_demand": None,
        "usd_spot": None,
        "prices_from": None,
    }
    if planned:
        least, most = cost_per_hour(planned.config, planned.prices)
        content |= {
            "prices_from": planned.prices.source,
            "region": planned.prices.region,
            "usd_per_hour": {"min": least, "max": most},
            "notes": planned.prices.notes,
        }
    return content | (forecast.as_dict() if forecast else {})


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json_format.dumps(content, indent=2, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; name another file") from error


def _end(findings: Sequence[Finding], forecast: Forecast | None) -> None:
    """Ends with exit code 1 where something is wrong; what it is has been told."""
    errors = sum(one.level == "error" for one in findings)
    never = sum(one.tasks for one in forecast.infeasible) if forecast else 0
    told = [f"errors in the config: {errors}"] if errors else []
    told += [f"tasks that can never run: {never:,}"] if never else []
    if told:
        raise Exit(f"error: {', '.join(told)}; see above", code=1)
