"""A clip at a time with soundfile, soxr and NumPy, as one writes it who knows all three well.

What the baseline and the peers do the work with: the same steps as `workloads.audio`, of which only
the weights of the bands are taken. Arrays stay float32, whole clips go through each call, and
channels are averaged only where there are several.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]

from workloads.audio.bank import BANK

RATE, FRAME, HOP, BLOCK, MARGIN = 16_000, 400, 160, 160, 5
SILENCE_DB = 40
WINDOW = np.hanning(FRAME + 1)[:-1].astype(np.float32)
BANDS = BANK.T.astype(np.float32)

Samples = npt.NDArray[np.float32]


def features_of(content: bytes) -> dict[str, Any]:
    """The columns that are made of a clip, by name; `log_mel` of shape (frames, 80)."""
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    seconds, channels = len(samples) / rate, 1
    if samples.ndim > 1:
        channels = samples.shape[1]
        samples = samples.mean(axis=1)
    trimmed = trim(soxr.resample(samples, rate, RATE))
    return {
        "seconds": seconds,
        "sample_rate": rate,
        "channels": channels,
        "trimmed_seconds": len(trimmed) / RATE,
        "rms_dbfs": 10 * np.log10(np.mean(trimmed**2)),
        "peak_dbfs": 20 * np.log10(np.abs(trimmed).max()),
        "log_mel": log_mel(trimmed),
    }


def trim(samples: Samples) -> Samples:
    """Without the silence at both ends."""
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    power = (blocks**2).mean(axis=1)
    loud = np.flatnonzero(power >= power.max() * 10 ** (-SILENCE_DB / 10))
    start, stop = loud[0] - MARGIN, loud[-1] + 1 + MARGIN
    return samples[max(start, 0) * BLOCK : stop * BLOCK]


def log_mel(samples: Samples) -> npt.NDArray[np.float16]:
    """Whisper's features, in half precision."""
    padded = np.pad(samples, FRAME // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[:-1:HOP]
    spectrum = np.fft.rfft(frames * WINDOW)
    powers = spectrum.real**2 + spectrum.imag**2
    logs = np.log10(np.maximum(powers @ BANDS, 1e-10))
    features: npt.NDArray[np.float16] = (np.maximum(logs, logs.max() - 8) / 4 + 1).astype(
        np.float16
    )
    return features
