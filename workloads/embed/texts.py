"""The texts of a column: each distinct one once, and what is wrong with those that are no text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errors import InputError

# Why a row is rejected.
NULL = "null"
EMPTY = "empty"
BLANK = "only whitespace"
NOT_UTF8 = "not UTF-8"
NO_TOKENS = "no tokens"
TOO_LONG = "too long"


@dataclass(frozen=True)
class Text:
    """A distinct value of a column.

    Attributes:
        value: empty where it is rejected.
        reason: why it is; empty where it is not.
        detail: more on that.
    """

    value: str
    reason: str = ""
    detail: str = ""


def distinct(table: pa.Table, column: str) -> tuple[list[Text], npt.NDArray[np.int64]]:
    """The distinct values of a column, a null among them, and which one each row has.

    Raises:
        InputError: there is no such column, or it does not hold text.
    """
    if column not in table.column_names:
        raise InputError(
            f"there is no column '{column}': the columns are {', '.join(table.column_names)}; "
            "name the one with the sentences with --column"
        )
    chunks = table.column(column)
    _check_type(chunks.type, column)
    # By bytes: some may be no text at all, which Parquet does not look at.
    plain = chunks.cast(pa.large_string()).cast(pa.large_binary()).combine_chunks()
    encoded = plain.dictionary_encode(null_encoding="encode")
    return [_text(value) for value in encoded.dictionary.to_pylist()], encoded.indices.to_numpy()


def _check_type(kind: pa.DataType, column: str) -> None:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    known = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_null,
    )
    if not any(is_known(value) for is_known in known):
        raise InputError(
            f"column '{column}' is of type {kind}, not text: "
            "name a column of strings with --column, or cast it first"
        )


def _text(value: bytes | None) -> Text:
    if value is None:
        return Text("", NULL)
    if not value:
        return Text("", EMPTY)
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return Text("", NOT_UTF8, f"byte {error.start} is {value[error.start]:#04x}")
    return Text(text) if text.strip() else Text("", BLANK, f"{len(text):,} characters")
