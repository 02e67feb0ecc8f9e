"""ONNX: our networks as models, and models as networks."""
