"""What a job is asked: the words that say it are read as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.drills.asked import Asked, AskedText, parse, words

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


@given(
    st.builds(
        Asked,
        tasks=st.integers(0, 10**6),
        seconds=st.floats(0, 1e6),
        at_once=st.integers(1, 10**6),
        fill=st.booleans(),
        resources=st.dictionaries(NAMES, st.floats(0.1, 100)),
        labels=st.dictionaries(NAMES, NAMES),
        at_least=st.integers(0, 100),
        at_most=st.integers(0, 100),
        settle=st.floats(0, 100),
        linger=st.floats(0, 1e4),
        unwatched=st.integers(0, 5),
        impossible=st.booleans(),
    )
)
def test_the_words_say_all_of_it(asked: Asked) -> None:
    module, *said = words(asked)
    assert module == "workloads.drills.tasks"
    assert parse(Asked, said) == asked


@given(
    st.builds(
        AskedText,
        folder=NAMES.map("s3://{}/drills".format),
        output=NAMES,
        files=st.integers(1, 10**6),
        seconds=st.floats(0, 1e6),
        at_once=st.integers(1, 10**6),
        at_least=st.integers(0, 100),
        linger=st.floats(0, 1e4),
        keep=st.booleans(),
    )
)
def test_the_words_say_all_of_text(asked: AskedText) -> None:
    module, *said = words(asked)
    assert module == "workloads.drills.text"
    assert parse(AskedText, said) == asked


def test_what_must_be_said_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(Asked, ["--tasks", "1"])
    assert "the following arguments are required: --seconds" in capsys.readouterr().err
