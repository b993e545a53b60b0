"""A table of images to a table of tensors and one of rejects: no row is lost, none is doubled."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.image.pictures import BLUE, RED, encoded, half, photo, plain, quarters
from workloads.image import tensors
from workloads.image.options import MEAN, STD

SIZE = 16
# What an image is called here: its bytes, and its format, width and height.
GOOD: dict[str, tuple[bytes, tuple[str, int, int]]] = {
    "JPEG": (encoded(quarters(), "JPEG"), ("JPEG", 60, 40)),
    "grey": (encoded(plain((90,), "L")), ("PNG", 40, 30)),
    "alpha": (encoded(plain((255, 0, 0, 51), "RGBA"), "WEBP"), ("WEBP", 40, 30)),
}
# What is called by the reason for which it is rejected.
BAD: dict[str, bytes | None] = {
    "null": None,
    "empty": b"",
    "not an image": b"no image",
    "other format": b"GIF89a",
    "broken": half(encoded(photo(64, 48), "JPEG")),
    "too large": encoded(photo(65, 48)),
}
MOST_PIXELS = 64 * 48
BINARY = (pa.binary(), pa.large_binary(), pa.binary_view())
ADDED = ["width", "height", "format", "mode", "orientation", "frames", "phash", "tensor"]


def table_of(images: Sequence[bytes | None], kind: pa.DataType = BINARY[0]) -> pa.Table:
    ids = range(len(images))
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "bytes": pa.array(images, kind),
            "label": pa.array(map(str, ids), pa.string()),
        }
    )


def values_of(table: pa.Table, column: str = "tensor") -> np.ndarray[tuple[int, ...], Any]:
    chunks = [chunk.to_numpy_ndarray() for chunk in table[column].chunks if len(chunk)]
    return np.concatenate(chunks)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.sampled_from([*GOOD, *BAD]), max_size=12),
    kind=st.sampled_from(BINARY),
    dtype=st.sampled_from(["uint8", "float32"]),
    cut=st.integers(0, 12),
)
def test_each_row_is_kept_or_rejected(
    names: list[str], kind: pa.DataType, dtype: str, cut: int
) -> None:
    images = [GOOD[name][0] if name in GOOD else BAD[name] for name in names]
    whole = table_of(images, kind)
    # In chunks, of which the later ones do not begin with their buffers.
    table = pa.concat_tables([whole[:cut], whole[cut:]])
    options: dict[str, Any] = {"size": SIZE, "dtype": dtype, "most_pixels": MOST_PIXELS}
    parted = tensors(table, **options)
    kept, rejected = parted.kept, parted.rejected
    assert kept.num_rows + rejected.num_rows == table.num_rows
    assert kept["id"].to_pylist() == [at for at, name in enumerate(names) if name in GOOD]
    assert rejected["id"].to_pylist() == [at for at, name in enumerate(names) if name in BAD]
    assert rejected["reason"].to_pylist() == [name for name in names if name in BAD]
    facts = zip(*(kept[name].to_pylist() for name in ("format", "width", "height")), strict=True)
    assert list(facts) == [GOOD[name][1] for name in names if name in GOOD]
    for row in kept.to_pylist():
        alone = tensors(table_of([images[row["id"]]]), **options).kept.to_pylist()[0]
        assert row["tensor"] == alone["tensor"]
        assert row["phash"] == alone["phash"]
    empty = tensors(table_of([], kind), **options)
    assert (kept.schema, rejected.schema) == (empty.kept.schema, empty.rejected.schema)


def test_other_columns_come_first_and_the_images_go() -> None:
    image = encoded(quarters())
    parted = tensors(table_of([image, b"no"]))
    assert parted.kept.column_names == ["id", "label", *ADDED]
    assert parted.kept["label"].to_pylist() == ["0"]
    assert parted.rejected.column_names == ["id", "label", "sha256", "reason", "detail"]
    assert parted.rejected["sha256"].to_pylist() == [hashlib.sha256(b"no").hexdigest()]


def test_images_are_kept_where_it_is_asked_for() -> None:
    images = [encoded(quarters()), b"no"]
    parted = tensors(table_of(images), keep_encoded=True)
    assert parted.kept["bytes"].to_pylist() == images[:1]
    assert parted.rejected["bytes"].to_pylist() == images[1:]


def test_structs_as_hugging_face_writes_them() -> None:
    image = encoded(quarters())
    rows = [{"bytes": image, "path": "a.png"}, {"bytes": None, "path": "b.png"}, None]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"image": pa.array(rows, kind), "label": [1, 2, 3]})
    parted = tensors(table, "image")
    assert parted.kept.column_names == ["label", "path", *ADDED]
    assert parted.kept["path"].to_pylist() == ["a.png"]
    assert parted.rejected.select(["label", "path", "reason"]).to_pylist() == [
        {"label": 2, "path": "b.png", "reason": "null"},
        {"label": 3, "path": None, "reason": "null"},
    ]
    whole = tensors(table, "image", keep_encoded=True).kept
    assert whole.column_names == ["image", "label", *ADDED]
    assert whole["image"].to_pylist() == rows[:1]


def test_a_column_of_nothing_is_rejected_row_by_row() -> None:
    parted = tensors(pa.table({"bytes": pa.nulls(3), "id": [1, 2, 3]}))
    assert parted.rejected["reason"].to_pylist() == ["null"] * 3
    assert parted.kept.num_rows == 0


def test_the_tensor_is_the_image() -> None:
    kept = tensors(table_of([encoded(quarters(64, 64)), encoded(plain((7,), "L"))]), size=64).kept
    assert kept.schema.field("tensor").type == pa.fixed_shape_tensor(
        pa.uint8(), (64, 64, 3), dim_names=["height", "width", "channel"]
    )
    first, second = values_of(kept)
    assert (first == np.asarray(quarters(64, 64))).all()
    assert (second == 7).all()


@pytest.mark.parametrize(
    ("options", "mean", "std"),
    [({}, MEAN, STD), ({"mean": [0, 0, 0.5], "std": [1, 0.5, 2]}, (0, 0, 0.5), (1, 0.5, 2))],
)
def test_floats_are_normalised(
    options: dict[str, Any], mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    image = photo(64, 64)
    kept = tensors(table_of([encoded(image)]), size=64, dtype="float32", **options).kept
    values = values_of(kept)
    assert values.dtype == np.float32
    expected = (np.asarray(image) / 255 - np.array(mean)) / np.array(std)
    np.testing.assert_allclose(values[0], expected, atol=1e-5)


def test_options_reach_the_image() -> None:
    content = encoded(plain(RED, size=(40, 20)))
    padded = tensors(table_of([content]), size=40, fit="pad", background=list(BLUE)).kept
    values = values_of(padded)[0]
    assert (values[0] == BLUE).all()
    assert (values[20] == RED).all()


@pytest.mark.parametrize(
    ("columns", "settings_", "told"),
    [
        ({"text": ["a"]}, {}, "there is no column 'bytes': the columns are text; name the one"),
        ({"bytes": ["a"]}, {}, "column 'bytes' is of type string, not encoded images: name a"),
        ({"bytes": [{"path": "a"}]}, {}, r"column 'bytes' is of type struct<path: string>, not"),
        ({"bytes": [{"bytes": "a"}]}, {}, r"column 'bytes' is of type struct<bytes: string>, not"),
        ({"bytes": [b""], "width": [1]}, {}, "there is a column 'width' already: rename it, or"),
        ({"bytes": [b""], "x.width": [1]}, {"prefix": "x."}, "a column 'x.width' already"),
        # No prefix goes before these two.
        ({"bytes": [b""], "reason": [1]}, {}, "'reason' already, which .* gets: rename it in the"),
        (
            {"bytes": [b""], "detail": [1]},
            {"prefix": "x."},
            "a column 'detail' already, which what is rejected gets: rename it in the input$",
        ),
    ],
)
def test_a_wrong_table_is_told(
    columns: dict[str, Any], settings_: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        tensors(pa.table(columns), **settings_)


def test_two_columns_of_images_are_told() -> None:
    twice = pa.table([pa.array([b""]), pa.array([b""])], names=["bytes", "bytes"])
    with pytest.raises(InputError, match="there are several columns 'bytes': rename all of them"):
        tensors(twice)


def test_a_prefix_lets_all_columns_stay() -> None:
    table = pa.table({"bytes": [encoded(quarters()), b""], "width": [1, 2], "phash": [3, 4]})
    parted = tensors(table, prefix="image_")
    assert parted.kept.column_names == ["width", "phash", *(f"image_{name}" for name in ADDED)]
    assert parted.rejected.column_names == ["width", "phash", "image_sha256", "reason", "detail"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"size": 0}, "the size must be from 1 to 4096 pixels, not 0"),
        ({"size": 4097}, "the size must be"),
        ({"size": "224"}, "the size must be"),
        ({"fit": "squeeze"}, "'squeeze' is no way to fit: choose one of stretch, crop, pad"),
        ({"dtype": "int8"}, "'int8' is no type of a tensor: choose one of uint8, float32"),
        ({"std": [1, 1, 0]}, "mean and std must be three finite numbers each, and none of std 0"),
        ({"mean": [1, 1]}, "mean and std must be three finite numbers each"),
        ({"mean": [0, 0, math.nan]}, "mean and std must be three finite numbers each"),
        ({"std": [1, 1, math.inf]}, "mean and std must be three finite numbers each"),
        ({"background": [0, 0, 256]}, "the background must be three numbers from 0 to 255"),
        ({"background": [0, 0]}, "the background must be"),
        ({"most_pixels": 0}, "there must be at least 1 pixel at the most, not 0"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        tensors(table_of([]), **options)
