"""A model made ready to run: one graph, from tokens to vectors, kept in a cache of the user's."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from safetensors import SafetensorError
from safetensors.numpy import load_file

from errors import InputError, UsageError
from workloads.embed.bert import bert
from workloads.embed.pooling import pool
from workloads.embed.quantise import quantise
from workloads.embed.settings import CONFIG, WEIGHTS, Settings
from workloads.files.commit import whole_file
from workloads.files.places import Folder
from workloads.machine.instructions import PRECISIONS

# Changes whenever what is made of the same files changes.
RECIPE = 2
CACHE = "XDG_CACHE_HOME"


def prepared(settings: Settings, precision: str) -> Path:
    """The file with the graph of a model; made where it is not in the cache yet.

    For bfloat16 it is that of float32, which is what weights are in: only its products differ.
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
        if precision == "int8":
            quantise(model)
        content = model.SerializeToString()
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
        made_by += " int8"
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
