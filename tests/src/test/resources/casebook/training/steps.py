"""Writes lenet-5.safetensors and cifar-resnet-20.safetensors: what PyTorch finds in the first training steps of two networks.

Each file has the loss and the gradient of every parameter for one batch ("loss", "gradient/…"), batch normalization's moving
statistics after it ("statistic/…"), and the losses of five steps of SGD with Nesterov's momentum and weight decay ("losses").
Computed in float64, written in float32. Weights and images come from whole numbers, so that the test can make the same ones.
ResNet-20's learning rate is small: with 0.005 PyTorch's own losses in float32 and float64 differ by 0.0014 at the third step.

Run it in this folder, in a Python with torch 2.15.0 and safetensors 0.8.0:  python3 steps.py
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

torch.use_deterministic_algorithms(True)


def numbers(shape, seed):
    """Numbers between -1 and 1 that look random: the same in every language, exact in float32."""
    count = torch.Size(shape).numel()
    i = torch.arange(count, dtype=torch.int64)
    return ((((i + 1) * (7919 + 2 * seed) + 104729 * seed) % 65521 * 40503 % 65521 - 32760) / 32768).reshape(shape).double()


class PaddedShortcut(nn.Module):
    """Every second row and column, and channels of zeros (He et al. 2015, section 3.3, option A)."""

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, x.shape[1]))


class BasicBlock(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.branch2a, self.bn2a = nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.branch2b, self.bn2b = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.shortcut = nn.Identity() if stride == 1 else PaddedShortcut()

    def forward(self, x):
        y = self.bn2b(self.branch2b(F.relu(self.bn2a(self.branch2a(x)))))
        return F.relu(y + self.shortcut(x))


def lenet5():
    conv1, conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
    fc3, fc4, fc5 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
    net = nn.Sequential(conv1, nn.Tanh(), nn.AvgPool2d(2), conv2, nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
                        fc3, nn.Tanh(), fc4, nn.Tanh(), fc5)
    return net, dict(conv1=conv1, conv2=conv2, fc3=fc3, fc4=fc4, fc5=fc5)


def resnet20():
    conv1, bn1, fc10 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.Linear(64, 10)
    layers, names = [conv1, bn1, nn.ReLU()], {"conv1": conv1, "conv1/bn": bn1}
    channels = 16
    for stage in 2, 3, 4:
        width = 16 << (stage - 2)
        for number in 1, 2, 3:
            block = BasicBlock(channels, width, 2 if stage > 2 and number == 1 else 1)
            layers.append(block)
            name = f"res{stage}_{number}/"
            names |= {name + "branch2a": block.branch2a, name + "branch2a/bn": block.bn2a,
                      name + "branch2b": block.branch2b, name + "branch2b/bn": block.bn2b}
            channels = width
    names["fc10"] = fc10
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), fc10), names


def parameters(layers):
    """The library's names and PyTorch's parameters, in the network's order."""
    for name, layer in layers.items():
        normalization = isinstance(layer, nn.BatchNorm2d)
        yield f"{name}/{'gamma' if normalization else 'weights'}", layer.weight
        if layer.bias is not None:
            yield f"{name}/{'beta' if normalization else 'bias'}", layer.bias


def record(file, net, layers, images, rate, classes=10):
    net.double().train()
    with torch.no_grad():
        for place, (name, parameter) in enumerate(parameters(layers)):
            values = numbers(parameter.shape, place + 1)
            if name.endswith("/weights"):
                values = values * torch.tensor((3 / parameter[0].numel()) ** 0.5, dtype=torch.float32).double()
            else:
                values = values / 8 + (1 if name.endswith("/gamma") else 0)
            parameter.copy_(values.float())     # as float32 has them
    labels = torch.arange(images.shape[0]) * 7 % classes
    decayed = [parameter for name, parameter in parameters(layers) if name.endswith("/weights")]
    others = [parameter for name, parameter in parameters(layers) if not name.endswith("/weights")]
    optimiser = torch.optim.SGD([{"params": decayed, "weight_decay": 0.001}, {"params": others, "weight_decay": 0}],
                                lr=rate, momentum=0.9, nesterov=True)
    tensors, losses = {}, []
    for step in range(5):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        losses.append(loss.detach())
        if step == 0:
            tensors["loss"] = loss.detach().reshape(1)
            tensors |= {f"gradient/{name}": parameter.grad.clone() for name, parameter in parameters(layers)}
            for name, layer in layers.items():
                if isinstance(layer, nn.BatchNorm2d):
                    tensors[f"statistic/{name}/moving_mean"] = layer.running_mean.clone()
                    tensors[f"statistic/{name}/moving_variance"] = layer.running_var.clone()
        optimiser.step()
    tensors["losses"] = torch.stack(losses)
    save_file({name: tensor.float().contiguous() for name, tensor in tensors.items()}, file, {"made by": f"steps.py, PyTorch {torch.__version__}"})


record("lenet-5.safetensors", *lenet5(), numbers((16, 1, 32, 32), 0), 0.05)
record("cifar-resnet-20.safetensors", *resnet20(), numbers((8, 3, 32, 32), 0), 0.0005)
