"""Convolution, windows, peaks and simple filters."""
import numpy as np


def convolve(in1, in2, mode="full", method="auto"):
    return np.convolve(in1, in2, mode)


fftconvolve = convolve


def correlate(in1, in2, mode="full", method="auto"):
    return np.correlate(in1, in2, mode)


def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    a, b = np.asarray(in1), np.asarray(in2)
    if boundary != "fill":
        raise NotImplementedError(f"convolve2d with boundary='{boundary}' is not supported")
    (m, n), (p, q) = a.shape, b.shape
    padded = np.pad(a, ((p - 1, p - 1), (q - 1, q - 1)), constant_values=fillvalue)
    full = sum(b[i, j] * padded[p - 1 - i : 2 * p + m - 2 - i, q - 1 - j : 2 * q + n - 2 - j] for i in range(p) for j in range(q))
    if mode == "full":
        return full
    if mode == "valid":
        return full[p - 1 : m, q - 1 : n]
    top, left = (p - 1) // 2, (q - 1) // 2
    return full[top : top + m, left : left + n]


def lfilter(b, a, x):
    b, a, x = np.asarray(b, dtype=float), np.asarray(a, dtype=float), np.asarray(x, dtype=float)
    b, a = b / a[0], a / a[0]
    out = []
    for n in range(len(x)):
        y = sum(b[k] * x[n - k] for k in range(min(len(b), n + 1)))
        out.append(y - sum(a[k] * out[n - k] for k in range(1, min(len(a), n + 1))))
    return np.array(out)


def detrend(data, type="linear"):
    data = np.asarray(data, dtype=float)
    if type == "constant":
        return data - np.mean(data)
    t = np.arange(1, len(data) + 1) / len(data)
    slope, start = np.polyfit(t, data, 1)
    return data - (slope * t + start)


def find_peaks(x, height=None, threshold=None, distance=None, prominence=None):
    if threshold is not None or prominence is not None:
        raise NotImplementedError("find_peaks with threshold or prominence is not supported")
    x = np.asarray(x)
    peaks, i = [], 1
    while i < len(x) - 1:
        if x[i - 1] < x[i]:
            ahead = i + 1
            while ahead < len(x) - 1 and x[ahead] == x[i]:
                ahead += 1
            if x[ahead] < x[i]:
                peaks.append((i + ahead - 1) // 2)
                i = ahead
        i += 1
    if height is not None:
        low, high = height if isinstance(height, (tuple, list)) else (height, None)
        peaks = [p for p in peaks if (low is None or x[p] >= low) and (high is None or x[p] <= high)]
    if distance is not None:
        kept = set(peaks)
        for p in sorted(peaks, key=lambda p: x[p], reverse=True):
            if p in kept:
                kept -= {q for q in peaks if q != p and abs(q - p) < distance}
        peaks = sorted(kept)
    properties = {} if height is None else {"peak_heights": x[np.array(peaks, dtype=int)]}
    return np.array(peaks, dtype=int), properties


def square(t, duty=0.5):
    phase = np.mod(np.asarray(t), 2 * np.pi)
    return np.where(phase < 2 * np.pi * duty, 1.0, -1.0)


def sawtooth(t, width=1):
    phase = np.mod(np.asarray(t), 2 * np.pi)
    rising = phase / (np.pi * width) - 1 if width > 0 else phase * 0
    falling = (np.pi * (width + 1) - phase) / (np.pi * (1 - width)) if width < 1 else phase * 0
    return np.where(phase < width * 2 * np.pi, rising, falling)
