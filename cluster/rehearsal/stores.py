"""Docker's store with the runtime image in it: made once for an image, and then every instance's.

Instances take it as machines take a disk from an AMI: all that is in it is there at once. The
layers themselves are read where they lie; only what Docker keeps about them is copied (by `boot` in
images/instance), so that an instance starts in a third of a second, and its disk with 3 MB.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import NotFound
from docker.models.images import Image

from cluster.rehearsal.world import IMAGE, LABEL
from errors import ServiceError

# Belongs to the image, not to a rehearsal: the next one takes it as it is.
LABELS = {LABEL: "rehearsal-store"}
FILL = f"""
set -eu
dockerd --data-root /golden/docker >/var/log/docker.log 2>&1 &
engine=$!
tries=300
until docker info >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || {{ tail -n 20 /var/log/docker.log >&2; exit 1; }}
    sleep 0.1
done
docker load --quiet >/dev/null
docker tag "$1" {IMAGE}
[ "$1" = {IMAGE} ] || docker rmi --no-prune "$1" >/dev/null
kill $engine
wait $engine || true
touch /golden/whole
"""


def ensure(arch: str, runtime: str, instance: str, tell: Callable[[str], None]) -> str:
    """The volume with the store for an image; it is made where there is none.

    Args:
        arch: of the image.
        runtime: the runtime image's tag, as this machine's engine has it.
        instance: the image that instances are made of.
        tell: is given a line when it is made, which takes half a minute.

    Raises:
        ServiceError: the image is not there, or cannot be taken in.
    """
    client = docker.from_env()
    image = _image(client, runtime)
    number = str(image.id).removeprefix("sha256:")[:12]
    name = f"ray-on-aws-store-{arch}-{number}"
    if _is_whole(client, name, instance):
        return name
    with _alone(tell):
        # Another may have made it meanwhile.
        if not _is_whole(client, name, instance):
            tell(f"taking {runtime} into the store of {arch} instances, once")
            _drop(client, name)
            client.volumes.create(name, labels=LABELS)
            _fill(name, runtime, instance)
    _drop_older(client, arch, keep=name)
    return name


@contextmanager
def _alone(tell: Callable[[str], None]) -> Iterator[None]:
    """Only one at a time fills stores on this machine; the others say so, and wait."""
    file = Path(tempfile.gettempdir()) / f"ray-on-aws-stores-{os.getuid()}.lock"
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another launch on this machine, which takes an image in")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _image(client: docker.DockerClient, runtime: str) -> Image:
    try:
        return client.images.get(runtime)
    except NotFound as error:
        raise ServiceError(f"there is no image {runtime} here: ./invoke build") from error


def _is_whole(client: docker.DockerClient, name: str, instance: str) -> bool:
    """Whether it is there, and was filled to its end."""
    try:
        client.volumes.get(name)
    except NotFound:
        return False
    looking = ["docker", "run", "--rm", f"--volume={name}:/golden:ro", "--entrypoint=test"]
    looking += [instance, "-e", "/golden/whole"]
    return subprocess.run(looking, capture_output=True, check=False).returncode == 0


def _fill(name: str, runtime: str, instance: str) -> None:
    """Streams the image from this machine's engine into one whose store is the volume."""
    filling = ["docker", "run", "--rm", "--interactive", "--privileged", "--network=none"]
    filling += [f"--volume={name}:/golden", "--entrypoint=sh", instance, "-c", FILL, "sh", runtime]
    with subprocess.Popen(["docker", "save", runtime], stdout=subprocess.PIPE) as saving:
        done = subprocess.run(
            filling, stdin=saving.stdout, capture_output=True, text=True, check=False
        )
    if done.returncode or saving.returncode:
        raise ServiceError(
            f"{runtime} could not be taken into the store of instances: "
            f"{done.stderr.strip() or 'docker save failed'}"
        )


def _drop(client: docker.DockerClient, name: str) -> None:
    try:
        client.volumes.get(name).remove(force=True)
    except NotFound:
        return


def _drop_older(client: docker.DockerClient, arch: str, *, keep: str) -> None:
    """Takes away stores of images that were built over since; one in use stays."""
    for volume in client.volumes.list(filters={"label": f"{LABEL}={LABELS[LABEL]}"}):
        older = volume.name.startswith(f"ray-on-aws-store-{arch}-") and volume.name != keep
        if older and not client.containers.list(all=True, filters={"volume": volume.name}):
            volume.remove()
