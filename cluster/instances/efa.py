"""Which instance types an Elastic Fabric Adapter can be attached to: large sizes only.

From the list of supported types, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html, read
as DescribeInstanceTypes gives it (`NetworkInfo.EfaSupported`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Sizes, and the families which have it there. A whole machine of the same size has it too.
ROWS = (
    ("9xlarge 18xlarge", "c5n"),
    ("24xlarge", "m5n m5dn r5n r5dn m8azn x8aedz"),
    ("12xlarge", "m5zn x2iezn"),
    ("12xlarge 24xlarge", "i3en"),
    ("32xlarge", "c6i c6id c6in m6i m6id m6in m6idn r6i r6id r6in r6idn r7iz i4i x2idn x2iedn"),
    ("48xlarge", "c6a m6a r6a c7a m7a r7a c7i m7i r7i c8a m8a r8a i7ie i8g i8ge"),
    ("48xlarge", "c9g c9gd m9g m9gd r9g r9gd"),
    ("16xlarge", "c6gn c7g c7gd c7gn m7g m7gd r7g r7gd i4g im4gn"),
    ("24xlarge 48xlarge", "c8g c8gd m8g m8gd r8g r8gd x8g i7i"),
    ("16xlarge 24xlarge 48xlarge", "c8gb c8gn m8gb m8gn r8gb r8gn"),
    ("48xlarge 96xlarge", "c8i c8ib c8id c8in m8i m8ib m8id m8idb m8idn m8in"),
    ("48xlarge 96xlarge", "r8i r8ib r8id r8idb r8idn r8in"),
    ("48xlarge 64xlarge 96xlarge", "x8i"),
)


def rows() -> Iterator[tuple[str, str]]:
    """Each family with each size of it."""
    for sizes, families in ROWS:
        for family in families.split():
            for size in sizes.split():
                yield family, size


TYPES = frozenset(rows())
# Half a machine, where all others of the kind that have no adapter are not sold whole.
WITHOUT = frozenset({("i7i", "metal-24xl")})


def has_efa(family: str, size: str) -> bool:
    """Whether a type can have an adapter."""
    # metal-48xl is a whole machine, as large as 48xlarge.
    sized = re.sub(r"metal-(\d+)xl", r"\1xlarge", size)
    return (family, sized) in TYPES and (family, size) not in WITHOUT
