"""What suggestions cost and bring, goals beside figures; a part of `make bench-labeling`.

Everything is made from seeds or comes with scikit-learn; nothing is downloaded.
"""

from __future__ import annotations

import io
import statistics
import time

import numpy as np
from core import line

from labstudio.labeling.suggest.automatic import plan_labels
from labstudio.labeling.suggest.encoders import learn_encoder
from labstudio.labeling.suggest.learner import Model
from labstudio.labeling.suggest.mistakes import doubtful_labels, out_of_fold
from labstudio.labeling.suggest.picking import pick

RUNS = 5
BATCH, FIRST = 10, 20
PRECISION = 0.95


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Vectors of scikit-learn's 1,797 digits, each as a PNG file of 8 × 8 pixels, and what they show."""
    from PIL import Image
    from sklearn.datasets import load_digits

    def png(pixels: np.ndarray) -> bytes:
        out = io.BytesIO()
        Image.fromarray((pixels.reshape(8, 8) / 16 * 255).astype(np.uint8)).save(out, "PNG")
        return out.getvalue()

    told = load_digits()
    pictures = [png(pixels) for pixels in told.data]
    return learn_encoder("image", "image", pictures).encode(pictures), told.target.astype(str)


_SUBJECTS = {
    "parcel": "parcel delivery courier tracking shipment van depot driver doorstep package box postman",
    "money": "invoice refund charge card payment bank receipt fee credit bill price euro",
    "access": "password login account code locked sign-in email username reset profile verification phone",
    "fault": "broken crack battery screen noise leak smell stopped button cable overheats warranty",
}
_FILLER = (
    "hello please could you the a my this that again today yesterday since monday still not yet i have been "
    "waiting for and but thanks regards what is happening with help me urgently as soon as possible it was "
    "ordered last week now nobody answers very disappointed friend told because when after before quickly"
)
_SHARED = "order app website customer service support number order-number problem question update item"


def messages(count: int = 4_000, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Short messages to a shop of four subjects, the rarest 8 % of them: a few words tell, the rest is talk.

    A third mention another subject too, words are mistyped, one in fifty is filed under the wrong subject.
    """
    random = np.random.default_rng(seed)
    names = list(_SUBJECTS)
    words = {name: text.split() for name, text in _SUBJECTS.items()}
    filler, shared = _FILLER.split(), _SHARED.split()
    texts, labels = [], []
    for _ in range(count):
        name = str(random.choice(names, p=[0.42, 0.3, 0.2, 0.08]))
        said = list(random.choice(filler, random.integers(5, 16))) + list(
            random.choice(shared, random.integers(0, 3))
        )
        said += list(random.choice(words[name], random.integers(1, 4)))
        if random.random() < 1 / 3:
            said.append(str(random.choice(words[str(random.choice(names))])))
        said = [str(word) for word in random.permutation(said)]
        for place in np.flatnonzero(random.random(len(said)) < 0.04):
            letters = list(said[place])
            letters[random.integers(len(letters))] = str(random.choice(list("abcdefghijklmnopqrstuvwxyz")))
            said[place] = "".join(letters)
        texts.append(" ".join(said))
        labels.append(str(random.choice(names)) if random.random() < 0.02 else name)
    return texts, np.array(labels)


def labels_needed(
    vectors: np.ndarray, truth: np.ndarray, seed: int, share: float = 0.95, most: int = 1_000
) -> int:
    """Labels asked for until the model is as good as `share` of one that knows all, random picks included."""
    rows = np.random.default_rng(seed).permutation(len(truth))
    judged, pool = rows[: len(rows) // 4], rows[len(rows) // 4 :]

    def score(model: Model) -> float:
        return float(np.mean(np.array(model.predict(vectors[judged])) == truth[judged]))

    goal = share * score(Model("class", strong=True).fit(vectors[pool], truth[pool].tolist()))
    labeled: list[int] = []
    model: Model | None = None
    while len(labeled) < most:
        picks = pick(
            vectors,
            np.setdiff1d(pool, labeled),
            BATCH if labeled else FIRST,
            model,
            seed=1_000 * seed + len(labeled),
        )
        labeled += picks.rows.tolist()
        if len(set(truth[labeled])) < 2:
            continue
        model = Model("class", seed=seed).fit(vectors[labeled], truth[labeled].tolist())
        if score(model) >= goal:
            break
    return len(labeled)


def round_seconds(
    items: int, labels: int = 1_000, classes: int = 10, width: int = 200
) -> tuple[float, float]:
    """Median time of a round (fit, score all that is open, pick 50), and of the processor for it."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(classes, width))
    codes = random.integers(0, classes, items)
    vectors = (centres[codes] + 3 * random.normal(size=(items, width))).astype(np.float32)
    labeled, names = np.arange(labels), [f"class {code}" for code in codes[:labels]]
    open_rows, taken = np.arange(labels, items), []
    for turn in range(4):
        began = time.perf_counter(), time.process_time()
        model = Model("class").fit(vectors[labeled], names)
        pick(vectors, open_rows, 50, model, seed=turn)
        taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    wall, processor = zip(*taken[1:], strict=True)
    return statistics.median(wall), statistics.median(processor)


def recall_of_noise(vectors: np.ndarray, truth: np.ndarray, seed: int, share: float = 0.05) -> float:
    """Share of wrong labels, put in by chance, among as many of the worst ranked."""
    random = np.random.default_rng(seed)
    names, given = np.unique(truth), truth.copy()
    wrong = random.choice(len(truth), round(share * len(truth)), replace=False)
    for row in wrong:
        given[row] = random.choice(names[names != truth[row]])
    found = doubtful_labels(vectors, given.tolist(), most=len(wrong), seed=seed)
    return len({one.row for one in found} & set(wrong.tolist())) / len(wrong)


def reached(vectors: np.ndarray, truth: np.ndarray, seed: int, labels: int = 400) -> tuple[float, float]:
    """Precision reached on the rest where `PRECISION` was promised, and the share that got a label."""
    rows = np.random.default_rng(seed).permutation(len(truth))
    drawn, rest = rows[:labels], rows[labels:]
    probabilities, classes = out_of_fold(vectors[drawn], truth[drawn].tolist(), seed=seed)
    plan = plan_labels(probabilities, truth[drawn].tolist(), classes, PRECISION)
    model = Model("class", strong=True).fit(vectors[drawn], truth[drawn].tolist())
    codes, _ = plan.labels(model.probabilities(vectors[rest]))
    given = codes >= 0
    right = np.array(classes)[codes[given]] == truth[rest][given]
    return float(right.mean()) if given.any() else 1.0, float(given.mean())


def spread(figures: list[float], digits: int = 0) -> str:
    """Mean and standard deviation."""
    return f"{np.mean(figures):.{digits}f} ± {np.std(figures):.{digits}f}"


def main() -> None:
    """Print all figures."""
    for items, goal in ((10_000, "≤ 1 s"), (100_000, "≤ 2 s")):
        wall, processor = round_seconds(items)
        line(f"suggestion round, {items:,} items of 200 numbers", f"{wall:.2f} s", goal)
        line("  the processor's part of it", f"{processor:.2f} s", "")
    images, shown = digits()
    texts, subjects = messages()
    words = learn_encoder("text", "text", texts).encode(texts)
    needed = [labels_needed(images, shown, seed) for seed in range(RUNS)]
    line("digits: labels to 95 % of the full score", spread(needed), "≤ 60")
    needed = [labels_needed(words, subjects, seed) for seed in range(RUNS)]
    line("messages: labels to 95 % of the full score", spread(needed), "≤ 200")
    found = [recall_of_noise(images, shown, seed) for seed in range(RUNS)]
    line("digits: 5 % wrong labels among the worst 5 %", spread(found, 3), "≥ .85")
    for name, vectors, truth, goal in (
        ("digits", images, shown, ""),
        ("messages", words, subjects, ""),
    ):
        told = [reached(vectors, truth, seed) for seed in range(20)]
        kept = sum(precision >= PRECISION for precision, _ in told)
        least, mean = min(one for one, _ in told), np.mean([one for one, _ in told])
        line(f"{name}: promise of {PRECISION:.0%} kept, of 20 runs", f"{kept}", "≥ 19")
        line(f"{name}: precision reached, mean (least)", f"{mean:.3f} ({least:.3f})", f"≥ {PRECISION}")
        line(f"{name}: share labeled automatically", f"{np.mean([share for _, share in told]):.0%}", goal)


if __name__ == "__main__":
    main()
