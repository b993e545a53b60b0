"""Clips of made speech: phrases encoded once, then put together anew for each clip."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import soundfile  # type: ignore[import-untyped]

from workloads.audio import mp3
from workloads.audio.voice import RATE, Pcm, both_sides, pause, phrase, speaker

PHRASES = 32
SPEAKERS = 8
# How many frames of MP3, of 24 ms each, are before a clip's first phrase, and behind its last.
PAUSES = (8, 34)
# The last phrase begins before these are over, so that clips are of 2 to 8 s.
SECONDS = (2.0, 6.0)
GAINS = (0.4, 1.0)
# How often a clip of a kind is of which format and how many channels. (LAME's stereo is not the
# same from one process to the next.)
FORMATS = {
    "mp3": {("mp3", 1): 1.0},
    "mixed": {
        ("mp3", 1): 0.7,
        ("wav", 1): 0.08,
        ("wav", 2): 0.04,
        ("flac", 1): 0.12,
        ("flac", 2): 0.06,
    },
}


@dataclass(frozen=True)
class Bank:
    """What the clips of a data set are made of."""

    phrases: tuple[Pcm, ...]
    pause: Pcm


@dataclass(frozen=True)
class Plan:
    """What a clip is made of.

    Attributes:
        before: frames of the pause before it.
        phrases: their numbers.
        behind: frames of the pause behind it.
        gain: where it is not MP3, whose phrases have levels of their own.
    """

    before: int
    phrases: tuple[int, ...]
    behind: int
    gain: float


def clip(seed: int, row: int, kind: str) -> tuple[str, bytes]:
    """The suffix and the content of a clip's file."""
    random = np.random.default_rng((seed, 1, row))
    formats = FORMATS[kind]
    suffix, channels = list(formats)[random.choice(len(formats), p=list(formats.values()))]
    plan = _plan(random, bank(seed))
    if suffix == "mp3":
        return suffix, _joined(plan, seed)
    samples = _samples(plan, bank(seed))
    return suffix, _written(samples if channels == 1 else both_sides(samples), suffix)


@lru_cache(maxsize=2)
def bank(seed: int) -> Bank:
    """The phrases of some speakers, and pauses."""
    random = np.random.default_rng((seed, 0))
    speakers = [speaker(random) for _ in range(SPEAKERS)]
    return Bank(
        tuple(phrase(random, speakers[number % SPEAKERS]) for number in range(PHRASES)),
        pause(random, PAUSES[1] * mp3.FRAME_SAMPLES),
    )


def _plan(random: np.random.Generator, bank_: Bank) -> Plan:
    before, behind = (int(frames) for frames in random.integers(*PAUSES, size=2))
    left = random.uniform(*SECONDS) * RATE - (before + behind) * mp3.FRAME_SAMPLES
    chosen: list[int] = []
    while left > 0:
        chosen.append(int(random.integers(len(bank_.phrases))))
        left -= len(bank_.phrases[chosen[-1]])
    return Plan(before, tuple(chosen), behind, random.uniform(*GAINS))


def _samples(plan: Plan, bank_: Bank) -> Pcm:
    phrases = [bank_.phrases[number] for number in plan.phrases]
    before, behind = (
        bank_.pause[: frames * mp3.FRAME_SAMPLES] for frames in (plan.before, plan.behind)
    )
    whole = np.concatenate([before, *phrases, behind])
    return np.round(whole * plan.gain).astype(np.int16)


def _written(samples: Pcm, suffix: str) -> bytes:
    sink = io.BytesIO()
    soundfile.write(sink, samples, RATE, subtype="PCM_16", format=suffix.upper())
    return sink.getvalue()


def _joined(plan: Plan, seed: int) -> bytes:
    """The clip of a plan as MP3, at the level that its phrases have."""
    spoken = [_phrase(seed, number) for number in plan.phrases]
    before, behind = (
        _pause(seed)[: frames * mp3.FRAME_BYTES] for frames in (plan.before, plan.behind)
    )
    return mp3.joined([before, *spoken, behind])


# Encoding takes thirty times as long as decoding, so each is done once.
@lru_cache(maxsize=2 * PHRASES)
def _phrase(seed: int, number: int) -> bytes:
    return mp3.encoded(bank(seed).phrases[number])


@lru_cache(maxsize=2)
def _pause(seed: int) -> bytes:
    return mp3.encoded(bank(seed).pause)
