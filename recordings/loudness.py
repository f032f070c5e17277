"""How loud a sound is, measured as ITU-R BS.1770-4 says, by pyloudnorm."""

import numpy as np
from numpy.typing import NDArray

# A gating block of the standard. A shorter sound, such as one digit, is measured as if it repeated.
_BLOCK_SECONDS = 0.4


def loudness(samples: NDArray[np.float64], rate: int) -> float:
    """Return the integrated loudness of mono samples (full scale ±1) in LUFS; −inf for silence.

    Pauses do not count: the standard's gates leave out what is much softer than the rest.
    """
    # Imported here: it brings SciPy, which only the making of prompts needs.
    import pyloudnorm

    least = round(_BLOCK_SECONDS * rate) + 1
    if not samples.size:
        return float("-inf")
    if samples.size < least:
        samples = np.tile(samples, -(-least // samples.size))
    with np.errstate(divide="ignore"):
        return float(pyloudnorm.Meter(rate, block_size=_BLOCK_SECONDS).integrated_loudness(samples))
