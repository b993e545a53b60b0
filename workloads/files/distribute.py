"""Tasks spread over a Ray cluster by Ray Data, a task a core."""

from __future__ import annotations

import logging
import os
import pickle
import secrets
import sys
import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from errors import ServiceError, StorageError, UsageError
from workloads.files.tasks import Outcome, Task

if TYPE_CHECKING:
    from ray.data import DataContext

# More blocks than this cost Ray more than they balance: tasks then share one.
MOST_BLOCKS = 4096
# Ray Data would do so for ever, also for a function that kills its process each time.
MOST_RETRIES = 5
# Seconds after which a task on a cluster tries again that could not reach its store. A node that is
# about to end may lose its network or its keys before its tasks: by then it is gone, and Ray runs
# them elsewhere.
PAUSES = (2.0, 8.0)
LOOPBACK = "127.0.0.1"
REPOSITORY = Path(__file__).parents[2]
ADDRESS = "RAY_ADDRESS"
# Names the nodes of a cluster that are to do the work: those whose label has this value.
SUBCLUSTER = "RAY_ON_AWS_SUBCLUSTER"
SUBCLUSTER_LABEL = "ray-subcluster"
# Says how many tasks may be under way at a time: all that fit on the nodes there are, if not said,
# and as those that wait ask for nodes, on those that come.
AT_ONCE = "RAY_ON_AWS_AT_ONCE"
# The same in CPUs, of which a task may take several.
CPUS_AT_ONCE = "RAY_ON_AWS_CPUS_AT_ONCE"


def start_ray() -> None:
    """Connects to the cluster that RAY_ADDRESS names, or starts an embedded one; once a process.

    Raises:
        ServiceError: no cluster answers there.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not on_cluster():
        _start_embedded()
        return
    import ray

    if not ray.is_initialized():
        try:
            ray.init(logging_level=logging.WARNING)
        except ConnectionError as error:
            raise ServiceError(
                f"no Ray cluster answers at {os.environ[ADDRESS]}: "
                f"start it, or check what {ADDRESS} says"
            ) from error


def on_cluster() -> bool:
    """Whether work goes to a Ray cluster rather than to this machine."""
    return bool(os.environ.get(ADDRESS))


def label_selector() -> dict[str, str]:
    """The labels of the nodes that are to do the work, as Ray's options take them; empty for all.

    An embedded Ray has one node, which has no labels.
    """
    value = os.environ.get(SUBCLUSTER)
    return {SUBCLUSTER_LABEL: value} if value and on_cluster() else {}


def at_once(cpus: int = 1) -> int | None:
    """How many tasks may be under way at a time; None for as many as there is room for.

    Args:
        cpus: that each of them takes.

    Raises:
        UsageError: what the environment says is no such number.
    """
    tasks, most_cpus = _number(AT_ONCE), _number(CPUS_AT_ONCE)
    # One that takes more than there may be is let alone, rather than never run.
    by_cpus = None if most_cpus is None else max(1, most_cpus // cpus)
    return min((one for one in (tasks, by_cpus) if one is not None), default=None)


def _number(variable: str) -> int | None:
    value = os.environ.get(variable)
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(f"{variable} is '{value}', and should be a number from 1 on")
    return int(value)


def keep_to_subcluster(context: DataContext) -> None:
    """Lets the datasets of a context run on the nodes of the subcluster only, if there is one.

    Not by a resource of the operators: Ray Data leaves these out when it asks for more nodes. (What
    reads Parquet's footers in Ray 2.60, actors without a CPU, is spread over all nodes even so.)
    """
    if selector := label_selector():
        context.execution_options.label_selector = selector


def _start_embedded() -> None:
    """Starts a Ray that listens on loopback only, has no dashboard and reports to nobody.

    It asks for a token that lives as long as it does, unless Ray was imported before: Ray looks at
    RAY_AUTH_MODE then, and not again.
    """
    if "ray" not in sys.modules and "RAY_AUTH_MODE" not in os.environ:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    import ray
    from ray._private import ray_constants
    from ray._private.parameter import RayParams

    if ray.is_initialized():
        return
    # Ray has this switch for systems whose firewalls ask: with it, it binds to 127.0.0.1.
    ray_constants.ENABLE_RAY_CLUSTER = False
    # Every Ray wants the same port for its agent, and a second one on a machine waits for it for
    # three seconds before it goes on without; 0 is any port.
    initialize: Any = partialmethod(RayParams.__init__, dashboard_agent_listen_port=0)
    setattr(RayParams, "__init__", initialize)  # noqa: B010 - mypy takes no other form
    with _importable_by_workers():
        ray.init(
            "local",  # and not the cluster that `ray start` may have left on this machine
            logging_level=logging.ERROR,
            include_dashboard=False,
            _node_ip_address=LOOPBACK,
        )


@contextmanager
def _importable_by_workers() -> Iterator[None]:
    """Lets workers import our packages, wherever this process was started."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def distribute(
    tasks: Sequence[Task], *, cpus: int = 1, most: int | None = None
) -> Generator[Outcome, None, None]:
    """Runs the tasks on Ray, one for `cpus` cores, the largest first; yields outcomes as they come.

    No more than `most` of them are under way at a time, and no more than RAY_ON_AWS_AT_ONCE and
    RAY_ON_AWS_CPUS_AT_ONCE say.

    A task whose worker is lost is run again elsewhere, by Ray, up to MOST_RETRIES times; on a
    cluster, one that cannot reach its store tries again itself, after PAUSES. An exception that a
    task raises ends the iteration with Ray's error, which has it as its cause.

    Raises:
        ServiceError: the worker of a task was lost too often.
        UsageError: one of these is no number, or this machine has not so many cores.
    """
    if not tasks:
        return
    most = min((one for one in (most, at_once(cpus)) if one is not None), default=None)
    start_ray()
    _check_room(cpus)
    import ray.data
    from ray.exceptions import LocalRayletDiedError, NodeDiedError, WorkerCrashedError
    from ray.util.annotations import RayDeprecationWarning

    ordered = sorted(tasks, key=lambda task: task.weight, reverse=True)
    items = [{"task": pickle.dumps(task)} for task in ordered]
    with _files_as_rows(most and most * cpus):
        blocks = ray.data.from_items(items, override_num_blocks=min(len(items), MOST_BLOCKS))
        with warnings.catch_warnings():
            # Ray 2.60 deprecates this form and has no other one for retries yet.
            warnings.simplefilter("ignore", RayDeprecationWarning)
            outcomes = blocks.map_batches(
                partial(_run, pauses=PAUSES if on_cluster() else ()),
                batch_size=1,
                batch_format="numpy",
                compute=ray.data.TaskPoolStrategy(most),
                num_cpus=cpus,
                max_retries=MOST_RETRIES,
            )
        try:
            for row in outcomes.iter_rows():
                yield pickle.loads(row["outcome"])  # noqa: S301 - made by `_run` in our workers
        except (WorkerCrashedError, NodeDiedError, LocalRayletDiedError) as error:
            raise ServiceError(
                f"the worker of a task was lost {MOST_RETRIES + 1} times: its process crashed or "
                f"was killed, or its node went away ({str(error).splitlines()[0]}); "
                "try the function on one file in plain Python to see whether it is the cause"
            ) from error


def _run(batch: dict[str, Any], pauses: Sequence[float]) -> dict[str, Any]:
    outcomes = [_done(pickle.loads(one), pauses) for one in batch["task"]]  # noqa: S301 - ours
    return {"outcome": np.array([pickle.dumps(one) for one in outcomes], dtype=object)}


def _done(task: Task, pauses: Sequence[float]) -> Outcome:
    """What comes of a task, which is tried again after each pause if the store is the trouble."""
    for pause in pauses:
        outcome = task.run()
        if not isinstance(outcome.error, StorageError):
            return outcome
        logging.getLogger(__name__).warning("%s; trying again in %g s", outcome.error, pause)
        time.sleep(pause)
    return task.run()


def _check_room(cpus: int) -> None:
    """Raises UsageError where the embedded Ray can never run a task; a cluster may yet grow."""
    if not on_cluster() and cpus > (there := _cores()):
        raise UsageError(f"a task is to have {cpus} CPUs, and there are {there}: give it fewer")


def _cores() -> int:
    import ray

    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return int(resources.get("CPU", 0))


@contextmanager
def _files_as_rows(most_cpus: int | None) -> Iterator[None]:
    """Ray Data as files need it, for the datasets made within it, on so many CPUs at the most."""
    from ray.data import DataContext, ExecutionResources

    before = DataContext.get_current()
    context = before.copy()
    # Outcomes are small, so no core need be held back for what follows the tasks.
    context.op_resource_reservation_enabled = False
    context.enable_progress_bars = False
    keep_to_subcluster(context)
    if most_cpus:
        # It holds no task back by this here, but asks for no node beyond it when all are busy.
        context.execution_options.resource_limits = ExecutionResources.for_limits(cpu=most_cpus)
    # What Ray Data logs of a failure comes to the caller as the exception too.
    logger = logging.getLogger("ray.data")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    DataContext._set_current(context)
    try:
        yield
    finally:
        DataContext._set_current(before)
        logger.setLevel(level)
