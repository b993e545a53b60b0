"""What rows can be grouped by, and that the same key goes to the same place."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from errors import InputError
from workloads.aggregate.keys import check_key, key_buckets

KEYS = {
    "text": pa.array(["b", "a", None, "b", ""]),
    "large": pa.array(["b", "a", None, "b", ""], pa.large_string()),
    "view": pa.array(["b", "a", None, "b", ""], pa.string_view()),
    "dictionary": pa.array(["b", "a", None, "b", ""]).dictionary_encode(),
    "int": pa.array([2, 1, None, 2, 0]),
    "bool": pa.array([True, False, None, True, False]),
    "day": pa.array([2, 1, None, 2, 0], pa.date32()),
    "at": pa.array([2, 1, None, 2, 0], pa.timestamp("us", "Asia/Seoul")),
    "price": pa.array([2, 1, None, 2, 0]).cast(pa.decimal128(25, 2)),
    "nothing": pa.nulls(5),
}


@pytest.mark.parametrize("name", KEYS)
def test_the_same_key_goes_to_the_same_bucket(name: str) -> None:
    keys = KEYS[name]
    check_key(pa.schema([("k", keys.type)]), "k")
    buckets = key_buckets(keys, 1000)
    values = keys.to_pylist()
    found = dict(zip(values, buckets.tolist(), strict=True))
    assert [found[value] for value in values] == buckets.tolist()
    assert len(set(found.values())) == len(set(values))
    # Wherever it stands, and whatever stands beside it.
    assert key_buckets(keys[2:], 1000).tolist() == buckets[2:].tolist()
    assert key_buckets(keys, 1).tolist() == [0] * 5


def test_text_is_the_same_key_in_every_type_and_so_is_a_number() -> None:
    of_text = [key_buckets(KEYS[name], 50).tolist() for name in ("text", "large", "view")]
    assert of_text[0] == of_text[1] == of_text[2] == key_buckets(KEYS["dictionary"], 50).tolist()
    small = KEYS["int"].cast(pa.int8())
    assert key_buckets(small, 50).tolist() == key_buckets(KEYS["int"], 50).tolist()


def test_many_keys_fill_all_buckets_alike() -> None:
    sizes = np.bincount(key_buckets(pa.array(range(20_000)), 10), minlength=10)
    assert abs(sizes - 2000).max() < 7 * 2000**0.5


@pytest.mark.parametrize(
    "kind",
    [
        pa.float64(),
        pa.binary(),
        pa.list_(pa.int8()),
        pa.decimal32(5, 2),
        pa.decimal64(5, 2),
        pa.month_day_nano_interval(),
    ],
    ids=str,
)
def test_what_rows_cannot_be_grouped_by_is_told(kind: pa.DataType) -> None:
    told = f"column 'k' is of type {kind}, by which rows cannot be grouped: name a column of text"
    with pytest.raises(InputError, match=re.escape(told)):
        check_key(pa.schema([("k", kind)]), "k")


def test_a_missing_key_is_told_with_its_option() -> None:
    with pytest.raises(InputError, match=r"no column 'k': the columns are a; name the .* --key"):
        check_key(pa.schema([("a", pa.int8())]), "k")
