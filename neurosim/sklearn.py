"""Estimators of scikit-learn: a classifier and a regressor that train a network of ours.

They go wherever an estimator goes: pipelines, searches, cross-validation, inspection. The network
of a fitted one is ``network_``: every other face of neurosim is at hand there. scikit-learn must
be installed (``pip install neurosim[sklearn]``).
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING
from numbers import Integral
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from neurosim.doors.layers import network_of_sizes
from neurosim.errors import (
    InvalidValueError,
    MissingExtraError,
    ShapeError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.activations import SOFTMAX, facts_of
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import make_optimizer
from neurosim.network.network import Network
from neurosim.training.options import option_fields
from neurosim.training.task_kind import CLASSES, LABELS, REGRESSION, YES_NO, TaskKind
from neurosim.training.trainer import train

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_is_fitted,
        column_or_1d,
        validate_data,
    )
except ImportError as error:
    raise MissingExtraError(
        f"neurosim.sklearn: needs scikit-learn >= 1.6, got {error};"
        " expected: pip install 'neurosim[sklearn]'",
        "sklearn",
    ) from None

__all__ = ["NeurosimClassifier", "NeurosimRegressor"]

_USUAL_RATE = 0.01  # of Adam: a full batch makes one update an epoch, so its 0.001 is slow
_NOT_OF_AN_ESTIMATOR = ("weights", "validation", "validate", "seeds", "seed", "state")
_DEFAULTS = {"optimizer": None, "epochs": 200, "loss": None, "early_stopping": False}
_OWN = {
    "layers": ((20,), "How many neurons each hidden layer has."),
    "activation": ("relu", "That of the hidden layers."),
    "network": (
        None,
        "A network, which is copied; or a function of the numbers of inputs and outputs that makes"
        " one; instead of layers.",
    ),
    "validation_fraction": (
        0.1,
        "How much of the rows early stopping judges by; 0: by the training rows.",
    ),
    "warm_start": (False, "Whether fit goes on from the network it has."),
    "random_state": (None, "What weights, shuffling and validation rows are drawn from."),
}
_OTHER_MEANINGS = {
    "optimizer": f"As for train; None: Adam, of rate {_USUAL_RATE} where none is given.",
    "loss": "As for train; None: as the outputs ask for.",
    "early_stopping": "As for train; True: a patience of 10 epochs.",
    "class_weight": "The weight of each class, by the class itself; or balanced.",
}


class _Rows(NamedTuple):
    """Checked rows, as the network takes them."""

    X: Matrix
    T: Matrix
    weights: Matrix | None

    def split(self, fraction: float, seed: int, strata: Any) -> "tuple[_Rows, _Rows]":
        """The rows to train on, and those to validate on."""
        parts = [part for part in self if part is not None]
        found = train_test_split(
            *parts, test_size=fraction, random_state=seed % 2**32, stratify=strata
        )
        first, second = found[::2], found[1::2]
        return _Rows(*first, *[None] * (3 - len(parts))), _Rows(*second, *[None] * (3 - len(parts)))


class _Estimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """What both estimators do; a subclass says what targets are."""

    def __init__(self, **parameters: Any) -> None:
        _, *known = _signature().parameters.values()  # the first is self
        names = [parameter.name for parameter in known]
        for name in parameters:
            if name not in names:
                raise WrongTypeError(unknown("parameter", name, names))
        for parameter in known:
            setattr(self, parameter.name, parameters.get(parameter.name, parameter.default))

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network, or with ``warm_start`` the one that is there.

        Args:
            X: (B, n_in).
            y: (B,), or (B, n) for several numbers or labels.
            sample_weight: (B,): how much each row counts; the loss is divided by their sum.
        """
        goes_on = self.warm_start and hasattr(self, "network_")
        rows = self._prepare(X, y, sample_weight, is_new=not goes_on, classes=None)
        return self._train(rows, self.epochs, state=None)

    def _fit_partly(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> Self:
        is_new = not hasattr(self, "network_")
        rows = self._prepare(X, y, sample_weight, is_new=is_new, classes=classes)
        return self._train(rows, 1, state=None if is_new else self.state_)

    def _prepare(self, X: Any, y: Any, sample_weight: Any, *, is_new: bool, classes: Any) -> _Rows:
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, reset=is_new, **self._of_targets
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = self._weights_of(X, y, sample_weight)
        if weights is not None and not weights.all():
            X, y, weights = X[weights > 0.0], y[weights > 0.0], weights[weights > 0.0]
        if weights is not None and self.reduction == "mean":
            weights = weights * (len(weights) / weights.sum())
        if is_new:
            self._begin(y, classes)
        return _Rows(X, self._targets(y), weights)

    def _weights_of(self, X: Matrix, y: Any, sample_weight: Any) -> Matrix | None:
        if sample_weight is None and self.class_weight is None:
            return None
        weights: Matrix = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        if not weights.any():
            raise InvalidValueError("sample_weight: got 0 for each row; expected one above")
        return weights

    def _begin(self, y: Any, classes: Any) -> None:
        """Learn what targets are, make the network, and forget what was."""
        self._learn_targets(y, classes)
        self.seed_ = _seed_of(self.random_state)
        self.loss_curve_: list[float] = []
        self.network_ = self._make_network(self._n_outputs)
        self._name_outputs(self.network_)

    def _make_network(self, n_outputs: int) -> Network:
        n_inputs = self.n_features_in_
        if self.network is None:
            made = self._layered(n_inputs, n_outputs)
            for neuron, name in zip(
                made.inputs, getattr(self, "feature_names_in_", ()), strict=False
            ):
                neuron.label = str(name)
            return made
        given = self.network(n_inputs, n_outputs) if callable(self.network) else self.network
        if not isinstance(given, Network):
            raise WrongTypeError(
                f"network: got {given!r:.80}; expected a neurosim.Network, or a function making one"
            )
        found = len(given.inputs), len(given.outputs)
        if found[0] != n_inputs or found[1] not in self._fitting_outputs:
            outputs = " or ".join(map(str, self._fitting_outputs))
            raise ShapeError(
                f"network: got {found[0]} inputs and {found[1]} outputs; expected {n_inputs} and"
                f" {outputs}, as X and y ask for"
            )
        return given.copy()

    def _layered(self, n_inputs: int, n_outputs: int) -> Network:
        sizes = [*np.atleast_1d(np.asarray(self.layers, dtype=object)).tolist()]
        activations = [self.activation] * len(sizes) + [self._output_activation]
        return network_of_sizes([n_inputs, *sizes, n_outputs], activations, seed=self.seed_)

    def _train(self, rows: _Rows, epochs: int, state: Any) -> Self:
        options = self._options()
        if options["early_stopping"] is not None and self.validation_fraction and state is None:
            rows, held = rows.split(self.validation_fraction, self.seed_, self._strata(rows.T))
            options["validation"] = tuple(part for part in held if part is not None)
        history = train(
            self.network_, rows.X, rows.T,
            **options | {"weights": rows.weights, "state": state, "epochs": epochs},
        )  # fmt: skip
        self.history_, self.state_ = history, history.state
        self.loss_curve_ = [*self.loss_curve_, *history.loss]
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.nan
        self.n_iter_ = len(self.loss_curve_)
        return self

    def _options(self) -> dict[str, Any]:
        """The options of the training."""
        options = {name: getattr(self, name) for name in _training_options()}
        if self.optimizer is None:
            rate = _USUAL_RATE if self.learning_rate is None else self.learning_rate
            options["optimizer"], options["learning_rate"] = make_optimizer("adam", rate), None
        options["loss"] = self._loss()
        options["early_stopping"] = _early_stopping(self.early_stopping)
        del options["class_weight"]  # it is in the weights of the rows
        if self.task == "auto":
            options["task"] = self._task_kind
        return options | {"seed": self.seed_}

    def _loss(self) -> Any:
        if self.loss is not None:
            return self.loss
        activations = {neuron.activation for neuron in self.network_.outputs}
        if self.heads is None and self._task_kind.name != REGRESSION:
            if activations == {"sigmoid"}:
                return "binary_cross_entropy"
            if activations == {SOFTMAX}:
                return "cross_entropy"
        return option_fields()["loss"].default

    def _outputs(self, X: Any) -> Matrix:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.network_.predict(X)


class NeurosimClassifier(ClassifierMixin, _Estimator):  # type: ignore[misc] # as above
    """A classifier: two classes, several, or several labels at once.

    Without arguments: a hidden layer, Adam, all rows at once, not shuffled.

    Args:
        {parameters}

    After `fit`, ``network_`` is the network, ``classes_`` the classes, ``loss_curve_`` the loss of
    each epoch, ``history_`` all that was measured, and ``n_iter_`` the number of epochs.
    """

    _of_targets = {"y_numeric": False}  # noqa: RUF012 - never changed

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train one epoch more on these rows; the first call is given all classes."""
        if classes is None and not hasattr(self, "classes_"):
            raise InvalidValueError("classes: missing; expected all classes in the first call")
        if classes is not None and hasattr(self, "classes_") and not self._has_labels:
            self._require_same(classes)
        return self._fit_partly(X, y, sample_weight, classes)

    def _require_same(self, classes: Any) -> None:
        if not np.array_equal(np.unique(classes), self.classes_):
            raise InvalidValueError(
                f"classes: got {np.asarray(classes).tolist()!r:.200}; expected those of the first"
                f" call, {self.classes_.tolist()!r:.200}, or none"
            )

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each row, (B,); of labels 0 or 1 for each, (B, n)."""
        outputs = self._outputs(X)
        if self._task_kind.name == LABELS:
            return self._task_kind.bits(outputs)
        numbers = np.minimum(self._task_kind.classes(outputs), len(self.classes_) - 1)
        found: NDArray[Any] = self.classes_[numbers]
        return found

    def predict_proba(self, X: Any) -> Matrix:
        """How likely each class is, (B, n_classes); of labels each for itself.

        Raises:
            InvalidValueError: the outputs of the network are no probabilities.
        """
        outputs = self._outputs(X)
        if not all(facts_of(n.activation).gives_probabilities for n in self.network_.outputs):
            raise InvalidValueError(
                "predict_proba: the outputs are no probabilities, got"
                f" {self.network_.outputs[0].activation!r}; expected sigmoid or softmax"
            )
        if self._task_kind.name == LABELS:
            return outputs
        if self._task_kind.name == YES_NO:
            both = np.hstack([1.0 - outputs, outputs])
            return both if len(self.classes_) == 2 else np.ones_like(outputs)
        total = outputs.sum(axis=1, keepdims=True)
        if self.network_.outputs[0].activation == SOFTMAX:
            return outputs
        return np.where(
            total > 0.0, outputs / np.where(total > 0.0, total, 1.0), 1.0 / outputs.shape[1]
        )

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn wants to know of it."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _learn_targets(self, y: Any, classes: Any) -> None:
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise InvalidValueError(
                "y: several classes for a row; expected one class for each, or labels 0 and 1"
            )
        self._has_labels = kind == "multilabel-indicator"
        if self._has_labels:
            self.classes_ = np.arange(y.shape[1])
        else:
            self.classes_ = np.unique(np.ravel(y) if classes is None else classes)

    @property
    def _n_outputs(self) -> int:
        n = len(self.classes_)
        return n if self._has_labels or n > 2 else 1

    @property
    def _fitting_outputs(self) -> Sequence[int]:
        return sorted({self._n_outputs, len(self.classes_)})

    @property
    def _output_activation(self) -> str:
        return "sigmoid" if self._has_labels or self._n_outputs == 1 else SOFTMAX

    @property
    def _task_kind(self) -> TaskKind:
        outputs = self.network_.outputs
        if len(outputs) > 1 and not self._has_labels:
            return TaskKind(CLASSES, len(outputs))
        is_signed = self.loss == "hinge" or facts_of(outputs[0].activation).range == (-1.0, 1.0)
        return TaskKind(
            LABELS if self._has_labels else YES_NO, len(outputs), 0.0 if is_signed else 0.5
        )

    def _targets(self, y: Any) -> Matrix:
        if self._has_labels:
            return self._levels(np.asarray(y.toarray() if hasattr(y, "toarray") else y))
        y = np.ravel(y)
        numbers = np.searchsorted(self.classes_, y)
        is_known = self.classes_[np.minimum(numbers, len(self.classes_) - 1)] == y
        if not np.all(is_known):
            raise InvalidValueError(
                f"y: unknown class, got {y[~is_known][:1].tolist()[0]!r};"
                f" expected one of {self.classes_.tolist()!r:.200}"
            )
        if len(self.network_.outputs) == 1:
            return self._levels(numbers[:, np.newaxis])
        one_hot: Matrix = np.eye(len(self.classes_))[numbers]
        return np.where(one_hot == 0.0, -1.0, 1.0) if self.loss == "hinge" else one_hot

    def _levels(self, bits: NDArray[Any]) -> Matrix:
        low = -1.0 if self._task_kind.threshold == 0.0 else 0.0
        return np.where(bits > 0, 1.0, low)

    def _name_outputs(self, network: Network) -> None:
        if not self._has_labels and len(self.classes_) > 1:
            names = [str(name) for name in self.classes_]
            network.set_classes(names, threshold=self._task_kind.threshold or 0.0)

    def _strata(self, T: Matrix) -> Any:
        return None if self._has_labels else self._task_kind.classes(T)


class NeurosimRegressor(RegressorMixin, _Estimator):  # type: ignore[misc] # as above
    """A regressor: a number for each row, or several.

    Without arguments: a hidden layer, Adam, all rows at once, not shuffled.

    Args:
        {parameters}

    After `fit`, ``network_`` is the network, ``loss_curve_`` the loss of each epoch, ``history_``
    all that was measured, and ``n_iter_`` the number of epochs.
    """

    _of_targets = {"y_numeric": True}  # noqa: RUF012 - never changed
    _output_activation = "identity"

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train one epoch more on these rows; the optimizer keeps what it remembers."""
        return self._fit_partly(X, y, sample_weight, None)

    def predict(self, X: Any) -> Matrix:
        """The numbers, in the shape of the y that it was fitted to: (B,) or (B, n)."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_flat else outputs

    def _learn_targets(self, y: Any, _classes: Any) -> None:
        if self.class_weight is not None:
            raise InvalidValueError(
                f"class_weight: got {self.class_weight!r:.80} for numbers; expected None"
            )
        self._is_flat, self._n_outputs = y.ndim == 1, 1 if y.ndim == 1 else y.shape[1]

    @property
    def _fitting_outputs(self) -> Sequence[int]:
        return [self._n_outputs]

    @property
    def _task_kind(self) -> TaskKind:
        return TaskKind(REGRESSION, self._n_outputs)

    def _targets(self, y: Any) -> Matrix:
        targets = np.asarray(y, np.float64)
        return targets[:, np.newaxis] if targets.ndim == 1 else targets

    def _name_outputs(self, network: Network) -> None:
        pass

    def _strata(self, _T: Matrix) -> None:
        return None


def _seed_of(random_state: Any) -> int:
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _early_stopping(given: Any) -> Any:
    if isinstance(given, (bool, np.bool_)):
        return {"patience": 10} if given else None
    return given


def _training_options() -> list[str]:
    return [name for name in option_fields() if name not in _NOT_OF_AN_ESTIMATOR]


def _signature() -> inspect.Signature:
    known: dict[str, Any] = {name: default for name, (default, _) in _OWN.items()}
    for name in _training_options():
        known[name] = _DEFAULTS.get(name, option_fields()[name].default)
    assert MISSING not in known.values()
    return inspect.Signature(
        [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
        + [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            for name, default in known.items()
        ]
    )


def _document_parameters(*classes: type[_Estimator]) -> None:
    """Write the parameters into the docstrings, and into the signature, which `clone` reads."""
    signature = _signature()
    meanings = {name: meaning for name, (_, meaning) in _OWN.items()} | {
        name: _OTHER_MEANINGS.get(name, option_fields()[name].metadata["meaning"])
        for name in _training_options()
    }
    rows = [
        f"{name}: {meaning} ({signature.parameters[name].default!r})"
        for name, meaning in meanings.items()
    ]
    initialize: Callable[..., None] = _Estimator.__init__
    initialize.__signature__ = signature  # type: ignore[attr-defined] # as functools does
    for made in classes:
        made.__doc__ = (made.__doc__ or "").replace("{parameters}", "\n        ".join(rows))


_document_parameters(NeurosimClassifier, NeurosimRegressor)
