"""An image of any size made a square one."""

from __future__ import annotations

from PIL import Image

from workloads.image.decode import Colour

FITS = ("stretch", "crop", "pad")
# How each of EXIF's orientations is brought upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Averaging whole blocks of pixels first, down to three times the size, shows no difference.
REDUCING_GAP = 3.0


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The image upright."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def fitted(
    image: Image.Image, size: int, fit: str, background: Colour, orientation: int
) -> Image.Image:
    """The image upright, `size` pixels wide and high, in the mode that it has.

    Scaled by a triangle filter as wide as the scale asks for: what is called bilinear with
    antialiasing. It is turned when it is small, which gives the same and costs less.

    Args:
        image: of mode L or RGB.
        size: in pixels.
        fit: `stretch` all of it, `crop` the middle, or `pad` with the background.
        background: for `pad`.
        orientation: EXIF's.
    """
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    inner = (size, size)
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    elif fit == "pad":
        scale = size / max(width, height)
        inner = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = image.resize(inner, Image.Resampling.BILINEAR, box=box, reducing_gap=REDUCING_GAP)
    small = turned(small, orientation)
    return small if small.size == (size, size) else _padded(small, size, background)


def _padded(image: Image.Image, size: int, background: Colour) -> Image.Image:
    padded = Image.new("RGB", (size, size), background)
    padded.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    return padded
