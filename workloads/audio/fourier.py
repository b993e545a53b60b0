"""Fourier transforms of 400 points, of several frames at once, in place.

400 is 4 * 4 * 5 * 5: four passes of butterflies (Gentleman and Sande, "Fast Fourier Transforms: for
Fun and Profit", 1966) over a flat array of float32, which holds for each point the real parts of
all lanes, then the imaginary parts. Lanes are what a vector unit works on at once; that within a
pass all distances are constants tells LLVM that it may. The results lie in an order of their own,
which PLACES tells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from workloads.audio.compiled import compiled

SIZE = 400
LANES = 8
# Floats of the array for a point.
POINT = 2 * LANES
RADICES = (4, 4, 5, 5)

Floats = npt.NDArray[np.float32]

# Real and imaginary parts of the fifth roots of one.
_C1, _C2 = (np.float32(np.cos(2 * np.pi * power / 5)) for power in (1, 2))
_S1, _S2 = (np.float32(np.sin(2 * np.pi * power / 5)) for power in (1, 2))


def _turns(size: int, radix: int) -> tuple[Floats, Floats]:
    """Real and imaginary parts of what the results of butterflies are multiplied by.

    Each of shape (size / radix, radix - 1): the first result stays as it is.
    """
    angles = -2 * np.pi / size * np.outer(np.arange(size // radix), np.arange(1, radix))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _by_four(size: int) -> Callable[[Floats], None]:
    """The pass that splits each transform of `size` points into four."""
    (cosines, sines), transforms, points = _turns(size, 4), SIZE // size, size // 4
    b, c, d = (part * points * POINT for part in (1, 2, 3))

    @compiled
    def butterflies(work: Floats) -> None:
        for number in range(transforms * points):
            point = number % points
            c1, c2, c3 = cosines[point, 0], cosines[point, 1], cosines[point, 2]
            s1, s2, s3 = sines[point, 0], sines[point, 1], sines[point, 2]
            first = (number // points * size + point) * POINT
            for re in range(first, first + LANES):
                im = re + LANES
                sum_re, sum_im = work[re] + work[re + c], work[im] + work[im + c]
                less_re, less_im = work[re] - work[re + c], work[im] - work[im + c]
                odd_re, odd_im = work[re + b] + work[re + d], work[im + b] + work[im + d]
                gap_re, gap_im = work[re + b] - work[re + d], work[im + b] - work[im + d]
                work[re], work[im] = sum_re + odd_re, sum_im + odd_im
                x, y = less_re + gap_im, less_im - gap_re
                work[re + b], work[im + b] = x * c1 - y * s1, x * s1 + y * c1
                x, y = sum_re - odd_re, sum_im - odd_im
                work[re + c], work[im + c] = x * c2 - y * s2, x * s2 + y * c2
                x, y = less_re - gap_im, less_im + gap_re
                work[re + d], work[im + d] = x * c3 - y * s3, x * s3 + y * c3

    return butterflies


def _by_five(size: int) -> Callable[[Floats], None]:
    """The pass that splits each transform of `size` points into five."""
    (cosines, sines), transforms, points = _turns(size, 5), SIZE // size, size // 5
    b, c, d, e = (part * points * POINT for part in (1, 2, 3, 4))

    @compiled
    def butterflies(work: Floats) -> None:
        for number in range(transforms * points):
            point = number % points
            c1, c2 = cosines[point, 0], cosines[point, 1]
            c3, c4 = cosines[point, 2], cosines[point, 3]
            s1, s2 = sines[point, 0], sines[point, 1]
            s3, s4 = sines[point, 2], sines[point, 3]
            first = (number // points * size + point) * POINT
            for re in range(first, first + LANES):
                im = re + LANES
                a_re, a_im = work[re], work[im]
                be_re, be_im = work[re + b] + work[re + e], work[im + b] + work[im + e]
                cd_re, cd_im = work[re + c] + work[re + d], work[im + c] + work[im + d]
                b_e_re, b_e_im = work[re + b] - work[re + e], work[im + b] - work[im + e]
                c_d_re, c_d_im = work[re + c] - work[re + d], work[im + c] - work[im + d]
                work[re], work[im] = a_re + be_re + cd_re, a_im + be_im + cd_im
                # Even and odd parts of the results 1 and 4, then of 2 and 3.
                m_re, m_im = a_re + _C1 * be_re + _C2 * cd_re, a_im + _C1 * be_im + _C2 * cd_im
                n_re, n_im = _S1 * b_e_re + _S2 * c_d_re, _S1 * b_e_im + _S2 * c_d_im
                x, y = m_re + n_im, m_im - n_re
                work[re + b], work[im + b] = x * c1 - y * s1, x * s1 + y * c1
                x, y = m_re - n_im, m_im + n_re
                work[re + e], work[im + e] = x * c4 - y * s4, x * s4 + y * c4
                m_re, m_im = a_re + _C2 * be_re + _C1 * cd_re, a_im + _C2 * be_im + _C1 * cd_im
                n_re, n_im = _S2 * b_e_re - _S1 * c_d_re, _S2 * b_e_im - _S1 * c_d_im
                x, y = m_re + n_im, m_im - n_re
                work[re + c], work[im + c] = x * c2 - y * s2, x * s2 + y * c2
                x, y = m_re - n_im, m_im + n_re
                work[re + d], work[im + d] = x * c3 - y * s3, x * s3 + y * c3

    return butterflies


_first, _second, _third, _fourth = _by_four(400), _by_four(100), _by_five(25), _by_five(5)


@compiled
def transform(work: Floats) -> None:
    """Transforms every lane, in place.

    Args:
        work: shape (SIZE * POINT,); afterwards the result for a frequency is at PLACES of it.
    """
    _first(work)
    _second(work)
    _third(work)
    _fourth(work)


def _places() -> npt.NDArray[np.int64]:
    """The point at which the result for each frequency is when all passes are done."""
    places = np.zeros(SIZE, np.int64)
    rest, size = np.arange(SIZE), SIZE
    for radix in RADICES:
        size //= radix
        places += rest % radix * size
        rest //= radix
    return places


PLACES = _places()
