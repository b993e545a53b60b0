"""Log-mel features as OpenAI's Whisper takes them, of clips of any length.

The standard is `log_mel_spectrogram` of https://github.com/openai/whisper (whisper/audio.py), which
goes back to librosa and to Slaney's Auditory Toolbox (1998): 16 kHz, frames of 400 samples (25 ms)
every 160 (10 ms), the first one around the first sample with the signal mirrored at both ends, a
periodic Hann window, power spectrum, 80 triangular bands up to 8 kHz of equal area, log10, at most
80 dB below the clip's loudest value, then (value + 4) / 4. Whisper pads a clip to 30 s before; here
that is left to whoever feeds the model, and frames come before bands, as they come in time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workloads.audio.bank import BANDS, BANK
from workloads.audio.compiled import compiled
from workloads.audio.decode import Samples
from workloads.audio.fourier import LANES, PLACES, POINT, SIZE, transform

HOP = 160
FREQUENCIES = SIZE // 2 + 1
SMALLEST_POWER = 1e-10
# In powers of ten.
RANGE = 8.0
# Frames at a time: two to a lane, one as its real and one as its imaginary part.
FRAMES = 2 * LANES
# Of samples, that are put into lanes at a time: so many that what is written stays near.
RUN = 16

Features = npt.NDArray[np.float32]

_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)).astype(np.float32)
_HERE = PLACES[:FREQUENCIES] * POINT
_MIRRORED = PLACES[-np.arange(FREQUENCIES) % SIZE] * POINT
# The weights of each band that are not zero, and the frequencies that they begin and end at.
_FIRST = np.argmax(BANK > 0, axis=1)
_LAST = FREQUENCIES - np.argmax(BANK[:, ::-1] > 0, axis=1)
_WEIGHTS = np.ascontiguousarray(BANK, np.float32)
_QUARTER, _ZERO = np.float32(0.25), np.float32(0)


@compiled
def _fill(padded: Samples, frame: int, frames: int, work: Samples) -> None:
    """Puts windowed frames into the lanes; behind the last frame, that one again."""
    for run in range(0, SIZE, RUN):
        for lane in range(FRAMES):
            start = min(frame + lane, frames - 1) * HOP
            for at in range(run, run + RUN):
                work[at * POINT + lane] = padded[start + at] * _WINDOW[at]


@compiled
def _powers(work: Samples) -> None:
    """Puts power spectra in the place of the transforms, which hold two frames each.

    The transform of a real signal is its own conjugate at the mirrored frequency; what of a
    transform is so belongs to its real frame, and what is its opposite to its imaginary one.
    """
    for frequency in range(FREQUENCIES):
        here, mirrored = _HERE[frequency], _MIRRORED[frequency]
        for re in range(here, here + LANES):
            im, other_re = re + LANES, re + mirrored - here
            other_im = other_re + LANES
            even_re, even_im = work[re] + work[other_re], work[im] - work[other_im]
            odd_re, odd_im = work[re] - work[other_re], work[im] + work[other_im]
            work[re] = _QUARTER * (even_re * even_re + even_im * even_im)
            work[im] = _QUARTER * (odd_re * odd_re + odd_im * odd_im)


@compiled
def _bands(work: Samples, sums: Samples, frame: int, out: Features) -> None:
    """Sums the powers of each frame over the bands."""
    for band in range(BANDS):
        for lane in range(FRAMES):
            sums[lane] = _ZERO
        for frequency in range(_FIRST[band], _LAST[band]):
            weight, here = _WEIGHTS[band, frequency], _HERE[frequency]
            for lane in range(FRAMES):
                sums[lane] += weight * work[here + lane]
        for lane in range(min(FRAMES, len(out) - frame)):
            out[frame + lane, band] = sums[lane]


@compiled
def _mel(padded: Samples, out: Features) -> None:
    work = np.empty(SIZE * POINT, np.float32)
    sums = np.empty(FRAMES, np.float32)
    for frame in range(0, len(out), FRAMES):
        _fill(padded, frame, len(out), work)
        transform(work)
        _powers(work)
        _bands(work, sums, frame, out)


def frames(samples: int) -> int:
    """How many frames there are of so many samples."""
    return samples // HOP


def log_mel(samples: Samples) -> Features:
    """The features of a clip.

    Args:
        samples: at 16 kHz, more than 200 of them.

    Returns:
        Shape (samples // 160, 80), from about -1 to 2.
    """
    half = SIZE // 2
    padded = np.empty(len(samples) + SIZE, np.float32)
    padded[half:-half] = samples
    padded[:half] = samples[half:0:-1]
    padded[-half:] = samples[-2 : -half - 2 : -1]
    out = np.empty((frames(len(samples)), BANDS), np.float32)
    _mel(padded, out)
    np.maximum(out, SMALLEST_POWER, out=out)
    np.log10(out, out=out)
    np.maximum(out, out.max() - RANGE, out=out)
    out += 4
    out *= 0.25
    return out
