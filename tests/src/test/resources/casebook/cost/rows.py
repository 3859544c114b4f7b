"""Writes rows.csv: what single layers must cost, by plain arithmetic from the papers' tables.

It shares nothing with the library: sides, channels and filters are typed in from the papers, and the products are taken here.
Run it in this folder:  python3 rows.py > rows.csv
"""
ROWS = []


def conv(network, layer, side, channels, filters, size, groups=1, bias=True):
    """A convolution with a square output of this side."""
    weights = size * size * channels // groups * filters
    ROWS.append((network, layer, f"{side}x{side}x{filters}", weights + (filters if bias else 0), weights * side * side))


def dense(network, layer, inputs, outputs):
    ROWS.append((network, layer, str(outputs), inputs * outputs + outputs, inputs * outputs))


def pool(network, layer, side, channels):
    ROWS.append((network, layer, f"{side}x{side}x{channels}", 0, 0))


def norm(network, layer, side, channels):
    ROWS.append((network, layer, f"{side}x{side}x{channels}", 2 * channels, 0))


# LeCun et al. 1998, section II.B, and the lecture's version of it
net = "lenet-5"
conv(net, "conv1", 28, 1, 6, 5), pool(net, "pool1", 14, 6), conv(net, "conv2", 10, 6, 16, 5), pool(net, "pool2", 5, 16)
dense(net, "fc3", 400, 120), dense(net, "fc4", 120, 84), dense(net, "fc5", 84, 10)
net = "lenet-5-1998"
conv(net, "C1", 28, 1, 6, 5)
ROWS.append((net, "S2", "14x14x6", 12, 0))
ROWS.append((net, "C3", "10x10x16", 60 * 25 + 16, 60 * 25 * 100))
ROWS.append((net, "S4", "5x5x16", 32, 0))
conv(net, "C5", 1, 16, 120, 5), dense(net, "F6", 120, 84)
ROWS.append((net, "output", "10", 0, 840))

# Krizhevsky et al. 2012, section 3.5
for net, gpus in ("alexnet", 1), ("alexnet-two-gpu", 2):
    conv(net, "conv1", 55, 3, 96, 11), pool(net, "pool1", 27, 96)
    conv(net, "conv2", 27, 96, 256, 5, gpus), pool(net, "pool2", 13, 256)
    conv(net, "conv3", 13, 256, 384, 3), conv(net, "conv4", 13, 384, 384, 3, gpus), conv(net, "conv5", 13, 384, 256, 3, gpus)
    pool(net, "pool5", 6, 256)
    dense(net, "fc6", 9216, 4096), dense(net, "fc7", 4096, 4096), dense(net, "fc8", 4096, 1000)

# Simonyan and Zisserman 2014, table 1: how many 3x3 convolutions each block has
for net, blocks in ("vgg-11", (1, 1, 2, 2, 2)), ("vgg-13", (2,) * 5), ("vgg-16", (2, 2, 3, 3, 3)), ("vgg-19", (2, 2, 4, 4, 4)):
    side, channels = 224, 3
    for block, (times, filters) in enumerate(zip(blocks, (64, 128, 256, 512, 512)), 1):
        for place in range(1, times + 1):
            conv(net, f"conv{block}_{place}", side, channels, filters, 3)
            channels = filters
        side //= 2
        pool(net, f"pool{block}", side, channels)
    dense(net, "fc6", 25088, 4096), dense(net, "fc7", 4096, 4096), dense(net, "fc8", 4096, 1000)
conv("vgg-16c", "conv3_2", 56, 256, 256, 3), conv("vgg-16c", "conv3_3", 56, 256, 256, 1)
conv("vgg-16c", "conv5_3", 14, 512, 512, 1)

# He et al. 2015, table 1, where a stage of 18 and 34 layers has blocks of two 3x3 convolutions
for net in "resnet-18", "resnet-34", "plain-18", "plain-34":
    conv(net, "conv1", 112, 3, 64, 7, bias=False), norm(net, "conv1/bn", 112, 64), pool(net, "pool1", 56, 64)
    conv(net, "res2a/branch2a", 56, 64, 64, 3, bias=False)
    conv(net, "res4a/branch2a", 14, 128, 256, 3, bias=False), conv(net, "res4a/branch2b", 14, 256, 256, 3, bias=False)
    conv(net, "res5b/branch2b", 7, 512, 512, 3, bias=False), dense(net, "fc1000", 512, 1000)
for net in "resnet-18", "resnet-34":
    conv(net, "res3a/branch1", 28, 64, 128, 1, bias=False), norm(net, "res3a/branch1/bn", 28, 128)
conv("resnet-34", "res4f/branch2b", 14, 256, 256, 3, bias=False)

# … and with bottlenecks. The paper moves in the first 1x1, libraries in the 3x3: there the first 1x1 works on the larger side.
for depth, last in (50, "res4f"), (101, "res4b22"), (152, "res4b35"):
    for net, first in (f"resnet-{depth}", 28), (f"resnet-{depth}-v1.5", 56):
        conv(net, "conv1", 112, 3, 64, 7, bias=False), pool(net, "pool1", 56, 64)
        conv(net, "res2a/branch1", 56, 64, 256, 1, bias=False), conv(net, "res2a/branch2a", 56, 64, 64, 1, bias=False)
        conv(net, "res2a/branch2b", 56, 64, 64, 3, bias=False), conv(net, "res2a/branch2c", 56, 64, 256, 1, bias=False)
        norm(net, "res2a/branch2c/bn", 56, 256)
        conv(net, "res2b/branch2a", 56, 256, 64, 1, bias=False)
        conv(net, "res3a/branch1", 28, 256, 512, 1, bias=False), conv(net, "res3a/branch2a", first, 256, 128, 1, bias=False)
        conv(net, "res3a/branch2b", 28, 128, 128, 3, bias=False), conv(net, "res3a/branch2c", 28, 128, 512, 1, bias=False)
        conv(net, last + "/branch2c", 14, 256, 1024, 1, bias=False), conv(net, last + "/branch2a", 14, 1024, 256, 1, bias=False)
        conv(net, "res5c/branch2b", 7, 512, 512, 3, bias=False), dense(net, "fc1000", 2048, 1000)
conv("resnet-101", "res3b3/branch2b", 28, 128, 128, 3, bias=False)
conv("resnet-152", "res3b7/branch2b", 28, 128, 128, 3, bias=False)

# He et al. 2015, section 4.2
for depth in 20, 32, 44, 56, 110:
    net = f"cifar-resnet-{depth}"
    blocks = (depth - 2) // 6
    conv(net, "conv1", 32, 3, 16, 3, bias=False), conv(net, f"res2_{blocks}/branch2b", 32, 16, 16, 3, bias=False)
    conv(net, "res3_1/branch2a", 16, 16, 32, 3, bias=False), pool(net, "res3_1/branch1", 16, 32)
    conv(net, f"res4_{blocks}/branch2b", 8, 64, 64, 3, bias=False), dense(net, "fc10", 64, 10)
conv("cifar-plain-56", "res4_9/branch2b", 8, 64, 64, 3, bias=False)

# Lin et al. 2013, the authors' model file for ImageNet
net = "nin"
conv(net, "conv1", 54, 3, 96, 11), conv(net, "cccp1", 54, 96, 96, 1), conv(net, "cccp2", 54, 96, 96, 1), pool(net, "pool1", 27, 96)
conv(net, "conv2", 27, 96, 256, 5), conv(net, "cccp3", 27, 256, 256, 1), conv(net, "cccp4", 27, 256, 256, 1), pool(net, "pool2", 13, 256)
conv(net, "conv3", 13, 256, 384, 3), conv(net, "cccp5", 13, 384, 384, 1), conv(net, "cccp6", 13, 384, 384, 1), pool(net, "pool3", 6, 384)
conv(net, "conv4-1024", 6, 384, 1024, 3), conv(net, "cccp7-1024", 6, 1024, 1024, 1), conv(net, "cccp8-1000", 6, 1024, 1000, 1)
pool(net, "pool4", 1, 1000)

# Szegedy et al. 2014, table 1: side, channels in, #1x1, 3x3 reduce, #3x3, 5x5 reduce, #5x5, pool proj
TABLE_1 = {
    "3a": (28, 192, 64, 96, 128, 16, 32, 32), "3b": (28, 256, 128, 128, 192, 32, 96, 64),
    "4a": (14, 480, 192, 96, 208, 16, 48, 64), "4b": (14, 512, 160, 112, 224, 24, 64, 64),
    "4c": (14, 512, 128, 128, 256, 24, 64, 64), "4d": (14, 512, 112, 144, 288, 32, 64, 64),
    "4e": (14, 528, 256, 160, 320, 32, 128, 128), "5a": (7, 832, 256, 160, 320, 32, 128, 128),
    "5b": (7, 832, 384, 192, 384, 48, 128, 128)}


def module(network, prefix, side, channels, ones, threes_reduce, threes, fives_reduce, fives, projection):
    conv(network, prefix + "1x1", side, channels, ones, 1)
    conv(network, prefix + "3x3_reduce", side, channels, threes_reduce, 1), conv(network, prefix + "3x3", side, threes_reduce, threes, 3)
    conv(network, prefix + "5x5_reduce", side, channels, fives_reduce, 1), conv(network, prefix + "5x5", side, fives_reduce, fives, 5)
    pool(network, prefix + "pool", side, channels), conv(network, prefix + "pool_proj", side, channels, projection, 1)
    pool(network, prefix + "output", side, ones + threes + fives + projection)


for net in "googlenet", "googlenet-with-heads":
    conv(net, "conv1/7x7_s2", 112, 3, 64, 7), pool(net, "pool1/3x3_s2", 56, 64)
    conv(net, "conv2/3x3_reduce", 56, 64, 64, 1), conv(net, "conv2/3x3", 56, 64, 192, 3), pool(net, "pool2/3x3_s2", 28, 192)
    for name, row in TABLE_1.items():
        module(net, f"inception_{name}/", *row)
    pool(net, "pool5/7x7_s1", 1, 1024), dense(net, "loss3/classifier", 1024, 1000)
for head, channels in ("loss1", 512), ("loss2", 528):
    net = "googlenet-with-heads"
    pool(net, head + "/ave_pool", 4, channels), conv(net, head + "/conv", 4, channels, 128, 1)
    dense(net, head + "/fc", 2048, 1024), dense(net, head + "/classifier", 1024, 1000)

# The lecture's module, first without and then with bottlenecks
module("inception-module", "", *TABLE_1["3a"])
net = "inception-module-naive"
conv(net, "1x1", 28, 192, 64, 1), conv(net, "3x3", 28, 192, 128, 3), conv(net, "5x5", 28, 192, 32, 5), pool(net, "pool", 28, 192)
pool(net, "output", 28, 416)

# Iandola et al. 2016, the authors' model file of version 1.1: side, channels in, squeeze, expand
net = "squeezenet-1.1"
conv(net, "conv1", 113, 3, 64, 3), pool(net, "pool1", 56, 64)
for fire, (side, channels, squeeze, expand) in enumerate(((56, 64, 16, 64), (56, 128, 16, 64), (28, 128, 32, 128), (28, 256, 32, 128),
                                                          (14, 256, 48, 192), (14, 384, 48, 192), (14, 384, 64, 256), (14, 512, 64, 256)), 2):
    conv(net, f"fire{fire}/squeeze1x1", side, channels, squeeze, 1), conv(net, f"fire{fire}/expand1x1", side, squeeze, expand, 1)
    conv(net, f"fire{fire}/expand3x3", side, squeeze, expand, 3), pool(net, f"fire{fire}/concat", side, 2 * expand)
conv(net, "conv10", 14, 512, 1000, 1), pool(net, "pool10", 1, 1000)

print("network,layer,output,parameters,macs")
for row in ROWS:
    print(*row, sep=",")
