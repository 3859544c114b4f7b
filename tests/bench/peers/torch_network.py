"""An ONNX file of this project as a PyTorch network: each operator is the function of PyTorch that does the same."""
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class TorchNetwork(torch.nn.Module):
    """Runs the operators of the file in their order. With `training`, weights learn and batch normalization measures the batch."""

    def __init__(self, path, training=False):
        super().__init__()
        graph = onnx.load(path).graph
        self.learns = training
        self.nodes = list(graph.node)
        self.attributes = [{a.name: onnx.helper.get_attribute_value(a) for a in node.attribute} for node in self.nodes]
        self.input_name = graph.input[0].name
        self.output_names = [output.name for output in graph.output]
        self.constants = {}
        statistics = {name for node in self.nodes if node.op_type == "BatchNormalization" for name in node.input[3:5]}
        for number, tensor in enumerate(graph.initializer):
            array = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            learns = training and array.is_floating_point() and tensor.name not in statistics
            value = torch.nn.Parameter(array, requires_grad=learns) if array.is_floating_point() else array
            if isinstance(value, torch.nn.Parameter):
                self.register_parameter(f"p{number}", value)
            self.constants[tensor.name] = value
        # What is read for the last time can be let go.
        self.last = {}
        for place, node in enumerate(self.nodes):
            for name in node.input:
                self.last[name] = place

    def forward(self, x, logits=False):
        values = {**self.constants, self.input_name: x}
        for place, (node, given) in enumerate(zip(self.nodes, self.attributes)):
            if logits and node.op_type == "Softmax":
                return values[node.input[0]]
            values[node.output[0]] = self.step(node.op_type, given, [values[name] for name in node.input if name])
            for name in node.input:
                if self.last.get(name) == place and name not in self.constants:
                    values.pop(name, None)
        return values[self.output_names[0]]

    def step(self, kind, given, inputs):
        x = inputs[0]
        if kind == "Conv":
            x, padding = self.padded(x, given, 0.0)
            return F.conv2d(x, inputs[1], inputs[2] if len(inputs) > 2 else None, given.get("strides", [1, 1]), padding,
                            given.get("dilations", [1, 1]), given.get("group", 1))
        if kind == "BatchNormalization":
            return F.batch_norm(x, inputs[3].detach(), inputs[4].detach(), inputs[1], inputs[2], self.learns, 0.1, given.get("epsilon", 1e-5))
        if kind == "MaxPool":
            x, padding = self.padded(x, given, float("-inf"))
            return F.max_pool2d(x, given["kernel_shape"], given.get("strides", [1, 1]), padding)
        if kind == "AveragePool":
            pads = given.get("pads", [0, 0, 0, 0])
            if any(pads) and pads[:2] != pads[2:]:
                raise NotImplementedError(f"AveragePool with the padding {pads}")
            return F.avg_pool2d(x, given["kernel_shape"], given.get("strides", [1, 1]), pads[:2], count_include_pad=False)
        if kind == "Gemm":
            weights = inputs[1] if given.get("transB") else inputs[1].t()
            return F.linear(x, weights, inputs[2] if len(inputs) > 2 else None)
        if kind == "LRN":
            return F.local_response_norm(x, given["size"], given["alpha"], given["beta"], given["bias"])
        simple = {"Relu": F.relu, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "Flatten": lambda v: torch.flatten(v, 1), "Identity": lambda v: v,
                  "Dropout": lambda v: v, "GlobalAveragePool": lambda v: v.mean((2, 3), keepdim=True), "Softmax": lambda v: F.softmax(v, -1)}
        if kind in simple:
            return simple[kind](x)
        if kind == "Add":
            return inputs[0] + inputs[1]
        if kind == "Mul":
            return inputs[0] * inputs[1]
        if kind == "Concat":
            return torch.cat(inputs, given["axis"])
        if kind == "Reshape":
            return x.reshape([x.shape[0], *inputs[1].tolist()[1:]])
        if kind == "Slice":
            starts, ends, axes = (tensor.tolist() for tensor in inputs[1:4])
            steps = inputs[4].tolist() if len(inputs) > 4 else [1] * len(starts)
            places = [slice(None)] * x.dim()
            for start, end, axis, step in zip(starts, ends, axes, steps):
                places[axis] = slice(start, min(end, x.shape[axis]), step)
            return x[tuple(places)]
        if kind == "Pad":
            pads = inputs[1].tolist()
            rank = len(pads) // 2
            return F.pad(x, [pads[side + axis] for axis in reversed(range(rank)) for side in (0, rank)])
        raise NotImplementedError(kind)

    @staticmethod
    def padded(x, given, value):
        """PyTorch pads both sides alike; where they differ, the input is padded first."""
        top, left, bottom, right = given.get("pads", [0, 0, 0, 0])
        if (top, left) == (bottom, right) and (value == 0 or 2 * max(top, left) <= min(given["kernel_shape"])):
            return x, [top, left]
        return F.pad(x, [left, right, top, bottom], value=value), [0, 0]
