"""The dials of a workload: what of its tunings can be turned, and the steps around its defaults."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from workloads.files.tuning import Tuning
from workloads.tune.points import Point, Scale

KIB, MIB = 2**10, 2**20
# In the order in which they are raced: what makes the most difference comes first.
FIELDS = ("cpus", "at_once", "batch_bytes", "row_group_bytes")
# Times the default. Row groups are not cut smaller, which readers would have to pay for, and not
# made so large that a task takes more memory than is promised.
BATCHES = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)
ROW_GROUPS = (1 / 8, 1 / 4, 1 / 2, 1, 2)
FEWEST_BYTES = 64 * KIB
# Parts of all that there is room for.
PARTS = (1, 3 / 4, 1 / 2, 1 / 4)


@dataclass(frozen=True)
class Dial:
    """A field of a function's tuning, and the values that it may have.

    Attributes:
        function: whose tuning.
        field: of it.
        values: in order.
        start: the number of the default.
    """

    function: str
    field: str
    values: tuple[int | None, ...]
    start: int

    @property
    def scale(self) -> Scale:
        """What the search sees of it."""
        return Scale(len(self.values), self.start)


@dataclass(frozen=True)
class Place:
    """What limits the steps.

    Attributes:
        vcpus: of all nodes together.
        node_vcpus: of the smallest of them.
        files: that the work is cut into.
        file_bytes: about how much is read from each.
        written_bytes: about how much is written to each, at the most.
    """

    vcpus: int
    node_vcpus: int
    files: int
    file_bytes: int
    written_bytes: int


def dials(defaults: Mapping[str, Tuning], place: Place, wanted: Collection[str]) -> list[Dial]:
    """The dials that could make a difference.

    Args:
        defaults: of each function of the workload.
        place: what there is.
        wanted: only these fields; empty for all.
    """
    found = []
    for field in FIELDS:
        for function, default in defaults.items():
            values = _values(field, default, place)
            if len(values) > 1 and field in (wanted or FIELDS):
                start = values.index(getattr(default, field))
                found.append(Dial(function, field, tuple(values), start))
    return found


def tunings(
    turned: Sequence[Dial], point: Point, defaults: Mapping[str, Tuning]
) -> dict[str, dict[str, int | None]]:
    """For each function that is not to go by its defaults, the fields that differ from them."""
    fields: dict[str, dict[str, int | None]] = {name: {} for name in defaults}
    for dial, step in zip(turned, point, strict=True):
        fields[dial.function][dial.field] = dial.values[step]
    beside = {name: default.changed(fields[name]) for name, default in defaults.items()}
    differing = {name: beside[name].beside(default) for name, default in defaults.items()}
    return {name: one for name, one in differing.items() if one}


def _values(field: str, default: Tuning, place: Place) -> list[int | None]:
    usual: int | None = getattr(default, field)
    if field == "cpus":
        return _cpus(default.cpus, place.node_vcpus)
    if field == "at_once":
        return _at_once(usual, min(place.vcpus // default.cpus, place.files))
    steps = BATCHES if field == "batch_bytes" else ROW_GROUPS
    most = place.file_bytes if field == "batch_bytes" else place.written_bytes
    sizes = {int((usual or 0) * step) for step in steps}
    # What is larger than a file is all the same.
    return [one for one in sorted(sizes) if one == usual or FEWEST_BYTES <= one < most]


def _cpus(usual: int, most: int) -> list[int | None]:
    """Powers of two for tasks that take several; those that take one have no use for more."""
    if usual == 1:
        return [usual]
    powers = {2**power for power in range(most.bit_length()) if 2**power <= most}
    return [*sorted({*powers, usual, most})]


def _at_once(usual: int | None, room: int) -> list[int | None]:
    """Fewer than there is room for, and all, which is said as None."""
    fewer = {-(-room * int(4 * part) // 4) for part in PARTS if part < 1}
    values: list[int | None] = [*sorted(one for one in fewer if 0 < one < room)]
    if usual is not None and usual not in values:
        values = sorted([*values, usual], key=lambda one: one or 0)
    return [*values, None]
