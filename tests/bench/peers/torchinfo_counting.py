"""Milliseconds of torchinfo's summary of torchvision's ResNet-152, a line a call, after two calls to warm up.

The network is built before the clock starts. Exit status 1, and a sentence, where something is not installed.
"""
import sys
import time

try:
    import torchinfo
    import torchvision
except ImportError as error:
    sys.exit(f"torchinfo is left out: {error} in {sys.executable}. It needs: pip install torch torchvision torchinfo (or --python another Python)")

network = torchvision.models.resnet152(weights=None).eval()
for call in range(7):
    began = time.perf_counter()
    summary = torchinfo.summary(network, input_size=(1, 3, 224, 224), verbose=0)
    took = time.perf_counter() - began
    assert summary.total_params == 60_192_808
    if call >= 2:
        print(1000 * took)
