"""An encoder ready to work: a tokenizer and a session of ONNX Runtime, kept by the process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]

from errors import InputError
from workloads.embed import settings
from workloads.embed.batches import by_length, filled
from workloads.embed.bert import IDS, MASK
from workloads.embed.models import folder_of
from workloads.embed.prepare import prepared
from workloads.embed.tokens import Tokeniser
from workloads.machine import instructions

# What a thread of a batch is given: more than that, and what lies between two layers no longer fits
# the core's own cache.
TOKENS_A_THREAD = 512
KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}

Vectors = npt.NDArray[np.float32]


class Encoder:
    """Makes vectors of texts.

    Attributes:
        width: how many numbers a vector has.
        tokeniser: for what it is to encode.
    """

    def __init__(self, model: str, precision: str, threads: int) -> None:
        known = settings.read(folder_of(model))
        self.width = known.width
        self.tokeniser = Tokeniser(known)
        self._padding = known.padding
        self._batch = TOKENS_A_THREAD * threads
        path = prepared(known, precision)
        try:
            self._session = onnxruntime.InferenceSession(
                path, _options(precision, threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise InputError(f"the graph of {known.folder} cannot be run: {error}") from error
        self._kinds = {one.name: KINDS[one.type] for one in self._session.get_inputs()}

    def encode(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """The vectors, each of length 1, of texts given by the numbers of their tokens.

        Returns:
            An array of shape (texts, width), in the order of the texts.
        """
        vectors = np.empty((len(texts), self.width), np.float32)
        for places in by_length([len(text) for text in texts], self._batch):
            numbers, real = filled([texts[place] for place in places], self._padding)
            given = {IDS: numbers, MASK: real, "token_type_ids": np.zeros_like(numbers)}
            feed = {
                name: given[name].astype(kind, copy=False) for name, kind in self._kinds.items()
            }
            vectors[places] = self._session.run(None, feed)[0]
        return vectors


def _options(precision: str, threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A plan for each shape of batch, kept for ever, where hardly a shape comes twice.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    if precision == "bfloat16":
        options.add_session_config_entry("mlas.enable_gemm_fastmath_arm64_bfloat16", "1")
    if precision == "int8" and instructions.overflows():
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


@lru_cache(maxsize=2)
def encoder(model: str, precision: str, threads: int) -> Encoder:
    """The encoder of this process; made when it is first wanted.

    Raises:
        RayOnAwsError: there is no such model or precision, or it cannot be used.
    """
    return Encoder(model, precision, threads)


def task_cpus() -> int:
    """How many CPUs the Ray task has that this runs in; outside of one, all there are."""
    import ray

    if ray.is_initialized():
        context: Any = ray.get_runtime_context()
        if context.get_task_id() is not None:
            return max(int(context.get_assigned_resources().get("CPU", 1)), 1)
    return len(os.sched_getaffinity(0))
