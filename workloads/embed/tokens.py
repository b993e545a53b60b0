"""Texts as the numbers of their tokens, cut at the most that a model takes."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer

from errors import InputError
from workloads.embed.settings import TOKENIZER, Settings

# A text this many times as long as the limit, in characters, is cut before it is looked at: whole,
# a text of 100 MB would take gigabytes.
CHARACTERS_A_TOKEN = 64


@dataclass(frozen=True)
class Tokens:
    """The tokens of a text.

    Attributes:
        numbers: of the tokens, those counted that the tokenizer puts around a text.
        cut: whether the text has more of them.
    """

    numbers: list[int]
    cut: bool


class Tokeniser:
    """Cuts texts into tokens.

    Attributes:
        around: how many tokens a text has of which nothing is written.
    """

    def __init__(self, settings: Settings) -> None:
        path = settings.folder / TOKENIZER
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            raise InputError(f"{path} cannot be used: {error}; get it anew") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(settings.limit)
        self._lower = settings.lower
        self._characters = settings.limit * CHARACTERS_A_TOKEN
        self.around: int = self._tokenizer.num_special_tokens_to_add(False)

    def tokens(self, text: str) -> Tokens:
        """The tokens of a text, up to the limit."""
        if self._lower:
            text = text.lower()
        if len(text) > self._characters and (found := self._of_beginning(text)):
            return found
        encoding = self._tokenizer.encode(text)
        return Tokens(encoding.ids, bool(encoding.overflowing))

    def _of_beginning(self, text: str) -> Tokens | None:
        """The tokens of a very long text; None where its beginning has not enough of them.

        It is cut between words: nothing behind that changes what is before.
        """
        end = max(text.rfind(space, 0, self._characters) for space in " \n\t")
        if end < 0:
            return None
        encoding = self._tokenizer.encode(text[:end])
        return Tokens(encoding.ids, True) if encoding.overflowing else None
