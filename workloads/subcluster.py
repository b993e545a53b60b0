"""Datasets of Ray Data that are kept to one kind of node, such as those of one arch.

Where several kinds of node may be launched, Ray Data's autoscaling looks at nothing that an
operator is given: not at its resources, nor at its own label selector. It asks for whatever there
is most of, which the operator then does not run on. What it does look at is the label
`ray-subcluster` of node types, and the selector of the whole dataset; here it is set.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workloads.files.distribute import SUBCLUSTER, SUBCLUSTER_LABEL


@contextmanager
def subcluster(name: str | None = None) -> Iterator[None]:
    """Keeps the datasets that are made within it to the nodes of a subcluster.

    They stay so when it has ended, and with them what is made of them, such as `map_batches`. What
    was made before is not touched. Another one within it takes its place.

    Args:
        name: the label's value, such as `graviton`. None for what RAY_ON_AWS_SUBCLUSTER says, as
            `./invoke submit --subcluster` sets it; where that is not set, nothing is changed.
    """
    wanted = os.environ.get(SUBCLUSTER) if name is None else name
    if not wanted:
        yield
        return
    # Loads Ray, which those who only import this module may not need.
    from ray.data import DataContext

    context = DataContext.get_current().copy()
    options = context.execution_options
    options.label_selector = {**(options.label_selector or {}), SUBCLUSTER_LABEL: wanted}
    with DataContext.current(context):
        yield
