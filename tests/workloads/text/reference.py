"""What cleaning is to give: the reference documents' own way, in Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from hypothesis import strategies as st

NOT_KEPT = re.compile(r"[^가-힣a-zA-Z0-9\s]")
SURROGATES = range(0xD800, 0xE000)
# Every character that can be encoded in UTF-8.
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES]
SPACES = [character for character in EVERY_CHARACTER if character.isspace()]


def cleaned(text: str) -> str:
    """The text as the documents clean it."""
    return NOT_KEPT.sub("", text).lower()


def cleaned_values(texts: Sequence[str | None]) -> list[str | None]:
    """Texts cleaned one by one; nulls stay."""
    return [None if text is None else cleaned(text) for text in texts]


_HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
_ASCII = st.characters(max_codepoint=0x7F)
_ANY = st.characters(codec="utf-8")
# Neighbours of what is kept, first and last of each length in UTF-8, letters that lower() changes.
_ODD = st.sampled_from(
    "\u0084\u0086\u009f\u00a1\u00c4\u00e9\u0130\u0131\u017f\u0300\u0345\u07ff\u0800\u115f\u1161"
    "\u167f\u1681\u200b\u200d\u2027\u2030\u2060\u2fff\u3001\u3131\u318e\uabff\ud7a4\uffa1\uffff"
    "\ufeff\U00010000\U0001f468\U0001f600\U0010ffff"
)
_CHARACTERS = st.one_of(_HANGUL, _HANGUL, _ASCII, st.sampled_from(SPACES), _ODD, _ANY)
_SHORT = st.text(_CHARACTERS, max_size=12)
# Repeats bring values to the length of several blocks at little cost to Hypothesis.
_LONG = st.builds(lambda text, times: text * times, _SHORT, st.integers(1, 40))

TEXTS = st.lists(st.one_of(st.none(), st.just(""), _SHORT, _LONG), max_size=12)
