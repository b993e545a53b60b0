"""Reaching the dashboard of a cluster, wherever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from cluster.launched import Launched


@contextmanager
def reached(launched: Launched) -> Iterator[Launched]:
    """The cluster with a dashboard that answers on this machine, while the context lasts.

    Raises:
        ServiceError: there is no way to it.
    """
    if launched.remote is None:
        yield launched
        return
    from cluster.aws import tunnel

    with tunnel.opened(launched.name, launched.remote) as port:
        yield replace(launched, dashboard=f"http://127.0.0.1:{port}")
