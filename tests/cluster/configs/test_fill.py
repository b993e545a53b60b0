"""Filling in a config."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cluster.configs.fill import fill, wanted
from errors import UsageError
from tests.cluster.configs.filling import VALUES


def test_comments_and_all_else_stay() -> None:
    text = "# ${region} and ${moon}\na: ${region}  \n\nb: [1, 'x']  # why\n"
    assert fill(text, VALUES) == "# ${region} and ${moon}\na: us-east-1  \n\nb: [1, 'x']  # why\n"


def test_a_shells_own_variables_stay() -> None:
    text = "run: ray start --address=$RAY_HEAD_IP:6379 --home ${HOME}\n"
    assert fill(text, VALUES) == text


def test_inside_other_text_and_in_lists() -> None:
    text = "a: --env=AWS_REGION=${region}\nb: ['${private_subnet_a}', \"${private_subnet_b}\"]\n"
    assert yaml.safe_load(fill(text, VALUES)) == {
        "a": "--env=AWS_REGION=us-east-1",
        "b": ["subnet-0a", "subnet-0b"],
    }


def test_what_no_launch_knows_is_named() -> None:
    with pytest.raises(UsageError, match=r"leaves \$\{moon\}, \$\{sun\} open, which no launch"):
        fill("a: ${sun}\nb: ${moon}\n", VALUES)


def test_what_is_wanted_is_told() -> None:
    assert wanted("# ${moon}\na: ${region}\nb: x${key_name}y\n") == {"region", "key_name"}


@given(st.text(max_size=200))
def test_any_value_comes_back_as_it_was(value: str) -> None:
    values = replace(VALUES, user_data=value)
    filled = fill("a:\n  UserData: ${user_data}\n  list:\n  - ${user_data}\n", values)
    assert yaml.safe_load(filled) == {"a": {"UserData": value, "list": [value]}}
