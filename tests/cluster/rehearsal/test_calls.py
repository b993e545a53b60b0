"""Reading what a form asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluster.rehearsal.calls import several, tags

TEXT = st.text(max_size=10)


@given(st.lists(TEXT, max_size=15))
def test_several_values_keep_their_order(values: list[str]) -> None:
    form = {f"ResourceId.{number}": value for number, value in enumerate(values, start=1)}
    # As text, the tenth comes before the second.
    assert several(dict(sorted(form.items())) | {"ResourceIdea.1": "x"}, "ResourceId") == values


@given(st.dictionaries(TEXT, TEXT, max_size=12))
def test_tags_are_those_that_were_given(given_: dict[str, str]) -> None:
    form: dict[str, str] = {}
    for number, (key, value) in enumerate(given_.items(), start=1):
        form |= {f"Tag.{number}.Key": key, f"Tag.{number}.Value": value}
    assert tags(form | {"Filter.1.Key": "x"}, "Tag") == given_


def test_tags_of_each_specification_are_found() -> None:
    form = {
        "TagSpecification.1.Tag.1.Key": "a",
        "TagSpecification.1.Tag.1.Value": "1",
        "TagSpecification.2.Tag.1.Key": "b",
    }
    assert tags(form, r"TagSpecification\.\d+\.Tag") == {"a": "1", "b": ""}
