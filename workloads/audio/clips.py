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
PAUSE_SECONDS = (0.2, 0.35, 0.5, 0.8)
# The last phrase begins before these are over, so that clips are of 2 to 8 s.
SECONDS = (2.0, 6.0)
GAINS = (0.3, 1.0)
# How often a clip of a kind is of which format and how many channels.
FORMATS = {
    "mp3": {("mp3", 1): 1.0},
    "mixed": {
        ("mp3", 1): 0.6,
        ("mp3", 2): 0.1,
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
    pauses: tuple[Pcm, ...]


@dataclass(frozen=True)
class Plan:
    """What a clip is made of: the numbers of a pause, of phrases, and of another pause."""

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
        return suffix, _joined(plan, seed, channels)
    return suffix, _written(_samples(plan, bank(seed)), suffix, channels)


@lru_cache(maxsize=2)
def bank(seed: int) -> Bank:
    """The phrases of some speakers, and pauses."""
    random = np.random.default_rng((seed, 0))
    speakers = [speaker(random) for _ in range(SPEAKERS)]
    return Bank(
        tuple(phrase(random, speakers[number % SPEAKERS]) for number in range(PHRASES)),
        tuple(pause(random, seconds) for seconds in PAUSE_SECONDS),
    )


def _plan(random: np.random.Generator, bank_: Bank) -> Plan:
    before, behind = (int(number) for number in random.integers(len(bank_.pauses), size=2))
    left = random.uniform(*SECONDS) * RATE - len(bank_.pauses[before]) - len(bank_.pauses[behind])
    chosen: list[int] = []
    while left > 0:
        chosen.append(int(random.integers(len(bank_.phrases))))
        left -= len(bank_.phrases[chosen[-1]])
    return Plan(before, tuple(chosen), behind, random.uniform(*GAINS))


def _samples(plan: Plan, bank_: Bank) -> Pcm:
    phrases = [bank_.phrases[number] for number in plan.phrases]
    whole = np.concatenate([bank_.pauses[plan.before], *phrases, bank_.pauses[plan.behind]])
    return np.round(whole * plan.gain).astype(np.int16)


def _written(samples: Pcm, suffix: str, channels: int) -> bytes:
    sink = io.BytesIO()
    content = _sides(samples, channels)
    soundfile.write(sink, content, RATE, subtype="PCM_16", format=suffix.upper())
    return sink.getvalue()


def _joined(plan: Plan, seed: int, channels: int) -> bytes:
    """The clip of a plan as MP3, at the level that its phrases have."""
    spoken = [_phrase(seed, number, channels) for number in plan.phrases]
    before, behind = (_pause(seed, number, channels) for number in (plan.before, plan.behind))
    return mp3.joined([before, *spoken, behind], channels)


# Encoding takes thirty times as long as decoding, so each is done once.
@lru_cache(maxsize=4 * PHRASES)
def _phrase(seed: int, number: int, channels: int) -> bytes:
    return mp3.encoded(_sides(bank(seed).phrases[number], channels))


@lru_cache(maxsize=4 * len(PAUSE_SECONDS))
def _pause(seed: int, number: int, channels: int) -> bytes:
    return mp3.encoded(_sides(bank(seed).pauses[number], channels))


def _sides(samples: Pcm, channels: int) -> Pcm:
    return samples if channels == 1 else both_sides(samples)
