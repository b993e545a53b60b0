"""What a job comes to on the command line: a sentence, and an exit code."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

import pytest

from errors import InputError, OutputError, UsageError
from workloads.files import cli
from workloads.files.job import Summary
from workloads.files.shapes import Shape
from workloads.text.generate import TextSpec

DONE = Summary(3, 0, (), 100, 90, 2_500_000, 1.25, 1.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InputError("a is bad"), 1, "error: a is bad\n"),
        (OutputError("b is full"), 1, "error: b is full\n"),
        (UsageError("no such thing"), 2, "error: no such thing\n"),
        (KeyboardInterrupt(), 130, "interrupted: the same command again goes on from here\n"),
    ],
)
def test_errors_become_a_sentence_and_a_code(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Summary:
        raise error

    assert cli.run(fail) == code
    assert capsys.readouterr() == ("", told)


def test_a_bug_is_shown_as_one() -> None:
    def fail() -> Summary:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cli.run(fail)


def test_what_was_done_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(lambda: DONE) == 0
    assert capsys.readouterr().out == (
        "3 files written; 90 rows, 2.5 MB in 1.2 s\n"
        "of the cores' time: reading 25%, the work itself 50%, writing 25%\n"
    )


def test_what_was_left_out_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = replace(DONE, written=0, rows_out=0, bytes_out=0, read_seconds=0.0)
    nothing = replace(nothing, work_seconds=0.0, write_seconds=0.0)
    cli.tell(replace(nothing, already_there=2, skipped=("a is bad", "b is bad")))
    assert capsys.readouterr() == (
        "0 files written, 2 were there already, 2 left out; 0 rows, 0.0 MB in 1.2 s\n",
        "left out: a is bad\nleft out: b is bad\n",
    )


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ([], Shape()),
        (["--rows-per-file", "7"], Shape(rows_per_file=7)),
        (["--files", "3"], Shape(files=3)),
    ],
)
def test_shapes_are_asked_for_by_options(arguments: list[str], shape: Shape) -> None:
    parser = argparse.ArgumentParser()
    cli.add_shape(parser)
    assert cli.shape_of(parser.parse_args(arguments)) == shape


def test_two_shapes_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    cli.add_shape(parser)
    with pytest.raises(SystemExit) as left:
        parser.parse_args(["--files", "3", "--rows-per-file", "7"])
    assert left.value.code == 2
    assert re.search("not allowed with argument", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "spec"),
    [
        ([], TextSpec.sized("smoke")),
        (["--scale", "small", "--kind", "mixed"], TextSpec.sized("small", "mixed")),
        (["--bytes", "5000", "--seed", "3"], TextSpec(5, seed=3)),
    ],
)
def test_a_data_set_is_asked_for_by_options(arguments: list[str], spec: TextSpec) -> None:
    parser = argparse.ArgumentParser()
    cli.add_generate(parser.add_subparsers(), TextSpec, "smoke")
    assert cli.spec_of(parser.parse_args(["generate", "out", *arguments]), TextSpec) == spec
