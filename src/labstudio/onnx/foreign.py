"""scikit-learn models that people bring: converted by skl2onnx, behind the same certificate.

skl2onnx's conversions are sometimes silently wrong, so nothing here is believed before it is certified.
It knows scikit-learn's and skl2onnx's conventions, and nothing of the studio's own pipelines.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from labstudio.errors import Invalid
from labstudio.onnx.certificate import CertifiedModel, seal
from labstudio.onnx.comparison import EXACT, FLOAT32
from labstudio.onnx.graph import OPSET, class_type, described, with_metadata
from labstudio.schema import Schema

if TYPE_CHECKING:
    import onnx

_ML_OPSET = 3  # the newest that skl2onnx writes


def from_sklearn(estimator: Any, frame: pd.DataFrame, *, target: str | None = None) -> CertifiedModel:
    """Convert a fitted scikit-learn classifier or regressor, and certify the file.

    Conversion in double is tried first, under the exact limits; what skl2onnx can only do in float32 is held
    to 1e-5. Look at `certificate.passed` of what comes back: a wrong conversion is handed back as such.

    Parameters
    ----------
    estimator : fitted scikit-learn estimator or Pipeline
        A classifier with `predict_proba`, or a regressor of one target.
    frame : DataFrame of N rows
        Rows as the estimator takes them, best ones it was not fitted on; other columns are ignored.
    target : str, optional
        Name of what it predicts.

    Raises
    ------
    Invalid
        It is not fitted, or skl2onnx cannot convert it; the sentence says why.
    """
    reference = _Estimator(estimator, frame)
    reference.refuse_what_hangs()
    failed: CertifiedModel | None = None
    reason = ""
    for kind in ("double", "float"):
        try:
            content = _converted(reference, kind, target)
            model = seal(content, reference, frame, splits=reference.splits(), tolerance=EXACT)
            if not model.certificate.passed and _in_float32(content):
                model = seal(content, reference, frame, splits=reference.splits(), tolerance=FLOAT32)
        except Exception as error:  # skl2onnx and onnxruntime raise whatever they like
            reason = reason or f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
            continue
        if model.certificate.passed:
            return model
        failed = failed or model
    if failed is not None:
        return failed
    raise Invalid(f"{type(estimator).__name__} cannot be converted to ONNX by skl2onnx: {reason}")


class _Estimator:
    """A scikit-learn estimator as the certificate's reference."""

    may_refuse = True  # missing values, mostly: the file then answers where the library would not

    def __init__(self, estimator: Any, frame: pd.DataFrame) -> None:
        from sklearn.base import is_classifier, is_regressor
        from sklearn.compose import ColumnTransformer
        from sklearn.exceptions import NotFittedError
        from sklearn.pipeline import Pipeline
        from sklearn.utils.validation import check_is_fitted

        name = type(estimator).__name__
        if not (is_classifier(estimator) or is_regressor(estimator)):
            raise Invalid(f"{name} is neither a classifier nor a regressor of scikit-learn.")
        try:
            check_is_fitted(estimator)
        except NotFittedError:
            raise Invalid(f"{name} is not fitted yet; call fit first.") from None
        if is_classifier(estimator) and not hasattr(estimator, "predict_proba"):
            raise Invalid(f"{name} has no predict_proba; a model needs probabilities.")
        self.estimator = estimator
        self.named = hasattr(estimator, "feature_names_in_")
        names = list(estimator.feature_names_in_) if self.named else [str(name) for name in frame.columns]
        self.schema = Schema.infer(frame).select(names)
        self.classes = _classes(estimator) if is_classifier(estimator) else None
        self.task = (
            "regression" if self.classes is None else "binary" if len(self.classes) == 2 else "multiclass"
        )
        first = estimator.steps[0][1] if isinstance(estimator, Pipeline) else estimator
        self.by_column = isinstance(first, ColumnTransformer)
        feeds = {column.feed for column in self.schema}
        if "int64" in feeds or (len(feeds) > 1 and not self.by_column):
            raise Invalid(
                f"{name} takes dates, or texts beside numbers; put a ColumnTransformer that makes numbers "
                "of them in front."
            )
        clash = [column.name for column in self.schema if column.input != column.name]
        if clash:
            raise Invalid(
                f"A column cannot be called {clash[0]!r} in a converted model; rename it and fit again."
            )

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        found = np.asarray(self.estimator.predict(self._rows(frame)))
        if self.classes is None and found.ndim > 1:
            if found.shape[1] > 1:
                raise Invalid(
                    f"{type(self.estimator).__name__} predicts several targets; fit one model for each."
                )
            found = found[:, 0]
        return found

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.estimator.predict_proba(self._rows(frame)))

    def _rows(self, frame: pd.DataFrame) -> Any:
        rows = frame[list(self.schema.names)]
        return rows if self.named else rows.to_numpy()

    def splits(self) -> dict[str, np.ndarray]:
        """Thresholds of trees that see the raw columns."""
        trees = [part.tree_ for part in _parts(self.estimator, set()) if hasattr(part, "tree_")]
        if self.by_column or hasattr(self.estimator, "steps") or not trees:
            return {}
        features = np.concatenate([tree.feature for tree in trees])
        thresholds = np.concatenate([tree.threshold for tree in trees])
        return {
            column.name: thresholds[features == place] for place, column in enumerate(self.schema.columns)
        }

    def refuse_what_hangs(self) -> None:
        """Refuse trees that split on missing alone: skl2onnx searches their infinite threshold forever."""
        for part in _parts(self.estimator, set()):
            thresholds = getattr(getattr(part, "tree_", None), "threshold", np.empty(0))
            if not np.isfinite(thresholds).all():
                raise Invalid(
                    f"{type(self.estimator).__name__} splits on missing values, which skl2onnx cannot "
                    "convert; put a SimpleImputer in front and fit again."
                )


def _classes(estimator: Any) -> np.ndarray:
    found = np.asarray(estimator.classes_)
    kind = class_type(found)
    if found.ndim != 1 or (kind == "string" and not all(isinstance(value, str) for value in found.tolist())):
        raise Invalid(
            "Classes are texts, integers or booleans, of one target; encode the target so and fit again."
        )
    return found.astype({"bool": np.bool_, "int64": np.int64, "string": object}[kind])


def _parts(value: Any, seen: set[int]) -> Iterator[Any]:
    """Everything an estimator is made of, itself included."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, dict):
        inner: Any = value.values()
    elif isinstance(value, (list, tuple)):
        inner = value
    elif isinstance(value, np.ndarray) and value.dtype == object:
        inner = value.ravel().tolist()
    elif hasattr(value, "get_params") and not isinstance(value, type):
        yield value
        inner = vars(value).values()
    else:
        return
    for part in inner:
        yield from _parts(part, seen)


def _converted(reference: _Estimator, kind: str, target: str | None) -> bytes:
    """Convert with inputs of this kind, and put the studio's inputs and outputs around it."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
    from sklearn.impute import SimpleImputer

    number = DoubleTensorType if kind == "double" else FloatTensorType
    types = {"string": StringTensorType, "double": number}
    columns = reference.schema.columns
    if reference.by_column:
        inputs = [(column.name, types[column.feed]([None, 1])) for column in columns]
    else:
        inputs = [("X", types[columns[0].feed]([None, len(columns)]))]
    exact_imputer: dict[str, Any] = {"custom_conversion_functions": {SimpleImputer: _convert_imputer}}
    exact_imputer["custom_shape_calculators"] = {SimpleImputer: _imputer_shape}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proto = convert_sklearn(
            reference.estimator,
            initial_types=inputs,
            target_opset={"": OPSET, "ai.onnx.ml": _ML_OPSET},
            options=None if reference.classes is None else {id(reference.estimator): {"zipmap": False}},
            **(exact_imputer if kind == "double" else {}),
        )
    _route_missing(proto, reference.estimator)
    _wrap(proto, reference, kind)
    metadata = {"estimator": type(reference.estimator).__name__, **({"target": target} if target else {})}
    return with_metadata(proto, described(reference.schema, reference.task, reference.classes, metadata))


def _convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    """SimpleImputer of numbers in double, flags included: skl2onnx's own drops them and is float32 only."""
    imputer = operator.raw_operator
    if not (isinstance(imputer.missing_values, float) and np.isnan(imputer.missing_values)):
        raise NotImplementedError("SimpleImputer with missing_values other than NaN")
    fills = np.asarray(imputer.statistics_, dtype=np.float64)
    if np.isnan(fills).any():
        raise NotImplementedError("SimpleImputer of a column that is missing everywhere")
    parts = []
    for variable in operator.inputs:
        parts.append(variable.full_name)
    name = parts[0]
    if len(parts) > 1:
        name = scope.get_unique_variable_name("joined")
        container.add_node("Concat", parts, name, axis=1, op_version=13)
    missing = scope.get_unique_variable_name("missing")
    constant = scope.get_unique_variable_name("fills")
    container.add_initializer(constant, 11, [1, len(fills)], fills)
    container.add_node("IsNaN", name, missing, op_version=13)
    output = operator.outputs[0].full_name
    if not imputer.add_indicator or not len(imputer.indicator_.features_):
        container.add_node("Where", [missing, constant, name], output, op_version=16)
        return
    filled, index, some, flags = (
        scope.get_unique_variable_name(part) for part in ("filled", "index", "some", "flags")
    )
    container.add_node("Where", [missing, constant, name], filled, op_version=16)
    features = imputer.indicator_.features_
    container.add_initializer(index, 7, [len(features)], features.astype(np.int64))
    container.add_node("Gather", [missing, index], some, axis=1, op_version=13)
    container.add_node("Cast", some, flags, to=11, op_version=13)
    container.add_node("Concat", [filled, flags], output, axis=1, op_version=13)


def _imputer_shape(operator: Any) -> None:
    from skl2onnx.common.data_types import DoubleTensorType

    imputer = operator.raw_operator
    flags = len(imputer.indicator_.features_) if imputer.add_indicator else 0
    operator.outputs[0].type = DoubleTensorType([None, len(imputer.statistics_) + flags])


def _route_missing(proto: onnx.ModelProto, estimator: Any) -> None:
    """Send missing values down a forest as scikit-learn does; skl2onnx sends them all to the right."""
    from sklearn.ensemble._forest import BaseForest

    forests = [part for part in _parts(estimator, set()) if isinstance(part, BaseForest)]
    nodes = [node for node in proto.graph.node if node.op_type.startswith("TreeEnsemble")]
    for forest, node in zip(forests, nodes, strict=False):
        attributes = {attribute.name: attribute for attribute in node.attribute}
        trees = [one.tree_ for one in np.ravel(forest.estimators_).tolist()]
        places = zip(attributes["nodes_treeids"].ints, attributes["nodes_nodeids"].ints, strict=True)
        left = [int(trees[tree].missing_go_to_left[place]) for tree, place in places]
        attributes["nodes_missing_value_tracks_true"].ints[:] = left


def _wrap(proto: onnx.ModelProto, reference: _Estimator, kind: str) -> None:
    """Rename all that is inside, feed it from the raw columns, and hand out the studio's outputs."""
    from onnx import TensorProto, helper

    graph = proto.graph
    taken = [column.input for column in reference.schema]
    prefix = "_"
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    for node in graph.node:
        node.name = ""
        for names in (node.input, node.output):
            names[:] = [name and prefix + name for name in names]
    for initialiser in graph.initializer:
        initialiser.name = prefix + initialiser.name
    inner = [value.name for value in graph.input]
    outer = [prefix + value.name for value in graph.output]
    del graph.input[:], graph.output[:], graph.value_info[:]

    ahead, behind = [], []
    number = TensorProto.DOUBLE if kind == "double" else TensorProto.FLOAT
    fed = []
    for place, column in enumerate(reference.schema):
        elem = TensorProto.STRING if column.feed == "string" else TensorProto.DOUBLE
        graph.input.append(helper.make_tensor_value_info(column.input, elem, ["N", 1]))
        name = prefix + (inner[place] if reference.by_column else f"in {place}")
        fed.append(name)
        if elem == TensorProto.STRING:
            ahead.append(helper.make_node("Identity", [column.input], [name]))
        else:
            ahead.append(helper.make_node("Cast", [column.input], [name], to=number))
    if not reference.by_column:
        ahead.append(helper.make_node("Concat", fed, [prefix + inner[0]], axis=1))

    def hand_out(name: str, value: str, elem: int, shape: list[str | int]) -> None:
        behind.append(helper.make_node("Cast", [value], [name], to=elem))
        graph.output.append(helper.make_tensor_value_info(name, elem, shape))

    if reference.classes is None:
        flat = prefix + "flat"
        graph.initializer.append(helper.make_tensor(prefix + "all", TensorProto.INT64, [1], [-1]))
        behind.append(helper.make_node("Reshape", [outer[0], prefix + "all"], [flat]))
        hand_out("value", flat, TensorProto.DOUBLE, ["N"])
    else:
        kinds = {"string": TensorProto.STRING, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}
        elem = kinds[class_type(reference.classes)]
        if elem == TensorProto.STRING:
            behind.append(helper.make_node("Identity", [outer[0]], ["label"]))
            graph.output.append(helper.make_tensor_value_info("label", elem, ["N"]))
        else:
            hand_out("label", outer[0], elem, ["N"])
        hand_out("probabilities", outer[1], TensorProto.DOUBLE, ["N", len(reference.classes)])
    nodes = [*ahead, *graph.node, *behind]
    del graph.node[:]
    graph.node.extend(nodes)


def _in_float32(content: bytes) -> bool:
    """Whether a file computes in float32 anywhere, as onnxruntime infers its types."""
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load_from_string(content)).graph
    float32 = onnx.TensorProto.FLOAT
    return (
        any(value.type.tensor_type.elem_type == float32 for value in graph.value_info)
        or any(tensor.data_type == float32 for tensor in graph.initializer)
        or any(node.op_type.startswith("TreeEnsemble") for node in graph.node)
    )
