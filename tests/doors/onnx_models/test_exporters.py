"""Models that other systems wrote come in with the same outputs: PyTorch, scikit-learn, Keras."""

from pathlib import Path

import numpy as np
import pytest

import neurosim as ns

pytest.importorskip("onnx")

MADE = Path(__file__).parent / "made"
X = np.random.default_rng(0).normal(size=(60, 3))
IDENTITY = "identity"


def activations(net):
    return [layer.neurons[0].activation for layer in net.layers]


def test_a_model_of_keras(assert_close):
    found = np.load(MADE / "keras.npz")

    net = ns.from_onnx(MADE / "keras.onnx")

    assert_close(net.predict(found["X"]), found["outputs"], 1e-6)
    assert activations(net) == [
        IDENTITY, "gelu", "swish", "leaky_relu(slope=0.2)", IDENTITY, "softmax",
    ]  # fmt: skip


def modules():
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Wired(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(3, 3), nn.Linear(6, 2)

        def forward(self, x):
            h = torch.tanh(self.first(x.view(x.size(0), -1))) + x
            return torch.softmax(self.second(torch.cat([h, x * 2 - 1], dim=1)), -1)

    several = {
        nn.ReLU(): "relu", nn.LeakyReLU(0.2): "leaky_relu(slope=0.2)", nn.ELU(): "elu",
        nn.CELU(): ("celu", "elu"), nn.SELU(): "selu", nn.Softplus(): "softplus",
        nn.Softsign(): "softsign", nn.GELU(): "gelu", nn.GELU(approximate="tanh"): "gelu_tanh",
        nn.SiLU(): "swish", nn.Mish(): "mish", nn.Hardsigmoid(): "hard_sigmoid",
        nn.Hardswish(): "hard_swish", nn.Hardtanh(): "hardtanh", nn.ReLU6(): "relu6",
        nn.PReLU(): "prelu", nn.Sigmoid(): "sigmoid",
    }  # fmt: skip
    layers = [nn.Flatten()]
    for activation in several:
        layers += [nn.Linear(3, 3), nn.Dropout(), activation]
    torch.manual_seed(1)
    return torch, [(Wired(), None), (nn.Sequential(*layers), list(several.values()))]


@pytest.mark.slow  # PyTorch's exporters take seconds
@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("is_dynamo", [False, True])
@pytest.mark.filterwarnings("ignore")  # both exporters warn of themselves
def test_modules_of_pytorch(is_dynamo, precision, tmp_path, assert_close):
    torch, made = modules()
    if is_dynamo:
        pytest.importorskip("onnxscript", reason="PyTorch's newer exporter needs onnxscript")
    for module, expected in made:
        module.to(getattr(torch, precision)).eval()
        rows = torch.tensor(X).to(getattr(torch, precision))
        given = {"dynamic_shapes": ({0: torch.export.Dim.DYNAMIC},), "verbose": False}
        if not is_dynamo:
            given = {"input_names": ["x"], "dynamic_axes": {"x": {0: "B"}}}
        torch.onnx.export(module, (rows,), tmp_path / "m.onnx", dynamo=is_dynamo, **given)

        net = ns.from_onnx(tmp_path / "m.onnx")

        outputs = module.double()(torch.tensor(X)).detach().numpy()
        assert_close(net.predict(X), outputs, 1e-12 if precision == "float64" else 1e-6)
        if expected is not None:
            found = activations(net)[1:]
            assert all(f in np.atleast_1d(e) for f, e in zip(found, expected, strict=True)), found


def estimators():
    pytest.importorskip("skl2onnx")
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    three, two = np.array(["a", "b", "c"])[np.arange(60) % 3], (X[:, 0] > 0).astype(int)
    few = {"hidden_layer_sizes": (4,), "max_iter": 5, "random_state": 0}
    return [
        (MLPClassifier(**few), three),
        (MLPClassifier(**few, activation="tanh"), two),
        (MLPRegressor(**few, activation="logistic"), X[:, 1]),
        (LogisticRegression(), three),
        (LogisticRegression(), two),
        (make_pipeline(StandardScaler(), MLPClassifier(**few)), three),
        (make_pipeline(MinMaxScaler(), LinearRegression()), X[:, 1]),
    ]


@pytest.mark.quick("float32")
@pytest.mark.filterwarnings("ignore")  # so few epochs converge nowhere; labels are left out
@pytest.mark.parametrize("number", range(7))
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_models_of_scikit_learn(number, kind, assert_close):
    model, targets = estimators()[number]
    from skl2onnx import to_onnx

    model.fit(X, targets)
    is_classifier = hasattr(model, "predict_proba")

    net = ns.from_onnx(to_onnx(model, X[:1].astype(kind), target_opset={"": 18, "ai.onnx.ml": 3}))

    expected = model.predict_proba(X) if is_classifier else model.predict(X)[:, np.newaxis]
    assert_close(net.predict(X), expected, 1e-6 if kind is np.float32 else 1e-12)
    if is_classifier:
        assert net.classes.names == tuple(map(str, model.classes_))
