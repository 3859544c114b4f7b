"""forward.py CANDIDATE FOLDER THREADS SIDES…: makes a peer ready on the folder's network.onnx and images (bare float32 numbers), and writes what it computes.

Then, for each line of standard input, it computes the answer as many times as the line says and prints the milliseconds of each.
"""
import importlib
import sys
import time
from pathlib import Path

import numpy


def onnxruntime_peer(path, threads, shape):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name, output = session.get_inputs()[0].name, [session.get_outputs()[0].name]
    return lambda x: session.run(output, {name: x})[0]


def openvino_peer(path, threads, shape):
    import openvino
    core = openvino.Core()
    model = core.read_model(path)
    model.reshape(shape)
    compiled = core.compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"})
    request, output = compiled.create_infer_request(), compiled.output(0)
    return lambda x: request.infer([x])[output]


def pytorch_peer(path, threads, shape):
    import torch
    from torch_network import TorchNetwork
    torch.set_num_threads(threads)
    network = TorchNetwork(path).eval()
    with torch.inference_mode():
        example = torch.zeros(shape)
        traced = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, example, check_trace=False)))

    def run(x):
        with torch.inference_mode():
            return traced(torch.from_numpy(x)).numpy()
    return run


def main(candidate, folder, threads, *sides):
    folder = Path(folder)
    shape = [int(side) for side in sides]
    x = numpy.fromfile(folder / "images", numpy.float32).reshape(shape)
    module, make = {"onnxruntime": ("onnxruntime", onnxruntime_peer), "openvino": ("openvino", openvino_peer), "pytorch": ("torch", pytorch_peer)}[candidate]
    importlib.import_module(module)
    began = time.perf_counter()
    run = make(str(folder / "network.onnx"), int(threads), shape)
    answer = run(x)
    ready_after = 1000 * (time.perf_counter() - began)
    numpy.ascontiguousarray(answer, numpy.float32).tofile(folder / candidate)
    print("ready", ready_after, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            began = time.perf_counter()
            run(x)
            times.append(1000 * (time.perf_counter() - began))
        print(*times, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
