"""A model made ready to run: one graph, from tokens to vectors, kept in a cache of the user's."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
import onnxruntime  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    QuantType,
    quantize_dynamic,
)
from safetensors import SafetensorError
from safetensors.numpy import load_file

from errors import InputError, UsageError
from workloads.embed.bert import bert
from workloads.embed.pooling import pool
from workloads.embed.settings import CONFIG, WEIGHTS, Settings
from workloads.files.commit import whole_file
from workloads.files.places import Folder

# float32 is what the weights are in. For bfloat16 the graph is the same.
PRECISIONS = ("float32", "bfloat16", "int8")
# Changes whenever what is made of the same files changes.
RECIPE = 1
CACHE = "XDG_CACHE_HOME"


def prepared(settings: Settings, precision: str) -> Path:
    """The file with the graph of a model; made where it is not in the cache yet.

    Its name is made of what is in the files that it depends on, so it need never be made anew.

    Raises:
        UsageError: no such precision.
        InputError: the files of the model are broken, or of a kind that is not known here.
        OutputError: the cache has no space, or may not be written.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"'{precision}' is no precision: choose one of {', '.join(PRECISIONS)}")
    name = f"{_key(settings, precision)}.onnx"
    cache = _cache()
    if not (cache / name).exists():
        model = _model(settings)
        content = _quantised(model) if precision == "int8" else model.SerializeToString()
        with whole_file(Folder.of(cache), name) as file:
            file.write(content)
    return cache / name


def _key(settings: Settings, precision: str) -> str:
    """A short name for all that decides what the graph is."""
    weights = settings.weights
    # Large graphs keep their weights in files beside them, named as they are.
    files = [settings.folder / CONFIG, *sorted(weights.parent.glob(f"{weights.name}*"))]
    made_by = f"{RECIPE} {settings.pooling} {onnx.__version__}"
    if precision == "int8":
        made_by += f" int8 {onnxruntime.__version__}"
    total = hashlib.sha256(made_by.encode())
    for path in files:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:32]


def _cache() -> Path:
    above = os.environ.get(CACHE)
    return (Path(above) if above else Path.home() / ".cache") / "ray-on-aws" / "embed"


def _model(settings: Settings) -> onnx.ModelProto:
    weights = settings.weights
    try:
        if weights.name == WEIGHTS:
            model = bert(settings.config, load_file(weights))
        else:
            model = onnx.load(weights)
        pool(model, settings.pooling, settings.width)
        onnx.checker.check_model(model)
    except InputError as error:
        raise InputError(f"{weights}: {error}") from error
    except (
        DecodeError,
        OSError,
        SafetensorError,
        ValueError,
        onnx.checker.ValidationError,
    ) as error:
        raise InputError(f"{weights} cannot be used: {error}; get it anew") from error
    return model


def _quantised(model: onnx.ModelProto) -> bytes:
    """The model with weights in int8, and what they are multiplied with in uint8.

    Each column of a matrix has a scale of its own: with one for all of it, vectors are ten times as
    far off. The order of the two types is what VNNI and AMX take.
    """
    with tempfile.TemporaryDirectory() as folder, _silent(logging.getLogger()):
        path = Path(folder) / "model.onnx"
        quantize_dynamic(model, path, weight_type=QuantType.QInt8, per_channel=True)
        return path.read_bytes()


@contextmanager
def _silent(logger: logging.Logger) -> Iterator[None]:
    """It advises to optimise the graph first, which changes nothing for this one."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
