"""What the files beside a model's weights say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import InputError

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
WEIGHTS = "model.safetensors"
GRAPHS = ("onnx/model.onnx", "model.onnx")
# That a graph can be made of their weights.
BERT = "bert"

POOLINGS = ("mean", "cls")
# The modules of sentence-transformers that are done here. A vector is always of length 1.
MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True)
class Settings:
    """A model as its folder describes it.

    Attributes:
        folder: that holds it.
        config: of the encoder.
        limit: the most tokens of a text, those counted that the tokenizer puts around it.
        pooling: how vectors of tokens become one: by their `mean`, or the first is taken, `cls`.
        lower: whether texts are put into lower case before anything else.
    """

    folder: Path
    config: Mapping[str, Any]
    limit: int
    pooling: str
    lower: bool

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self.config["hidden_size"])

    @property
    def padding(self) -> int:
        """The token that fills up a text to the length of another."""
        return int(self.config.get("pad_token_id") or 0)

    @property
    def weights(self) -> Path:
        """The file with the weights: safetensors where a graph can be made of them, else a graph.

        Raises:
            InputError: there is neither.
        """
        found = weights_in(self.folder)
        if found is None:
            kind = self.config.get("model_type")
            raise InputError(
                f"{self.folder} holds no {GRAPHS[0]}, and no {WEIGHTS} of a model of the type "
                f"'{BERT}' (this one is of '{kind}'): export the model to ONNX into that folder"
            )
        return found


def weights_in(folder: Path) -> Path | None:
    """The file of a folder to take the weights from; None where there is none."""
    safe = [WEIGHTS] if _object(folder / CONFIG).get("model_type") == BERT else []
    return next((folder / name for name in (*safe, *GRAPHS) if (folder / name).exists()), None)


def read(folder: Path) -> Settings:
    """What the files of a folder say.

    Raises:
        InputError: it holds no model, or one that is used in a way that is not known here.
    """
    for name in (CONFIG, TOKENIZER):
        if not (folder / name).exists():
            raise InputError(f"{folder} has no {name}: it is not the folder of a model")
    config = _object(folder / CONFIG)
    if not isinstance(config.get("hidden_size"), int):
        raise InputError(f"{folder / CONFIG} has no hidden_size: it is not of an encoder of text")
    sentence = _object(folder / "sentence_bert_config.json")
    limits = (
        sentence.get("max_seq_length"),
        _object(folder / "tokenizer_config.json").get("model_max_length"),
        config.get("max_position_embeddings"),
    )
    known = [int(limit) for limit in limits if limit]
    if not known:
        raise InputError(f"{folder} does not say how many tokens a text may have at the most")
    return Settings(
        folder, config, min(known), _pooling(folder), bool(sentence.get("do_lower_case"))
    )


def _pooling(folder: Path) -> str:
    modules = _json(folder / "modules.json", [])
    kinds = {str(one["type"]).rpartition(".")[2]: one["path"] for one in modules}
    if unknown := sorted(set(kinds) - set(MODULES)):
        raise InputError(
            f"the model in {folder} has a module {', '.join(unknown)}, which is not known here: "
            f"choose one that has only {', '.join(MODULES)}"
        )
    said = _object(folder / kinds.get("Pooling", "1_Pooling") / CONFIG)
    modes = [
        name.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        for name, on in said.items()
        if name.startswith("pooling_mode_") and on is True
    ]
    # Newer files have it in a word.
    mode = str(said.get("pooling_mode") or " and ".join(modes) or POOLINGS[0])
    if mode not in POOLINGS:
        raise InputError(
            f"the model in {folder} makes a vector by '{mode}', which is not known here: "
            f"choose one that does it by {' or '.join(POOLINGS)}"
        )
    return mode


def _object(path: Path) -> dict[str, Any]:
    """A JSON object of a file; empty where there is no such file."""
    found: dict[str, Any] = _json(path, {})
    return found


def _json(path: Path, default: Any) -> Any:
    """What is in a file, which is to be of the type of what it is if there is no such file."""
    if not path.exists():
        return default
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not JSON ({error}): get the model anew") from error
    if not isinstance(found, type(default)):
        raise InputError(f"{path} holds a {type(found).__name__}: get the model anew")
    return found
