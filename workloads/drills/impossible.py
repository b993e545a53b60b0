"""A demand that nothing can meet: how soon Ray names it, and does not just let it wait."""

from __future__ import annotations

import time

from workloads.drills import saying
from workloads.drills.saying import say

# Never to be had, as Ray's autoscaler is to notice.
NOWHERE = "ray-on-aws-nowhere"
SECONDS_TO_NOTICE = 30.0
SECONDS_BETWEEN_LOOKS = 0.2


def ask_for_the_impossible() -> None:
    """Submits a task for a resource that no node type has, and tells when Ray names it."""
    import ray

    begin = time.time()
    hopeless = ray.remote(nothing).options(num_cpus=1, resources={NOWHERE: 1}).remote()
    named = False
    while not named and time.time() - begin < SECONDS_TO_NOTICE:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        named = NOWHERE in infeasible()
    said = f"no node type has {NOWHERE}" if named else ""
    say(saying.INFEASIBLE, named=named, after=round(time.time() - begin, 3), said=said)
    ray.cancel(hopeless, force=True)


def nothing() -> None:
    """A task."""


def infeasible() -> set[str]:
    """The resources that tasks wait for and that the autoscaler says no node type has."""
    import ray
    from ray._raylet import GcsClient  # type: ignore[attr-defined]
    from ray.core.generated import autoscaler_pb2

    told = autoscaler_pb2.GetClusterStatusReply()  # type: ignore[attr-defined]
    address = ray.get_runtime_context().gcs_address
    told.ParseFromString(GcsClient(address).get_cluster_status(timeout_s=10))
    found = told.autoscaling_state.infeasible_resource_requests
    return {name for one in found for name in one.resources_bundle}
