"""Multilayer perceptrons of scikit-learn, both ways: `from_sklearn` and `Network.to_sklearn`.

scikit-learn computes two classes by one logistic output. Here they come in as a softmax layer of
two, of half the weights and of their negatives, so that the outputs are both columns of
``predict_proba``; half is exact, and so is the difference that goes out again.
"""

import warnings
from typing import Any

import numpy as np

from neurosim.doors.layers import DenseLayer, layers_of, network_of_layers
from neurosim.errors import GraphError, MissingExtraError, WrongTypeError
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.scaling import Conversion, Scaling
from neurosim.process import PROCESS_STATE

_OURS = {
    "identity": "identity",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": SOFTMAX,
}
_THEIRS = {ours: theirs for theirs, ours in _OURS.items()}
_HIDDEN = "identity, sigmoid, tanh or relu"


def from_sklearn(model: Any) -> Network:
    """The network of a fitted perceptron, with the same predictions.

    Args:
        model: an ``MLPClassifier`` (its ``predict_proba`` becomes the outputs), an
            ``MLPRegressor``, a pipeline of a ``StandardScaler`` or ``MinMaxScaler`` and one of
            them, or an estimator of `neurosim.sklearn`.

    Raises:
        WrongTypeError: it is something else.
        MissingExtraError: scikit-learn is not installed.
    """
    _sklearn("from_sklearn")
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    scaler = None
    if isinstance(model, Pipeline) and len(model.steps) == 2:
        scaler, model = model[0], model[1]
    if not isinstance(model, (MLPClassifier, MLPRegressor)):
        if isinstance(getattr(model, "network_", None), Network):
            return _scaled(model.network_.copy(), scaler)
        raise WrongTypeError(
            f"from_sklearn: got {type(model).__name__}; expected a fitted MLPClassifier or"
            " MLPRegressor, or a pipeline of a scaler and one of them"
        )
    check_is_fitted(model)
    layers = _layers_of(model)
    net = network_of_layers(layers, title=type(model).__name__)
    for neuron, name in zip(net.inputs, getattr(model, "feature_names_in_", ()), strict=False):
        neuron.label = str(name)
    if isinstance(model, MLPClassifier) and layers[-1].activation == SOFTMAX:
        net.set_classes([str(name) for name in model.classes_])
    return _scaled(net, scaler)


def _layers_of(model: Any) -> list[DenseLayer]:
    names = [model.activation] * (len(model.coefs_) - 1) + [model.out_activation_]
    for name in names:
        if name not in _OURS:
            raise WrongTypeError(
                f"from_sklearn: the activation {name!r} is not known; expected {', '.join(_OURS)}"
            )
    layers = [
        DenseLayer(np.asarray(weights, np.float64), np.asarray(biases, np.float64), _OURS[name])
        for weights, biases, name in zip(model.coefs_, model.intercepts_, names, strict=True)
    ]
    weights, biases, activation = layers[-1]
    if activation == "sigmoid" and model._label_binarizer.y_type_ == "binary":
        assert biases is not None
        pair = np.hstack([-weights / 2, weights / 2]), np.concatenate([-biases / 2, biases / 2])
        layers[-1] = DenseLayer(*pair, SOFTMAX)
    return layers


def _scaled(net: Network, scaler: Any) -> Network:
    """The network with the scaling of a scaler at its inputs, or as it is where there is none."""
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    if scaler is None or scaler == "passthrough":
        return net
    n = len(net.inputs)
    if isinstance(scaler, StandardScaler):
        offsets = np.zeros(n) if scaler.mean_ is None or not scaler.with_mean else scaler.mean_
        factors = np.ones(n) if scaler.scale_ is None else scaler.scale_
    elif isinstance(scaler, MinMaxScaler) and not scaler.clip:
        offsets, factors = -scaler.min_ / scaler.scale_, 1.0 / scaler.scale_
    else:
        raise WrongTypeError(
            f"from_sklearn: got {scaler!r:.80} before the perceptron; expected a StandardScaler, or"
            " a MinMaxScaler that does not clip"
        )
    if any(neuron.scaling is not None for neuron in net.inputs):
        raise WrongTypeError("from_sklearn: a scaler before a network that scales; expected one")
    for neuron, offset, factor in zip(net.inputs, offsets, factors, strict=True):
        net.set_scaling(neuron, Scaling(float(offset), float(factor)))
    return net


def to_sklearn(net: Network) -> Any:
    """A fitted ``MLPClassifier`` or ``MLPRegressor`` with the same predictions.

    Softmax outputs, and one sigmoid output, are a classifier by its ``predict_proba``; several
    sigmoid outputs are one of labels; identity outputs are a regressor. Scalings go into its
    weights; a connection that is not there is a weight of 0.

    Raises:
        GraphError: the network is not layered, its hidden layers differ in activation, or it has
            one that scikit-learn has not.
        MissingExtraError: scikit-learn is not installed.
    """
    _sklearn("to_sklearn")
    layers = layers_of(net, "to_sklearn")
    hidden = {layer.activation for layer in layers[:-1]}
    if len(hidden) > 1 or not hidden <= {"identity", "sigmoid", "tanh", "relu"}:
        raise GraphError(
            f"to_sklearn: hidden layers of {', '.join(sorted(hidden))}; expected all of {_HIDDEN}"
        )
    output = layers[-1].activation
    if output not in {"identity", "sigmoid", SOFTMAX}:
        raise GraphError(
            f"to_sklearn: outputs of {output}; expected identity, sigmoid or softmax outputs"
        )
    arrays = _with_scalings(net, [_with_biases(layer) for layer in layers])
    classes, arrays = _with_classes(net, output, arrays)
    model = _unfitted(hidden.pop() if hidden else "identity", arrays, classes)
    model.coefs_ = [np.ascontiguousarray(weights) for weights, _ in arrays]
    model.intercepts_ = [biases for _, biases in arrays]
    return model


_Arrays = list[tuple[Matrix, Matrix]]


def _with_biases(layer: DenseLayer) -> tuple[Matrix, Matrix]:
    n_targets = layer.weights.shape[1]
    return layer.weights, np.zeros(n_targets) if layer.biases is None else layer.biases


def _with_scalings(net: Network, arrays: _Arrays) -> _Arrays:
    """The weights for raw numbers: (x - offset)/factor goes into the first ones."""
    inputs, outputs = Conversion(net.inputs), Conversion(net.outputs)
    if not inputs.is_plain:
        weights, biases = arrays[0]
        weights = weights / inputs.factor[:, np.newaxis]
        arrays[0] = weights, biases - inputs.offset @ weights
    if not outputs.is_plain:
        if net.outputs[0].activation != "identity":
            raise GraphError("to_sklearn: outputs that are scaled; expected identity outputs then")
        weights, biases = arrays[-1]
        arrays[-1] = weights * outputs.factor, outputs.offset + outputs.factor * biases
    return arrays


def _with_classes(net: Network, output: str, arrays: _Arrays) -> tuple[Any, _Arrays]:
    """The classes, ascending as scikit-learn has them, or None, and weights in that order."""
    if output == "identity":
        return None, arrays
    n = len(net.outputs)
    weights, biases = arrays[-1]
    if output == "sigmoid" and n > 1:
        return "labels", arrays
    names: Any = np.arange(max(n, 2))
    if net.classes is not None:
        names = np.array(net.classes.names)
        if n == 1 and net.classes.threshold != 0.5:
            raise GraphError(f"to_sklearn: a threshold of {net.classes.threshold}; expected 0.5")
        if all(name.lstrip("-").isdecimal() and str(int(name)) == name for name in names):
            names = names.astype(int)
    order = np.argsort(names)
    if n == 1 and order[0] == 1:
        weights, biases = -weights, -biases
    elif n > 1:
        weights, biases = weights[:, order], biases[order]
    if n == 2:  # sklearn has one output for them: softmax of two is sigmoid of the difference
        weights, biases = weights[:, 1:] - weights[:, :1], biases[1:] - biases[:1]
    return names[order], [*arrays[:-1], (weights, biases)]


def _unfitted(activation: str, arrays: _Arrays, classes: Any) -> Any:
    """A model of this form, fitted to next to nothing, so that all its attributes are there."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    sizes = tuple(len(biases) for _, biases in arrays)
    kind: Any = MLPRegressor if classes is None else MLPClassifier
    model = kind(
        hidden_layer_sizes=sizes[:-1], activation=_THEIRS[activation], max_iter=1, random_state=0
    )
    if isinstance(classes, str):
        y: Any = np.eye(sizes[-1], dtype=int)
    elif classes is None:
        y = np.zeros((2, sizes[-1])) if sizes[-1] > 1 else np.zeros(2)
    else:
        y = classes
    with PROCESS_STATE, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.zeros((len(y), len(arrays[0][0]))), y)
    return model.set_params(max_iter=200, random_state=None)


def _sklearn(where: str) -> None:
    try:
        import sklearn  # noqa: F401 - whether it is there
    except ImportError:
        raise MissingExtraError(
            f"{where}: needs scikit-learn, which is not installed;"
            " expected: pip install 'neurosim[sklearn]'",
            "sklearn",
        ) from None
