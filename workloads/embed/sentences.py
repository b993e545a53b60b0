"""Sentences to vectors: a column of text in, a column of vectors of length 1 out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from errors import InputError, UsageError
from workloads.embed.encoder import Encoder, encoder, task_cpus
from workloads.embed.models import DEFAULT
from workloads.embed.texts import NO_TOKENS, TOO_LONG, Text, distinct
from workloads.embed.tokens import Tokens
from workloads.files.functions import REASON, Parted
from workloads.files.picking import picked

VECTOR = "vector"
TRUNCATED = "truncated"
DETAIL = "detail"
# What becomes of a text of more tokens than the model takes.
LONG = ("truncate", "reject")


def sentences(
    table: pa.Table,
    column: str = "text",
    output: str = VECTOR,
    model: str = DEFAULT,
    precision: str = "float32",
    too_long: str = "truncate",
) -> Parted:
    """Adds the vectors of a column of sentences, and whether each was cut, as the last columns.

    A sentence that is there several times is encoded once.

    Args:
        table: any columns; they keep their types and order.
        column: the one with the sentences: string, large_string, string_view, a dictionary of one
            of these, or null.
        output: the name of the column of vectors, a fixed_size_list of float32.
        model: see `models.folder_of`.
        precision: `float32`; `bfloat16`, where the CPU and the library have it; or `int8`.
        too_long: `truncate` texts at the model's limit, or `reject` them.

    Returns:
        What is rejected has all columns of the table, `reason` and `detail`.

    Raises:
        UsageError: no such model or precision, or no such thing to do with long texts.
        InputError: no such column, it does not hold text, or a column to add exists already; or the
            model is not whole, or of a kind that is not known here.
    """
    if too_long not in LONG:
        raise UsageError(f"'{too_long}' is nothing to do: choose one of {', '.join(LONG)}")
    _check_names(table, output)
    texts, which = distinct(table, column)
    ready = encoder(model, precision, task_cpus())
    texts, tokens = _tokenised(ready, texts, too_long)
    taken = np.array([not text.reason for text in texts], bool)
    rows = taken[which] if len(which) else np.zeros(0, bool)
    vectors = ready.encode([one.numbers for one, use in zip(tokens, taken, strict=True) if use])
    cut = np.array([one.cut for one in tokens], bool)[which[rows]]
    # A distinct text's place among those that are taken.
    places = np.cumsum(taken) - 1
    kept = picked(table, rows)
    kept = kept.append_column(output, _lists(vectors[places[which[rows]]], ready.width))
    kept = kept.append_column(TRUNCATED, pa.array(cut))
    return Parted(kept, _rejected(table, rows, [texts[index] for index in which[~rows]]))


def _check_names(table: pa.Table, output: str) -> None:
    if output in table.column_names:
        raise InputError(
            f"there is a column '{output}' already: name another for the vectors with --output"
        )
    for name in (TRUNCATED, REASON, DETAIL):
        if name in (*table.column_names, output):
            raise InputError(f"a column '{name}' is to be added, and there is one: rename it first")


def _tokenised(
    ready: Encoder, texts: Sequence[Text], too_long: str
) -> tuple[list[Text], list[Tokens]]:
    """The tokens of each text; what is wrong with them is added to the texts."""
    found: list[Text] = []
    tokens: list[Tokens] = []
    for text in texts:
        one = Tokens([], False) if text.reason else ready.tokeniser.tokens(text.value)
        characters = f"{len(text.value):,} characters"
        if not text.reason and len(one.numbers) <= ready.tokeniser.around:
            text = replace(text, reason=NO_TOKENS, detail=characters)
        elif one.cut and too_long == "reject":
            text = replace(text, reason=TOO_LONG, detail=characters)
        found.append(text)
        tokens.append(one)
    return found, tokens


def _lists(vectors: Any, width: int) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), width)


def _rejected(table: pa.Table, kept: Any, texts: Sequence[Text]) -> pa.Table:
    rejected = picked(table, ~kept)
    reasons = pa.array([text.reason for text in texts], pa.string())
    details = pa.array([text.detail or None for text in texts], pa.string())
    return rejected.append_column(REASON, reasons).append_column(DETAIL, details)
