"""Texts as the numbers of their tokens, cut at the most that a model takes."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer

from errors import InputError
from workloads.embed.settings import TOKENIZER, Settings

# Of a text that is longer than the limit times this, in characters, only a beginning is looked at,
# and a longer one where that has not enough tokens: whole, one of 4 MB would take a gigabyte.
CHARACTERS_A_TOKEN = 8
LONGER = 4
# What is behind a cut may change the words before it, but not those before that: letters go on,
# accents join, several blanks are one word. One would do for each tokenizer that was tried.
WORDS_AT_A_CUT = 8


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
        length = self._characters
        while length < len(text):
            if found := self._of_beginning(text[:length]):
                return found
            length *= LONGER
        encoding = self._tokenizer.encode(text)
        return Tokens(encoding.ids, bool(encoding.overflowing))

    def _of_beginning(self, text: str) -> Tokens | None:
        """The tokens of a longer text; None where this beginning of it has not enough of them.

        It may be cut anywhere. So the last tokens that count have to be of words that are well
        before the cut.
        """
        encoding = self._tokenizer.encode(text)
        if not encoding.overflowing:
            return None
        last, there = (_last_word(one) for one in (encoding, encoding.overflowing[-1]))
        return Tokens(encoding.ids, True) if last + WORDS_AT_A_CUT < there else None


def _last_word(encoding: Encoding) -> int:
    """The number of the last word that tokens are of; -1 where there is none."""
    return max((word for word in encoding.word_ids if word is not None), default=-1)
