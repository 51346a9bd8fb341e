"""Which pixels have which of the colours that objects come in."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.scene import COLORS

NAMES: tuple[str, ...] = (*COLORS, "")
"""Names of the labels; the last one stands for what has no colour worth a name."""
PLAIN = len(COLORS)

_HUES = np.array([colorsys.rgb_to_hsv(*rgb)[0] for rgb in COLORS.values()]) * 256.0
_LEAST_SATURATION = 80
_LEAST_VALUE = 25


def _label_of_hue() -> NDArray[np.uint8]:
    gap = np.abs(np.arange(256)[:, None] - _HUES[None, :])
    return np.asarray(np.argmin(np.minimum(gap, 256.0 - gap), axis=1), dtype=np.uint8)


_LABEL_OF_HUE = _label_of_hue()


def label_colors(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Label each pixel (height, width) with the index in ``NAMES`` of the colour nearest in hue."""
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV_FULL))
    labels = _LABEL_OF_HUE[hue]
    labels[(saturation < _LEAST_SATURATION) | (value < _LEAST_VALUE)] = PLAIN
    return np.asarray(labels, dtype=np.uint8)
