"""EC2's naming rules: what the name of an instance type tells.

A name is series, generation, options, a dot and the size: `r8gd.2xlarge` is of series `r`,
generation 8, with the options `g` (Graviton) and `d` (local disks). From the page *Amazon EC2
instance type naming conventions*,
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html; memory per vCPU from
the pages of the families beside it. What follows from it was compared with DescribeInstanceTypes
(tests/cluster/instances).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from errors import UsageError

EXPECTED = (
    "expected a type of series c, m, r, t, x, z, i, im or is, as in c7i.4xlarge, r8g.2xlarge "
    "or m8gd.metal-24xl"
)
SHAPE = re.compile(
    r"(?P<series>[a-z]+)(?P<generation>\d+)(?P<options>[a-z]*)(?P<flex>-flex)?\.(?P<size>[\w-]+)",
    re.ASCII,
)
SIZE = re.compile(r"(?:(?P<times>[1-9]\d*)xlarge|metal-(?P<metal>[1-9]\d*)xl)")
FRACTIONS = {"xlarge": 4, "large": 2, "medium": 1}

# GiB of memory per vCPU, and the first generation that keeps to the rules.
MEMORY = {"c": 2.0, "m": 4.0, "r": 8.0, "x": 16.0, "z": 8.0, "i": 8.0, "im": 4.0, "is": 6.0}
FIRST = {"c": 5, "m": 5, "r": 5, "t": 2, "x": 2, "z": 1, "i": 3, "im": 4, "is": 4}
MEMORY_EXCEPTIONS = {"c5n": 2.625, "i3": 7.625, "x2iedn": 32.0, "x2iezn": 32.0, "x8aedz": 32.0}
# GiB of types that are at odds with their own family.
MEMORY_ODD = {"c5n.9xlarge": 96.0, "c5n.18xlarge": 192.0}
# The letter of the processor's maker is part of a name from generation 6 on.
LETTERED = 6

# A burstable type has the same vCPUs in all small sizes; GiB of memory by size.
BURSTABLE = {
    "nano": 0.5,
    "micro": 1,
    "small": 2,
    "medium": 4,
    "large": 8,
    "xlarge": 16,
    "2xlarge": 32,
}

Maker = Literal["Intel", "AMD", "Graviton"]


@dataclass(frozen=True)
class Name:
    """The parts of an instance type's name, and what they tell."""

    text: str
    series: str
    generation: int
    options: str
    flex: str
    size: str

    @property
    def family(self) -> str:
        """All before the dot."""
        return f"{self.series}{self.generation}{self.options}{self.flex}"

    @property
    def maker(self) -> Maker:
        """Who makes the processor: `g` is Graviton, `a` AMD, anything else Intel."""
        if "g" in self.options:
            return "Graviton"
        return "AMD" if "a" in self.options else "Intel"

    @property
    def vcpus(self) -> int:
        """How many vCPUs.

        Raises:
            UsageError: the size does not tell.
        """
        if self.series == "t" and self.size in BURSTABLE:
            return burstable_vcpus(self.generation, self.size)
        if self.size in FRACTIONS:
            return FRACTIONS[self.size]
        sized = SIZE.fullmatch(self.size)
        if sized is None:
            raise UsageError(f"nothing tells how many vCPUs {self.text!r} has: {EXPECTED}")
        return 4 * int(sized["times"] or sized["metal"])

    @property
    def memory_gib(self) -> float:
        """GiB of memory."""
        if self.series == "t":
            return BURSTABLE[self.size]
        if self.text in MEMORY_ODD:
            return MEMORY_ODD[self.text]
        return self.vcpus * MEMORY_EXCEPTIONS.get(self.family, MEMORY[self.series])

    @property
    def threads_per_core(self) -> int:
        """1 on Graviton and, from generation 7 on, on AMD; else 2."""
        if self.maker == "Graviton" or (self.maker == "AMD" and self.generation >= 7):
            return 1
        # A medium of Intel or AMD has one vCPU; T2 shows each of its vCPUs as a core.
        return 1 if self.vcpus == 1 or self.family == "t2" else 2

    @property
    def nvme(self) -> bool:
        """Whether it has local disks: the letter `d`, and the storage series."""
        return "d" in self.options or self.series.startswith("i") or self.series == "z"


def burstable_vcpus(generation: int, size: str) -> int:
    """The vCPUs of a type of series t."""
    if generation == 2 and size in ("nano", "micro", "small"):
        return 1
    return {"xlarge": 4, "2xlarge": 8}.get(size, 2)


def parse(name: str) -> Name:
    """The parts of a name.

    Raises:
        UsageError: it is not the name of an instance type, or of a series that is not known here.
    """
    parts = SHAPE.fullmatch(name)
    if parts is None:
        raise UsageError(f"{name!r} is not the name of an EC2 instance type: {EXPECTED}")
    series, generation, options = parts["series"], int(parts["generation"]), parts["options"]
    if series not in MEMORY and series != "t":
        raise UsageError(f"nothing is known here of the series {series!r} of {name!r}: {EXPECTED}")
    if generation < FIRST[series]:
        raise UsageError(f"{name!r} is of a generation before the naming rules: {EXPECTED}")
    if series in ("c", "m", "r") and generation >= LETTERED and not set(options) & set("agi"):
        raise UsageError(
            f"there is no {name!r}: from generation 6 on a name says whose processor it is, "
            f"as in {series}{generation}i, {series}{generation}a or {series}{generation}g"
        )
    if series == "t" and parts["size"] not in BURSTABLE:
        raise UsageError(f"{name!r} is no size of series t, which are {', '.join(BURSTABLE)}")
    return Name(name, series, generation, options, parts["flex"] or "", parts["size"])
