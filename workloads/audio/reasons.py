"""Why a clip is not taken: few reasons, so that they can be counted."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a clip; what exactly is told beside it."""

    NO_AUDIO = "no audio"  # null, or no bytes
    NOT_AUDIO = "not audio"  # of no format that is known here
    DAMAGED = "damaged"  # cut off, or what is in it cannot be decoded
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    SAMPLE_RATE = "sample rate"  # of no recording of speech
    CHANNELS = "channels"  # more than any recording of speech has
    SILENT = "silent"


class ClipError(Exception):
    """A clip is not taken.

    Attributes:
        reason: which kind of thing is wrong with it.
        detail: what exactly.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
