"""forward.py CANDIDATE FILE.onnx THREADS INPUT OUTPUT SIDES…: makes a peer ready, writes what it computes, then runs once for each line that comes in.

INPUT and OUTPUT are files of bare float32 numbers. For each line of standard input it computes the answer so many times as the line says and
prints the milliseconds of each.
"""
import sys
import time

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


def main(candidate, path, threads, input_file, output_file, *sides):
    shape = [int(side) for side in sides]
    x = numpy.fromfile(input_file, numpy.float32).reshape(shape)
    run = {"onnxruntime": onnxruntime_peer, "openvino": openvino_peer, "pytorch": pytorch_peer}[candidate](path, int(threads), shape)
    numpy.ascontiguousarray(run(x), numpy.float32).tofile(output_file)
    print("ready", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            began = time.perf_counter()
            run(x)
            times.append(1000 * (time.perf_counter() - began))
        print(*times, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
