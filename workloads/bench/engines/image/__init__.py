"""Images made tensors, by a module for each engine.

All make the same: RGB of 224 by 224 as uint8, all of the image, by a triangle filter; its width and
height; and all other columns but the encoded image. Only ours also tells its format, mode,
orientation and frames, and its perceptual hash.
"""

SIZE = 224
