"""The training of a small neural network in numpy: AdamW, in one cycle of the learning rate.

The cycle ends when the time does, and a running mean of the weights is what is kept. It knows arrays; it
knows no tasks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from labstudio.automl.learners.network import LOOKED_AT, Layers, Network

Slope = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From scores [B, O] of rows, and their positions [B], to how the loss changes with each score."""

Judge = tuple[np.ndarray, Callable[[np.ndarray], float]]
"""Features of validation rows [M, F], and the loss of scores [M, O] for them."""

_FIRST, _SECOND = 0.9, 0.99  # what AdamW's moments keep at each step
_WARM_UP = 0.1  # of the training: the learning rate rises
_MEMORY = 0.05  # of the training: how far the mean of the weights reaches back
_REMEMBERED = 4  # steps from one addition to that mean to the next
_JUDGED = 25  # times, on the validation rows
_PATIENCE = 0.4  # of the training without gain ends it
_RESERVE = 0.9  # of the time that is left is planned with


@dataclass(frozen=True)
class Schedule:
    """How to train: see `labstudio.automl.learners.mlp.MLP`."""

    epochs: float
    batch: int
    learning_rate: float
    dropout: float
    decay: float
    deadline: float | None = None


def train(
    network: Network,
    X: np.ndarray,
    slope: Slope,
    how: Schedule,
    random: np.random.Generator,
    judge: Judge | None = None,
) -> float:
    """Train a network in place, and keep the weights that are judged best.

    Returns
    -------
    float
        Epochs after which those were.
    """
    X = X.astype(np.float32)
    centre = network.encode(X[:LOOKED_AT]).mean(axis=0)
    rows_judged, loss_of = judge or (X[:0], None)
    watched = network.encode(rows_judged.astype(np.float32)) - centre
    descent = _Descent(network, how, random)
    batch = min(how.batch, len(X))
    total = max(1, round(len(X) / batch * how.epochs))
    order, at = random.permutation(len(X)), 0
    progress, judged, best_at, best_step, lowest = 0.0, 0.0, 0.0, 0, np.inf
    best = descent.mean.copy()
    began = time.time()
    for step in range(1, total + 1):
        if at + batch > len(X):
            order, at = random.permutation(len(X)), 0
        rows, at = order[at : at + batch], at + batch
        descent.step(network.encode(X[rows]) - centre, slope, rows, progress)
        left = total - step + 1
        if how.deadline is not None:
            now = time.time()
            left = min(left, max(1, int((how.deadline - now) * _RESERVE / (now - began + 1e-9) * step)))
        progress += (1 - progress) / left
        if left > 1 and step % _REMEMBERED:
            continue
        descent.remember(progress)
        if loss_of and (left == 1 or progress - judged >= 1 / _JUDGED):
            judged = progress
            loss = loss_of(descent.means.scores(watched))
            if loss < lowest:
                lowest, best_at, best_step, best = loss, progress, step, descent.mean.copy()
        if left == 1 or (loss_of and progress - best_at > _PATIENCE):
            break
    network.layers = _views(best if loss_of else descent.mean, network.sizes)
    weights, offsets = network.layers[0]
    offsets -= centre @ weights  # from now on pieces come as they are
    return (best_step or step) * batch / len(X)


class _Descent:
    """Weights on their way down: all in one vector, so that a step is a few calls of numpy."""

    def __init__(self, network: Network, how: Schedule, random: np.random.Generator) -> None:
        self.how, self.random = how, random
        self.now = np.concatenate([part.ravel() for layer in network.layers for part in layer])
        self.mean = self.now.copy()
        self.slope, self.first, self.second, self.spare = (np.zeros_like(self.now) for _ in range(4))
        self.layers, self.slopes = _views(self.now, network.sizes), _views(self.slope, network.sizes)
        self.means = replace(network, layers=_views(self.mean, network.sizes))
        self.steps, self.remembered, self.progress = 0, 0, 0.0

    def step(self, encoded: np.ndarray, slope: Slope, rows: np.ndarray, progress: float) -> None:
        """Take one step of AdamW for a batch."""
        with np.errstate(over="ignore"):
            self._slope(encoded, slope, rows)
        self.steps += 1
        warm = min(1.0, (progress + 1e-3) / _WARM_UP)
        rate = self.how.learning_rate * warm * (1 + math.cos(math.pi * progress)) / 2
        spare = self.spare
        for moment, keep in ((self.first, _FIRST), (self.second, _SECOND)):
            moment *= keep
            np.multiply(self.slope, 1 - keep, out=spare)
            if moment is self.second:
                spare *= self.slope
            moment += spare
        np.multiply(self.second, 1 / (1 - _SECOND**self.steps), out=spare)
        np.sqrt(spare, out=spare)
        spare += 1e-8
        np.divide(self.first, spare, out=spare)
        spare *= rate / (1 - _FIRST**self.steps)
        for weights, _ in self.layers:
            weights *= 1 - rate * self.how.decay
        self.now -= spare

    def _slope(self, encoded: np.ndarray, slope: Slope, rows: np.ndarray) -> None:
        inputs, bends = [encoded], []
        for weights, offsets in self.layers[:-1]:
            z = inputs[-1] @ weights
            z += offsets
            gate = 1 / (1 + np.exp(-z))
            z *= gate  # SiLU
            bend = gate + z * (1 - gate)  # and its derivative
            if self.how.dropout:
                drop = int(256 * self.how.dropout)
                drawn = self.random.integers(0, 256, z.shape, np.uint8)
                kept = (drawn >= drop) * np.float32(256 / (256 - drop))
                z *= kept
                bend *= kept
            inputs.append(z)
            bends.append(bend)
        weights, offsets = self.layers[-1]
        back = slope(inputs[-1] @ weights + offsets, rows) / np.float32(len(encoded))
        for place in range(len(self.layers) - 1, -1, -1):
            np.matmul(inputs[place].T, back, out=self.slopes[place][0])
            back.sum(axis=0, out=self.slopes[place][1])
            if place:
                back = back @ self.layers[place][0].T
                back *= bends[place - 1]

    def remember(self, progress: float) -> None:
        """Let the mean follow."""
        self.remembered += 1
        share = min(1.0, max((progress - self.progress) / _MEMORY, 1 / self.remembered))
        self.progress = progress
        np.subtract(self.now, self.mean, out=self.spare)
        self.spare *= share
        self.mean += self.spare


def _views(vector: np.ndarray, sizes: Sequence[int]) -> Layers:
    """Cut a vector into weights and offsets."""
    layers, at = [], 0
    for inputs, outputs in pairwise(sizes):
        middle, end = at + inputs * outputs, at + (inputs + 1) * outputs
        layers.append((vector[at:middle].reshape(inputs, outputs), vector[middle:end]))
        at = end
    return layers
