"""What is run on nodes at boot, and how Ray is started."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import placeholder, text

INSTALLING = re.compile(
    r"\b(?:uv\s+)?(?:pip3?|apt(?:-get)?|dnf|yum|conda|mamba)\s+(?:-\S+\s+)*(?:install|upgrade|update)"
)
BACKGROUND = re.compile(r"(?<!&)&(?=\s*(?:$|;|sleep))")
WATCHING = ("drain", "watch", "instance-action")
OURS = "cluster.node.watch"
# What runs on workers.
ON_WORKERS = (
    "initialization_commands",
    "setup_commands",
    "worker_setup_commands",
    "worker_start_ray_commands",
)
# What a launch of ours fills in has no watcher in it; of other placeholders nothing is known.
OWN_USER_DATA = "${user_data}"
# Those which Ray fills in with installations, where the config does not have them.
FILLED = ("setup_commands", "head_setup_commands")
STARTS = ("head_start_ray_commands", "worker_start_ray_commands")
OPEN = re.compile(r"--dashboard-host[= ]['\"]?(?:0\.0\.0\.0|::)")


@finds(
    "setup-default",
    "warning",
    "setup_commands or head_setup_commands are missing",
    why="Ray fills in its own: pip installs boto3 on the head and, where no Ray is, a nightly "
    "build of another version than yours",
)
def defaults(cluster: Cluster) -> Iterator[Problem]:
    """Commands that Ray fills in."""
    for key in FILLED:
        if key not in cluster.config and not cluster.external:
            yield Problem(
                keys=(),
                what=f"{key} is missing",
                remedy=f"write {key}: [], and have in the image what is needed",
            )


@finds(
    "installs-at-boot",
    "warning",
    "Packages are installed at each boot",
    why="every node pays for it before its first task, a minute for Ray and its needs as "
    "measured with pip, in whatever version there is that day, and one that cannot reach the index "
    "never starts",
)
def installs(cluster: Cluster) -> Iterator[Problem]:
    """Commands that install, those in user data too."""
    boots = [(one.node_keys("UserData"), text(one.node.get("UserData"))) for one in cluster.types]
    for keys, command in (*cluster.commands(), *boots):
        found = INSTALLING.search(command)
        if found:
            yield Problem(
                keys=keys,
                what=f"{'.'.join(key for key in keys if isinstance(key, str))} runs {found[0]}",
                remedy="put it into the Docker image or the AMI, and leave setup_commands: []",
            )


@finds(
    "start-default",
    "warning",
    "head_start_ray_commands or worker_start_ray_commands are missing",
    why="Ray fills in its own, of which the head's opens the dashboard, and with it the jobs, on "
    "all addresses",
)
def start_defaults(cluster: Cluster) -> Iterator[Problem]:
    """Starts that Ray fills in."""
    for key in STARTS:
        if key not in cluster.config and not cluster.external:
            yield Problem(
                keys=(),
                what=f"{key} is missing",
                remedy=f"write {key} out, with ray stop and ray start",
            )


@finds(
    "head-start",
    "error",
    "The head is started without --head or --autoscaling-config",
    why="without the first no cluster comes up, without the second no worker is ever launched",
)
def head_start(cluster: Cluster) -> Iterator[Problem]:
    """Heads that are none."""
    key = STARTS[0]
    if key not in cluster.config:
        return
    said = " ".join(command for _, command in cluster.commands(key))
    for option in ("--head", "--autoscaling-config"):
        if option not in said:
            yield Problem(
                keys=(key,),
                what=f"{key} has no {option}",
                remedy="start it with ray start --head --port=6379 "
                "--autoscaling-config=~/ray_bootstrap_config.yaml",
            )


@finds(
    "worker-start",
    "error",
    "Workers are started without --address",
    why="ray start ends with an error: each worker is paid for and never joins",
)
def worker_start(cluster: Cluster) -> Iterator[Problem]:
    """Workers that do not know their head."""
    key = STARTS[1]
    if key not in cluster.config or not cluster.workers:
        return
    said = " ".join(command for _, command in cluster.commands(key))
    if "--address" not in said and "RAY_ADDRESS" not in said:
        yield Problem(
            keys=(key,),
            what=f"{key} has no --address",
            remedy="start them with ray start --address=$RAY_HEAD_IP:6379",
        )


@finds(
    "dashboard-open",
    "warning",
    "The dashboard listens on all addresses",
    why="jobs are submitted through it: whoever reaches port 8265 of the head runs code there",
)
def dashboard(cluster: Cluster) -> Iterator[Problem]:
    """Dashboards for everybody."""
    for keys, command in cluster.commands(STARTS[0]):
        if OPEN.search(command):
            yield Problem(
                keys=keys,
                what="the dashboard listens on all addresses",
                remedy="write --dashboard-host=127.0.0.1, and reach it through ray dashboard or "
                "an SSH tunnel",
            )


@finds(
    "background-command",
    "warning",
    "A command that is left in the background of its SSH session",
    why="the session ends before it has come up, and takes it along",
)
def background(cluster: Cluster) -> Iterator[Problem]:
    """Commands that do not outlive their session."""
    for keys, command in cluster.commands():
        if BACKGROUND.search(command) and "setsid" not in command:
            yield Problem(
                keys=keys,
                what=f"{'.'.join(map(str, keys[:-1]))} leaves a command in the background",
                remedy="write nohup setsid COMMAND > FILE 2>&1 & sleep 0.2",
            )


@finds(
    "spot-no-watcher",
    "note",
    "Spot workers, and nothing that watches for their notice",
    why="Ray does not look at EC2's notice of two minutes: tasks are lost with the node, which is "
    "declared dead 30 s after it is gone, and run again elsewhere",
)
def watcher(cluster: Cluster) -> Iterator[Problem]:
    """Workers that go without a word."""
    spots = [one for one in cluster.workers if one.spot]
    boots = [one.node.get("UserData") for one in spots]
    unknown = any(placeholder(boot) and boot != OWN_USER_DATA for boot in boots)
    # That these are missing is a finding of its own.
    if unknown or STARTS[1] not in cluster.config:
        return
    said = [command for _, command in cluster.commands(*ON_WORKERS)]
    said += [text(boot) for boot in boots]
    if spots and not any(word in one for one in said for word in WATCHING):
        yield Problem(
            keys=spots[0].node_keys("InstanceMarketOptions"),
            what="nothing drains a node that EC2 takes back",
            remedy=f"start a watcher in worker_start_ray_commands: python -m {OURS}, as "
            "docs/spot.md has it, or one of yours that calls ray drain-node",
        )
