"""`./invoke push`: the images to a registry."""

from __future__ import annotations

from pathlib import Path

from invoke.context import Context

from commands import RESULTS
from commands.command import command
from errors import UsageError


@command(
    help={
        "registry": "HOST/NAMESPACE; with ECR's host, it logs in with your AWS credentials",
        "arch": "amd64, arm64, or both as amd64,arm64; those that were built where not said",
        "image": "only this one: ray, object-store; several with commas between. The rehearsal's "
        "instance stays here unless it is named",
        "also": "further tags of the manifest lists, with commas between",
        "unclean": "push even what was not built from a commit",
        "sbom": "attach a list of packages; its scanner is pulled from a registry",
        "digests": "make no lists, and leave a note of each image and its digest in this folder",
        "merge": "push nothing: make the lists of what the notes in this folder name",
    }
)
def push(
    _context: Context,
    registry: str,
    arch: str = "",
    image: str = "",
    also: str = "latest",
    unclean: bool = False,
    sbom: bool = True,
    digests: str = "",
    merge: str = "",
) -> None:
    """Push what was built: each arch under its own tag, then one manifest list over them."""
    from commands.build import names
    from images import ecr
    from images import push as pushing
    from images.engine import Engine

    if digests and merge:
        raise UsageError("--digests pushes and --merge tags: give one of them")
    registry = registry.rstrip("/")
    if merge:
        pushed = pushing.read(Path(merge), registry)
        ecr.log_in(registry)
        pushing.publish(pushed, names(also), print)
        return
    engine = Engine()
    chosen = pushing.choose(engine, names(image), names(arch), unclean=unclean)
    ecr.log_in(registry)
    pushed = []
    for built in chosen:
        print(f"pushing {built.target.tag} to {registry}/{built.target.image}", flush=True)
        log = RESULTS / "logs" / f"push-{built.target.name}.log"
        pushed.append(pushing.push(engine, built, registry, log, sbom=sbom))
        print(pushed[-1].reference, flush=True)
        if digests:
            pushing.write(pushed[-1], Path(digests))
    if not digests:
        pushing.publish(pushed, names(also), print)
