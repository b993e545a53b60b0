"""What the files beside the weights say, in the forms that they have on the hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from errors import InputError
from tests.workloads.embed.tiny import CONFIG, LIMIT, PLACES, WIDTH, write_json, write_tiny
from workloads.embed import models
from workloads.embed.settings import read

MODULES = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a small model that may be changed."""
    return write_tiny(tmp_path / "model")


def test_the_model_that_is_here_already() -> None:
    known = read(models.folder_of(models.DEFAULT))
    assert (known.limit, known.width, known.pooling) == (256, 384, "mean")
    assert (known.padding, known.lower) == (0, False)
    assert known.weights.name == "model.safetensors"


def test_a_folder_says_what_the_model_is(model: Path) -> None:
    known = read(model)
    assert (known.limit, known.width, known.padding) == (LIMIT, WIDTH, 0)
    assert known.weights == model / "model.safetensors"


@pytest.mark.parametrize(
    ("pooling", "mode"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}, "cls"),
        ({"pooling_mode": "cls", "include_prompt": True}, "cls"),
        ({}, "mean"),
    ],
)
def test_pooling_is_said_in_two_ways_or_not_at_all(
    model: Path, pooling: dict[str, Any], mode: str
) -> None:
    write_json(model / "1_Pooling/config.json", pooling)
    write_json(model / "modules.json", MODULES)
    assert read(model).pooling == mode


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ({"sentence_bert_config.json": {"max_seq_length": 7}}, 7),
        ({"sentence_bert_config.json": {}, "tokenizer_config.json": {"model_max_length": 9}}, 9),
        ({"sentence_bert_config.json": {"max_seq_length": 10**30}}, PLACES),
    ],
)
def test_the_smallest_limit_counts(model: Path, said: dict[str, Any], limit: int) -> None:
    for name, content in said.items():
        write_json(model / name, content)
    assert read(model).limit == limit


def test_a_graph_serves_where_none_can_be_made(model: Path) -> None:
    write_json(model / "config.json", {**CONFIG, "model_type": "mpnet"})
    (model / "onnx").mkdir()
    for name in ("model.onnx", "onnx/model.onnx"):
        (model / name).touch()
        assert read(model).weights == model / name


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"config.json": None}, "has no config.json: it is not the folder of a model"),
        ({"tokenizer.json": None}, "has no tokenizer.json: it is not the folder of a model"),
        ({"config.json": {"model_type": "vit"}}, "config.json has no hidden_size: it is not of an"),
        ({"config.json": []}, "config.json holds a list: get the model anew"),
        ({"config.json": "{"}, "config.json is not JSON (Expecting property name"),
        (
            {"modules.json": [*MODULES, {"path": "3", "type": "sentence_transformers.Dense"}]},
            "has a module Dense, which is not known here: choose one that has only Transformer",
        ),
        (
            {"1_Pooling/config.json": {"pooling_mode_max_tokens": True}},
            "makes a vector by 'max', which is not known here: choose one that does it by mean or",
        ),
        (
            {
                "1_Pooling/config.json": {
                    "pooling_mode_max_tokens": True,
                    "pooling_mode_mean_tokens": True,
                }
            },
            "makes a vector by 'max and mean'",
        ),
        (
            {"config.json": {"hidden_size": 8}, "sentence_bert_config.json": {}},
            "does not say how many tokens a text may have",
        ),
        ({"model.safetensors": None}, "holds no onnx/model.onnx, and no model.safetensors of a"),
        (
            {"config.json": {**CONFIG, "model_type": "mpnet"}},
            "of a model of the type 'bert' (this one is of 'mpnet'): export the model to ONNX",
        ),
    ],
)
def test_what_is_not_known_is_told(model: Path, changes: dict[str, Any], told: str) -> None:
    for name, content in changes.items():
        if content is None:
            (model / name).unlink()
        elif isinstance(content, str):
            (model / name).write_text(content)
        else:
            write_json(model / name, content)
    with pytest.raises(InputError, match=re.escape(told)):
        read(model).weights  # noqa: B018 - read when it is asked for
