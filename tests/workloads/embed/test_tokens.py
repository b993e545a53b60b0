"""Texts as tokens: as the tokenizer itself has them, however long they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import tokenizers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers, pre_tokenizers

from errors import InputError
from tests.workloads.embed.tiny import LIMIT, write_json, write_tiny
from tests.workloads.programs import peak_bytes
from workloads.embed import models
from workloads.embed.settings import read
from workloads.embed.tokens import CHARACTERS_A_TOKEN, Tokeniser, Tokens

MB = 1_000_000
CHARACTERS = LIMIT * CHARACTERS_A_TOKEN
WORDS = st.sampled_from(["the", "of", "unbelievable", "가나", "🙂", " " * 3000, "x" * 150, "\n"])
TOKENS_OF_A_LONG_TEXT = """
from workloads.embed import models
from workloads.embed.settings import read
from workloads.embed.tokens import Tokeniser
tokeniser = Tokeniser(read(models.folder_of(models.DEFAULT)))
texts = ["all work and no play ", "漢字の文章は空白を持たない。", "other\\u00a0blanks\\u2003too"]
for text in texts:
    found = tokeniser.tokens(text * (42_000_000 // len(text.encode())))
    assert found.cut and len(found.numbers) == 256
"""
# Whatever a cut may come between: accents and letters that join, controls that are left out, spaces
# of all kinds and some that are none, scripts without any, and what has several code points.
PIECES = st.sampled_from(
    [
        *("the", "of", "unbelievable", "x" * 150, "it's", "3,141.59", "--", "..."),
        *(" ", "  ", "\n\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028"),
        *("\x00", "\x1c", "\x85", "\u200b", "\u200d", "\ufeff", "\ufffd", "\xad"),
        *("漢字", "。", "、", "가나", "\u1100\u1161\u11a8", "ไทย", "สวัสดี"),
        *(
            "e\u0301",
            "\u0301",
            "\u1e9b\u0323",
            "İ",
            "Σ",
            "ß",
            "ﬁ",
            "🙂",
            "👩\u200d👩\u200d👧",
            "🇰🇷",
        ),
    ]
)


def whole(tokenizer: Tokenizer, text: str, limit: int) -> Tokens:
    """The tokens of a text, of which all were looked at."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    wanted = len(tokenizer.encode(text).ids) > limit
    tokenizer.enable_truncation(limit)
    return Tokens(tokenizer.encode(text).ids, wanted)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(WORDS, max_size=40).map(" ".join),
        st.lists(WORDS, min_size=1, max_size=40).map(lambda words: "".join(words) * 40),
    )
)
def test_they_are_those_of_the_tokenizer(tiny: Path, text: str) -> None:
    due = whole(Tokenizer.from_file(str(tiny / "tokenizer.json")), text, LIMIT)
    assert Tokeniser(read(tiny)).tokens(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "the " * CHARACTERS,
        "x" * (CHARACTERS + 9),
        "x" * CHARACTERS + " of the" * 9,
        " " * CHARACTERS + "of the",
        "of " + " " * CHARACTERS + "the " * LIMIT,
        "\u3000".join(["the"] * CHARACTERS),
    ],
    ids=["words", "a word", "a word and words", "blanks", "blanks between", "wide spaces"],
)
def test_a_very_long_text_has_the_same_tokens_as_if_all_were_looked_at(
    tiny: Path, text: str
) -> None:
    due = whole(Tokenizer.from_file(str(tiny / "tokenizer.json")), text, LIMIT)
    assert Tokeniser(read(tiny)).tokens(text) == due


def other_tokenizers() -> dict[str, Tokenizer]:
    """Those of other families: by bytes, blanks among them; and by sentences without blanks."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("Ġ", "Ġ"), ("o", "f"), ("Ġ", "of")]
    words = [*sorted(alphabet), *("".join(pair) for pair in merges)]
    by_bytes = Tokenizer(tokenizers.models.BPE({one: at for at, one in enumerate(words)}, merges))
    by_bytes.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    pieces = [("<unk>", 0.0), ("▁", -2.0), ("▁the", -3.0), ("▁of", -3.0), ("e", -4.0), ("t", -4.0)]
    by_pieces = Tokenizer(tokenizers.models.Unigram(pieces, unk_id=0))
    by_pieces.normalizer = normalizers.NFKC()
    by_pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    return {"bytes": by_bytes, "pieces": by_pieces}


OTHERS = other_tokenizers()


@pytest.mark.parametrize("name", ["tiny", "default", *OTHERS])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PIECES, min_size=1, max_size=12), st.lists(PIECES, max_size=9), st.integers(1, 900))
def test_a_beginning_has_the_tokens_that_the_whole_has(
    tiny: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    begin: list[str],
    again: list[str],
    times: int,
) -> None:
    text = "".join(begin) + "".join(again) * times
    folder = tiny
    if name == "default":
        folder = models.folder_of(models.DEFAULT)
    elif name in OTHERS:
        folder = write_tiny(tmp_path_factory.mktemp(name))
        OTHERS[name].save(str(folder / "tokenizer.json"))
    known = read(folder)
    due = whole(Tokenizer.from_file(str(folder / "tokenizer.json")), text, known.limit)
    assert Tokeniser(known).tokens(text) == due


def test_a_text_of_forty_megabytes_takes_little_memory() -> None:
    assert peak_bytes(TOKENS_OF_A_LONG_TEXT) < 500 * MB


def test_what_the_folder_says_of_filling_up_and_cutting_does_not_count(tiny: Path) -> None:
    tokeniser = Tokeniser(read(tiny))
    assert (len(tokeniser.tokens("the").numbers), tokeniser.around) == (3, 2)
    assert len(tokeniser.tokens("the " * 12).numbers) == 14


def test_texts_are_put_into_lower_case_where_the_model_wants_it(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "model")
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.normalizer = None
    made.save(str(folder / "tokenizer.json"))
    cased = Tokeniser(read(folder)).tokens("THE")
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 9, "do_lower_case": True})
    lowered = Tokeniser(read(folder)).tokens("THE")
    assert cased != lowered == Tokeniser(read(folder)).tokens("the")


def test_a_broken_tokenizer_is_told(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "model")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match=r"tokenizer\.json cannot be used: .*; get it anew"):
        Tokeniser(read(folder))


def test_the_model_that_is_here_already_is_cut_at_256() -> None:
    tokeniser = Tokeniser(read(models.folder_of(models.DEFAULT)))
    assert tokeniser.tokens("hello " * 254) == Tokens([101, *[7592] * 254, 102], False)
    assert tokeniser.tokens("hello " * 255) == Tokens([101, *[7592] * 254, 102], True)
