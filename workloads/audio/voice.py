"""Sounds much like speech, synthesised: syllables of voice with formants, and soft consonants.

They stand for recordings where there are none: of their length, level, pauses and spectrum, so that
decoding, trimming and features take as long as on speech. Nobody is to understand them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 48_000
# First three formants of vowels, in hertz, of men (Peterson and Barney, "Control Methods Used in a
# Study of the Vowels", JASA 24, 1952).
VOWELS = np.array(
    [
        (730, 1090, 2440),
        (530, 1840, 2480),
        (270, 2290, 3010),
        (570, 840, 2410),
        (300, 870, 2240),
        (660, 1720, 2410),
        (490, 1350, 1690),
    ],
    np.float64,
)
BANDWIDTHS = np.array([80.0, 100.0, 120.0])
HIGHEST_HARMONIC_HZ = 5500.0
NOISE = 1e-4  # in pauses, -80 dB of full scale
FULL_SCALE = 32767
LATER = 24  # samples by which the right ear hears it later: half a millisecond

Signal = npt.NDArray[np.float64]
Pcm = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Speaker:
    """Whose voice it is.

    Attributes:
        pitch: in hertz.
        size: of the formants, by which children's are higher than men's.
    """

    pitch: float
    size: float


def speaker(random: np.random.Generator) -> Speaker:
    """Anybody."""
    pitch = random.uniform(90, 240)
    return Speaker(pitch, 0.85 + pitch / 600)


def phrase(random: np.random.Generator, who: Speaker) -> Pcm:
    """Some syllables in a row, 0.7 to 2 s, at RATE."""
    syllables = [_syllable(random, who) for _ in range(random.integers(3, 8))]
    signal = np.concatenate([*syllables, np.zeros(random.integers(RATE // 16, RATE // 6))])
    loudness = random.uniform(0.15, 0.6) / np.abs(signal).max()
    return _rounded(random, signal * loudness)


def pause(random: np.random.Generator, samples: int) -> Pcm:
    """A faint noise, as of a room."""
    return _rounded(random, np.zeros(samples))


def both_sides(pcm: Pcm) -> Pcm:
    """Two channels of one, as of a voice that is nearer to the left."""
    right = np.concatenate([np.zeros(LATER, np.int16), pcm[:-LATER] // 2])
    return np.stack([pcm, right], axis=1)


def _rounded(random: np.random.Generator, signal: Signal) -> Pcm:
    heard = signal + NOISE * random.standard_normal(len(signal))
    return np.round(heard * FULL_SCALE).astype(np.int16)


def _syllable(random: np.random.Generator, who: Speaker) -> Signal:
    """A consonant, which is noise, and a vowel, which is voice."""
    consonant = np.diff(random.standard_normal(int(random.uniform(0.02, 0.09) * RATE)))
    consonant *= random.uniform(0.02, 0.1) * _envelope(len(consonant))
    vowel = _voice(random, who, int(random.uniform(0.1, 0.25) * RATE))
    return np.concatenate([consonant, vowel * _envelope(len(vowel))])


def _voice(random: np.random.Generator, who: Speaker, length: int) -> Signal:
    """The harmonics of a gliding pitch, as strong as a vowel's formants let them be."""
    begin, end = random.uniform(0.85, 1.15, 2)
    glide = np.linspace(begin, end, length)
    turn = np.exp(2j * np.pi * np.cumsum(who.pitch * glide) / RATE)
    harmonics = np.arange(1, int(HIGHEST_HARMONIC_HZ / who.pitch))
    formants = VOWELS[random.integers(len(VOWELS))] * who.size
    distance = (harmonics[:, np.newaxis] * who.pitch - formants) / BANDWIDTHS
    strength = (1 / np.sqrt(1 + distance**2)).sum(axis=1) / np.sqrt(harmonics)
    # The sum of strength * sin(harmonic * phase), by Horner's rule in the turning pointer.
    voice = np.polynomial.polynomial.polyval(turn, np.concatenate([[0.0], strength]))
    return np.ascontiguousarray(voice.imag)


def _envelope(length: int) -> Signal:
    """Up in a fifth of it, down in two."""
    at = np.arange(length) / max(length, 1)
    shape: Signal = np.sin(np.pi / 2 * np.clip(np.minimum(at / 0.2, (1 - at) / 0.4), 0, 1)) ** 2
    return shape
