"""An encoder as one writes it for a batch of texts, whatever calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workloads.embed import settings
from workloads.embed.models import DEFAULT, folder_of
from workloads.embed.prepare import prepared

# What sentence-transformers has as its default is half of it.
BATCH_ROWS = 64
WIDTH = 384


class Usual:
    """Fills all texts of a batch up to the longest, and has them encoded at once, by one thread."""

    def __init__(self) -> None:
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        known = settings.read(folder_of(DEFAULT))
        self._tokenizer = Tokenizer.from_file(str(known.folder / settings.TOKENIZER))
        self._tokenizer.enable_truncation(known.limit)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            prepared(known, "float32"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Any:
        """The vectors of some texts, of shape (texts, numbers)."""
        encodings = self._tokenizer.encode_batch(texts)
        feed = {
            "input_ids": np.array([one.ids for one in encodings]),
            "attention_mask": np.array([one.attention_mask for one in encodings]),
        }
        return self._session.run(None, feed)[0]
