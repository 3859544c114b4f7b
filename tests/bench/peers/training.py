"""training.py pytorch FOLDER THREADS SIDES…: training steps of PyTorch on the folder's network.onnx and images.

Writes the losses of the first steps, then makes a step for each run that a line of standard input asks for and prints its milliseconds.
"""
import sys
import time
from pathlib import Path

import numpy
import torch
from torch_network import TorchNetwork

LOSSES = 5


def main(candidate, folder, threads, *sides):
    assert candidate == "pytorch"
    folder = Path(folder)
    torch.set_num_threads(int(threads))
    shape = [int(side) for side in sides]
    x = torch.from_numpy(numpy.fromfile(folder / "images", numpy.float32).reshape(shape))
    began = time.perf_counter()
    network = TorchNetwork(str(folder / "network.onnx"), training=True)
    labels = torch.arange(shape[0]) % 10
    # Nesterov's momentum as ND4J has it moves the weights the same way.
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.001, momentum=0.9, nesterov=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(network(x, logits=True), labels)
        loss.backward()
        optimiser.step()
        return loss.item()

    losses = [step()]
    ready_after = 1000 * (time.perf_counter() - began)
    losses += [step() for _ in range(LOSSES - 1)]
    numpy.array(losses, numpy.float32).tofile(folder / candidate)
    print("ready", ready_after, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            began = time.perf_counter()
            step()
            times.append(1000 * (time.perf_counter() - began))
        print(*times, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
