"""The columns, sentences and number formats that the table and the report share."""

from __future__ import annotations

from collections.abc import Sequence

from workloads.bench import tunings
from workloads.bench.case import MB, Case, Machine
from workloads.bench.figures import (
    COLD,
    OURS,
    START,
    WARM,
    Group,
    Standing,
    comparisons,
    figures,
    first_run,
    standing,
)

GIB = 2**30

# The unit stands in the heading, so that a column holds numbers and nothing else.
COLUMNS = (
    ("", "engine"),
    ("", "phase"),
    ("", "seconds"),
    ("", "MB/s"),
    ("times", "baseline"),
    ("% of", "floor"),
    ("MB/s", "/vCPU"),
    ("CPU", "s"),
    ("peak", "MB"),
    ("written", "MB"),
    ("spread", "%"),
)
# Where the price of the machine is known.
MONEY = (("USD", "/TB"), ("spot", "USD/TB"))
NAMES = 2  # the columns at the left that hold words


def columns(cases: Sequence[Case]) -> tuple[tuple[str, str], ...]:
    """The headings of a result's table."""
    return (*COLUMNS, *MONEY) if has_prices(cases) else COLUMNS


def has_prices(cases: Sequence[Case]) -> bool:
    """Whether it is known of any case what it costs."""
    return any(case.usd_per_tb or case.usd_per_tb_spot for case in cases)


def cells(case: Case, group: Group, *, prices: bool = False) -> tuple[str, ...]:
    """A case as the texts of `columns`; empty where a figure does not exist."""
    if case.phase == START:
        rest = len(COLUMNS) - 3 + (len(MONEY) if prices else 0)
        return (case.engine, case.phase, f"{case.seconds:,.3f}", *[""] * rest)
    beside = figures(case, group)
    share = beside.share_of_floor
    return (
        case.engine,
        case.phase,
        f"{case.seconds:,.3f}",
        speed(case.mb_per_s),
        decimal(beside.times_baseline),
        decimal(share and 100 * share),
        speed(beside.mb_per_s_per_vcpu),
        f"{case.cpu_seconds:,.2f}",
        f"{case.peak_rss_bytes / MB:,.0f}",
        f"{case.bytes_out / MB:,.1f}",
        f"{100 * case.spread:,.1f}" if len(case.measurements) > 1 else "",
        *([dollars(case.usd_per_tb), dollars(case.usd_per_tb_spot)] if prices else []),
    )


def dollars(value: float | None) -> str:
    """Dollars, or nothing."""
    if value is None:
        return ""
    return f"{value:,.2f}" if value >= 0.1 else f"{value:.2g}"


def decimal(value: float | None) -> str:
    """A number with one decimal, or nothing."""
    return "" if value is None else f"{value:,.1f}"


def speed(value: float | None) -> str:
    """MB/s, or what is as slow as some workloads are; or nothing."""
    return decimal(value) if value is None or value >= 1 else f"{value:.2g}"


def whole(value: float) -> str:
    """MB/s in a sentence: a whole number where that says enough."""
    return f"{value:,.0f}" if value >= 10 else speed(value)


def times(ratio: float) -> str:
    """A ratio in a sentence: two decimals where one would hide which side is ahead."""
    return f"{ratio:,.2f} times" if ratio < 1.1 else f"{ratio:,.1f} times"


def conditions(group: Group) -> str:
    """What all cases of a group have in common: size, place and number of runs."""
    measured = [case for case in group.cases if case.phase != START] or list(group.cases)
    case = max(measured, key=lambda one: one.bytes_in)
    repeats = max(len(one.measurements) for one in measured)
    return (
        f"{case.bytes_in / MB:,.0f} MB of input (scale {case.scale}), target {case.target}, "
        f"output to {case.storage}, {repeats} {'run' if repeats == 1 else 'runs'} each"
    )


def standing_sentence(group: Group) -> str:
    """How `ours` compares with baseline, fastest peer and floor; empty without `ours`."""
    stands = standing(group)
    if stands is None:
        return ""
    speed = f"{whole(stands.ours.mb_per_s)} MB/s"
    if beside := _beside(stands):
        return f"ours, at {speed}, is {beside}."
    return f"ours runs at {speed}; there is nothing to compare it with."


def headline(groups: Sequence[Group]) -> str:
    """The whole result in a sentence: the first group with a baseline, or the first there is."""
    found = [(group, stands) for group in groups if (stands := standing(group))]
    if not found:
        return "This result has no warm run of ours."
    group, stands = min(found, key=lambda pair: pair[1].times_baseline is None)
    beside = _beside(stands)
    return (
        f"On {vcpus(stands.ours.machine)}, ours handles {whole(stands.ours.mb_per_s)} MB/s "
        f"({group.title}){': ' if beside else ''}{beside}."
    )


def _beside(stands: Standing) -> str:
    parts = []
    if stands.times_baseline is not None:
        parts.append(f"{times(stands.times_baseline)} the baseline")
    if stands.times_float32 is not None:
        parts.append(f"{times(stands.times_float32)} itself in float32")
    if stands.times_fastest_peer is not None:
        parts.append(f"{times(stands.times_fastest_peer)} the fastest peer ({stands.fastest_peer})")
    if stands.share_of_floor is not None:
        parts.append(f"{stands.share_of_floor:.0%} of the floor")
    return joined(parts)


def first_run_sentence(group: Group) -> str:
    """What the first run of `ours` costs beside a later one; empty when it was not measured."""
    run = first_run(group)
    if run is None:
        return ""
    start = f", after {run.start:,.1f} s to start" if run.start else ""
    whole = run.warming + run.work
    return (
        f"The first run of ours takes {whole:,.1f} s{start}; a later one takes {run.work:,.1f} s."
    )


def split_sentence(group: Group) -> str:
    """How the tasks of `ours` spent their time; empty where that is not told."""
    ours = group.find(OURS, WARM)
    if ours is None:
        return ""
    split = ours.split
    whole = split.read_seconds + split.work_seconds + split.write_seconds
    if not whole:
        return ""
    return (
        f"ours spent its cores' time: reading {split.read_seconds / whole:.0%}, "
        f"the work itself {split.work_seconds / whole:.0%}, "
        f"writing {split.write_seconds / whole:.0%}."
    )


def comparison_sentences(group: Group) -> list[str]:
    """A sentence for each engine whose results differ, and one for those that agree."""
    sentences: list[str] = []
    agreeing: dict[int, list[str]] = {}
    for engine, found in comparisons(group).items():
        if found.rows_differing:
            why = f": {found.explanation.rstrip('.')}" if found.explanation else ""
            share = f"{found.rows_differing:,} of {found.rows_compared:,} rows"
            sentences.append(f"{engine} differs in {share}{why}.")
        elif found.explanation:
            rows = f"all {found.rows_compared:,} rows compared"
            sentences.append(f"{engine} is near enough to ours in {rows}: {found.explanation}.")
        else:
            agreeing.setdefault(found.rows_compared, []).append(engine)
    for number, engines in agreeing.items():
        sentences.append(f"The same as ours in all {number:,} rows compared: {joined(engines)}.")
    return sentences


def sentences(group: Group) -> list[str]:
    """All that is said of a group in plain words."""
    said = [
        standing_sentence(group),
        first_run_sentence(group),
        split_sentence(group),
        tunings.sentence(group),
        *smaller_sentences(group),
        *comparison_sentences(group),
    ]
    return [sentence for sentence in said if sentence]


def smaller_sentences(group: Group) -> list[str]:
    """A sentence for each engine that was given less than ours, as it is so slow."""
    sizes = {case.engine: case.bytes_in for case in group.cases if case.phase != START}
    most = sizes.get(OURS, 0)
    return [
        f"{engine} was measured on {size / MB:,.0f} MB only: more would only take longer."
        for engine, size in sizes.items()
        if size < most
    ]


def price_sentence(cases: Sequence[Case]) -> str:
    """Where prices are from; empty where there are none."""
    if not has_prices(cases):
        return ""
    sources = dict.fromkeys(case.price.source for case in cases if case.price)
    return (
        "USD/TB are dollars for 10^12 bytes of input, at the prices of the machines that worked, "
        f"on demand and spot ({'; '.join(sources)}); disks, traffic and a head node are left out."
    )


def machine_sentence(machine: Machine) -> str:
    """A machine and its software in one line."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    said = [
        f"{machine.cpu}, {machine.arch}, {vcpus(machine)}, "
        f"{machine.memory_bytes / GIB:,.1f} GiB, {machine.kernel}",
        instructions(machine),
        versions,
        f"commit {machine.commit}",
    ]
    return "; ".join(filter(None, said))


def instructions(machine: Machine) -> str:
    """What is used for products of matrices, and all that there is; empty where it is not known."""
    by_name: dict[str, list[str]] = {}
    for precision, name in machine.cpu_used.items():
        by_name.setdefault(name, []).append(precision)
    used = [f"{name} ({', '.join(each)})" for name, each in by_name.items() if name]
    if not used:
        return ""
    return f"ONNX Runtime multiplies by {joined(used)}, of {' '.join(machine.cpu_sets)}"


def vcpus(machine: Machine) -> str:
    """`1 vCPU`, `2 vCPUs`."""
    return "1 vCPU" if machine.vcpus == 1 else f"{machine.vcpus} vCPUs"


def machines(cases: Sequence[Case]) -> list[Machine]:
    """The machines of a result, each once."""
    found: list[Machine] = []
    for case in cases:
        if case.machine not in found:
            found.append(case.machine)
    return found


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, or `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), *parts[-1:]] if len(parts) > 1 else parts)


def row_label(case: Case) -> str:
    """What a case is called in a chart: warm is what is meant when nothing is said."""
    return case.engine if case.phase == WARM else f"{case.engine}, {COLD}"
