"""Building: what the images say of themselves, and what they keep to themselves."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import botocore
import pytest
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from errors import ServiceError
from images import bake, build
from images import engine as engine_module
from images.bake import Target, targets, variables
from images.build import Row
from images.built import find
from images.engine import QEMU, Engine, run

LABELS = "org.opencontainers.image."
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n(.+)\n")
# Prints the files of an image that hold one of the lines on standard input.
SEARCH = "cat >/tmp/lines; grep --recursive --files-with-matches --fixed-strings --file=/tmp/lines"
SEARCH += " --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=tmp /; true"


def test_labels_tell_what_it_is_and_from_which_commit(engine: Engine, built: list[Row]) -> None:
    assert {row.built.target for row in built} == {
        one for one in targets() if engine.runs(one.arch)
    }
    created = run(["git", "log", "-1", "--format=%cI"], cwd=bake.ROOT).strip()
    for row in built:
        labels = find(engine, row.built.target).labels
        assert labels[f"{LABELS}title"] == f"ray-on-aws {row.built.target.image}"
        assert labels[f"{LABELS}created"] == created
        assert labels[f"{LABELS}revision"] == row.built.commit
        assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?", row.built.commit)


@pytest.mark.usefixtures("engine")
def test_a_secret_reaches_a_build_only_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = tmp_path / "hush.pem"
    authority.touch()
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:hush@index/simple")
    monkeypatch.setenv("CA", str(authority))
    printed = run(
        ["docker", "buildx", "bake", "--file", bake.FILE, "--print"],
        cwd=bake.ROOT,
        env=variables(os.environ),
    )
    for fields in json.loads(printed)["target"].values():
        assert str(authority) in json.dumps(fields.pop("secret"))
        assert "hush" not in json.dumps(fields)


def test_no_image_holds_the_authority_of_this_machine(engine: Engine, built: list[Row]) -> None:
    authority = variables(os.environ)["CA"]
    if not authority:
        pytest.skip("this machine trusts no authority besides the public ones")
    of_python = [DEFAULT_CA_BUNDLE_PATH, str(Path(botocore.__file__).parent / "cacert.pem")]
    # The other arch has the same files, and a search there would be emulated.
    for target in [row.built.target for row in built if row.built.target.arch == engine.arch]:
        of_debian = in_image(target, "cat /usr/share/ca-certificates/mozilla/*.crt || true")
        public = [of_debian, *(Path(file).read_text() for file in of_python)]
        private = certificates(Path(authority).read_text()).difference(*map(certificates, public))
        if private:
            assert in_image(target, SEARCH, "".join(f"{line}\n" for line in private)) == ""
        history = run(["docker", "history", "--no-trunc", "--format={{json .}}", target.tag])
        assert authority not in history


def certificates(text: str) -> set[str]:
    """The first line of each, which has its serial number."""
    return set(CERTIFICATE.findall(text))


def in_image(target: Target, script: str, given: str = "") -> str:
    command = ["docker", "run", "--rm", "--interactive", "--network=none", "--user=0"]
    command += ["--entrypoint=sh", f"--platform=linux/{target.arch}", target.tag, "-c", script]
    return run(command, input=given)


def test_the_search_for_a_line_finds_it(own_store: Target) -> None:
    line = "# Serves /data as S3 on port 9000."
    assert in_image(own_store, SEARCH, f"{line}\n") == "/usr/local/bin/serve\n"


def test_an_arch_that_is_not_emulated_is_one_sentence(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BINFMT", tmp_path)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    (other,) = set(QEMU) - {engine.arch}
    with pytest.raises(ServiceError, match=f"does not emulate {other}: .*apt-get install qemu"):
        build.build([], [other], kept=tmp_path / "kept", tell=print)
    assert not (tmp_path / "kept").exists()
