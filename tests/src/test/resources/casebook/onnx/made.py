"""Makes the ONNX files beside it, with the exporters of PyTorch and Keras, and figures.csv: what those libraries say of the models.

Needs onnx 1.23, torch 2.15, onnxscript 0.7, keras 3.15 (run as: python made.py torch), and tensorflow-cpu 2.21 with tf2onnx 1.17 (python made.py tensorflow).
Parameters are the framework's own count of trainable numbers. Multiply-accumulates are counted in hooks, from the tensors that
really flow: outputs times the weights that each one uses.
"""
import os
import sys
from pathlib import Path

BACKEND = sys.argv[1]
os.environ["KERAS_BACKEND"] = BACKEND
HERE = Path(__file__).resolve().parent
ROWS = []


def torch_models():
    import torch
    from torch import nn

    class Everything(nn.Module):
        """Most of what classifiers are made of, small."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 8, 5, stride=2, padding=1), nn.ReLU6(), nn.MaxPool2d(3, 2, ceil_mode=True))
            self.depthwise = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.Hardswish(), nn.AvgPool2d(3, 1, padding=1),
                                           nn.Conv2d(8, 8, 3, padding=2, dilation=2))
            self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.SiLU(), nn.Conv2d(4, 8, 1), nn.Hardsigmoid())
            self.branch = nn.Sequential(nn.Conv2d(8, 6, 1), nn.Tanh())
            self.norm = nn.BatchNorm2d(14)  # not behind a convolution, into which exporters fold it
            self.shared = nn.Conv2d(14, 14, 3, padding=1)
            self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(14 * 4 * 4, 12), nn.ReLU(), nn.Linear(12, 5, bias=False))

        def forward(self, x):
            x = self.stem(x)
            y = x + self.depthwise(x)
            y = y * self.squeeze(y)
            y = self.norm(torch.cat([y, self.branch(y)], 1))
            y = self.shared(self.shared(y).relu())
            y = torch.nn.functional.max_pool2d(y, 2)
            return self.head(y).softmax(1)

    torch.manual_seed(1)
    model = Everything()
    model.norm.weight.data.uniform_(0.5, 2)
    model.norm.bias.data.uniform_(-1, 1)
    model.eval()
    image = torch.randn(1, 3, 35, 35)
    macs = 0

    def count(module, inputs, output):
        nonlocal macs
        macs += output.numel() * module.weight[0].numel()

    hooks = [module.register_forward_hook(count) for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    model(image)
    for hook in hooks:
        hook.remove()
    parameters = sum(p.numel() for p in model.parameters())
    for opset in (9, 11, 13, 17):
        torch.onnx.export(model, (image,), HERE / f"torch-script-{opset}.onnx", dynamo=False, opset_version=opset, input_names=["image"],
                          dynamic_axes={"image": {0: "n"}})
        ROWS.append((f"torch-script-{opset}.onnx", parameters, macs))
    for opset in (18, 21):
        torch.onnx.export(model, (image,), HERE / f"torch-export-{opset}.onnx", dynamo=True, opset_version=opset, external_data=False, verbose=False)
        ROWS.append((f"torch-export-{opset}.onnx", parameters, macs))


def keras_models():
    import keras
    import numpy
    from keras import layers as L
    keras.utils.set_random_seed(1)
    image = x = keras.Input((24, 20, 3))
    x = L.Rescaling(1 / 127.5, offset=-1)(x)
    x = L.Conv2D(8, 3, padding="same", strides=2, activation="relu")(x)
    x = L.BatchNormalization()(x)
    x = L.ZeroPadding2D(1)(x)
    x = L.MaxPooling2D(3, strides=1)(x)
    x = L.SeparableConv2D(6, 3, padding="same")(x)
    x = L.ReLU(max_value=6)(x)
    s = L.GlobalAveragePooling2D()(x)
    s = L.Reshape((1, 1, 6))(s)
    s = L.Conv2D(3, 1, activation="relu")(s)
    s = L.Conv2D(6, 1, activation="sigmoid")(s)
    x = L.Multiply()([x, s])
    x = L.Add()([x, L.Conv2D(6, 3, padding="same")(x)])
    x = L.Concatenate()([x, L.AveragePooling2D(3, strides=1, padding="same")(x)])
    x = L.Flatten()(L.MaxPooling2D(3)(x))
    x = L.Dropout(0.3)(x)
    x = L.Dense(9, activation="tanh")(x)
    x = L.Dense(4, activation="softmax")(x)
    model = keras.Model(image, x, name="small")
    for layer in model.layers:
        if layer.name.startswith("batch"):  # away from 0 and 1, which exporters leave out
            layer.set_weights([w + 0.1 * numpy.random.rand(*w.shape).astype("float32") for w in layer.get_weights()])
        elif layer.weights:
            layer.set_weights([w + 0.01 * numpy.random.rand(*w.shape).astype("float32") for w in layer.get_weights()])
    model(numpy.zeros((1, 24, 20, 3), "float32"))
    name = f"keras-{BACKEND}.onnx"
    model.export(HERE / name, format="onnx", verbose=False)
    macs = 0
    for layer in model.layers:
        out = layer.output.shape[1:]
        if isinstance(layer, L.SeparableConv2D):
            side = out[0] * out[1]
            macs += side * 3 * 3 * layer.input.shape[-1] + side * layer.input.shape[-1] * out[2]
        elif isinstance(layer, L.Conv2D):
            macs += out[0] * out[1] * out[2] * layer.kernel_size[0] * layer.kernel_size[1] * layer.input.shape[-1]
        elif isinstance(layer, L.Dense):
            macs += layer.input.shape[-1] * out[0]
    parameters = sum(int(numpy.prod(w.shape)) for w in model.trainable_weights)
    ROWS.append((name, parameters, macs))


if BACKEND == "torch":
    torch_models()
keras_models()
for name, _, _ in ROWS:
    import onnx
    model = onnx.load(HERE / name)
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        del part.metadata_props[:]  # where on this machine the exporter stood
        part.doc_string = ""
    onnx.save(model, HERE / name)
figures = HERE / "figures.csv"
lines = figures.read_text().splitlines()[1:] if figures.exists() else []
rows = {line.split(",")[0]: line for line in lines}
rows.update({name: f"{name},{parameters},{macs}" for name, parameters, macs in ROWS})
figures.write_text("file,parameters,macs\n" + "\n".join(rows[name] for name in sorted(rows)) + "\n")
