"""Exported networks in ONNX Runtime: every one of the zoo, and every layer, answers there as it does in the library."""
import csv
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
JAR = PROJECT / "lib" / "target" / "casebook-notebook.jar"
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
READY = JAR.exists() and all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
TOLERANCE = 1e-4

# What is written as several operators comes back as several layers, or not at all.
NOT_READ_BACK = {
    "lenet-5-1998": "another cost sheet",
    "radial basis": "another cost sheet",
    "subsampling": "another cost sheet",
    "table convolution": "another cost sheet",
    "tanh, scaled": "another cost sheet",
    "tanh, slope only": "another cost sheet",
    "rescaling": "another cost sheet",
    "channel scaling": "another cost sheet",
    "names that look alike": "another cost sheet",
}


def tensors(path):
    """The arrays of a safetensors file."""
    import numpy
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            arrays[name] = numpy.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return arrays


@unittest.skipUnless(READY, "needs the library's jar and the packages of tests/requirements.txt, which the launcher sets up")
class OnnxTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="casebook-onnx-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_every_network_answers_the_same(self):
        command = [JAVA, "-Xmx1500m", "-Dorg.bytedeco.javacpp.maxbytes=2g", "-cp", str(JAR), str(PROJECT / "tests" / "onnx" / "Samples.java"),
                   str(self.folder)]
        names = []
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as samples:
            for line in samples.stdout:
                name, read_back = line.rstrip("\n").split("\t")
                names.append(name)
                with self.subTest(name):
                    self.compare()
                with self.subTest(name, read="back"):
                    self.assertIn(NOT_READ_BACK.get(name, "same"), read_back)
                samples.stdin.write("next\n")
                samples.stdin.flush()
        self.assertEqual(0, samples.returncode)
        zoo = subprocess.run([JAVA, "-jar", str(JAR), "list", "--csv"], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
        self.assertLessEqual({row.split(",")[0] for row in zoo}, set(names))
        self.assertLessEqual(set(NOT_READ_BACK), set(names))

    def compare(self):
        import numpy
        import onnx
        import onnxruntime
        model = self.folder / "sample.onnx"
        onnx.checker.check_model(str(model), full_check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        expected = tensors(self.folder / "sample.safetensors")
        outputs = [output.name for output in session.get_outputs()]
        self.assertEqual(list(expected), ["input", *outputs])
        answers = session.run(outputs, {"input": expected["input"]})
        for name, answer in zip(outputs, answers):
            self.assertEqual(expected[name].shape, answer.shape)
            self.assertGreater(numpy.ptp(expected[name]), 0, f"{name} is the same everywhere, so nothing is compared")
            largest = numpy.abs(answer).max()
            self.assertTrue(numpy.isfinite(largest) and largest > 0)
            self.assertLessEqual(numpy.abs(expected[name] - answer).max(), TOLERANCE * largest, name)

    def test_models_of_the_onnx_package(self):
        """The models without weights that come with onnx, against a count from their shapes, by other code."""
        import onnx.backend.test
        models = sorted((Path(onnx.backend.test.__file__).parent / "data" / "light").glob("light_*.onnx"))
        self.assertGreater(len(models), 7)
        for file in models:
            with self.subTest(file.stem):
                done = subprocess.run([JAVA, "-jar", str(JAR), "cost", str(file), "--csv"], capture_output=True, text=True, encoding="utf-8")
                # Java itself says so where JAVA_TOOL_OPTIONS is set.
                said = [line for line in done.stderr.splitlines() if not line.startswith("Picked up ")]
                self.assertEqual((0, []), (done.returncode, said))
                rows = list(csv.DictReader(done.stdout.splitlines()))
                self.assertEqual(counted(file), (sum(int(row["parameters"]) for row in rows), sum(int(row["macs"]) for row in rows)))
        published = {"light_bvlc_alexnet": "alexnet-two-gpu", "light_vgg19": "vgg-19", "light_inception_v1": "googlenet", "light_resnet50": "resnet-50"}
        listed = subprocess.run([JAVA, "-jar", str(JAR), "list", "--csv"], capture_output=True, text=True, check=True).stdout.splitlines()
        ours = {row["id"]: int(row["parameters"]) for row in csv.DictReader(listed)}
        for file in models:
            if file.stem in published:
                self.assertEqual(ours[published[file.stem]], counted(file)[0])


def counted(file):
    """Parameters and multiply-accumulates of a file: sizes of weights, and outputs times the weights that each one uses."""
    import math
    import onnx
    model = onnx.shape_inference.infer_shapes(onnx.load(file))
    graph = model.graph
    values = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    sizes = {info.name: [d.dim_value for d in info.type.tensor_type.shape.dim] for info in (*graph.value_info, *graph.output)}
    sizes.update((tensor.name, list(tensor.dims)) for tensor in graph.initializer)
    for node in graph.node:  # weights that the file only describes
        if node.op_type == "ConstantOfShape":
            sizes[node.output[0]] = [int(side) for side in values[node.input[0]]]
        if node.op_type == "Unsqueeze":
            sizes[node.output[0]] = sizes[node.input[0]]
    fixed = {node.output[0] for node in graph.node if node.op_type in ("ConstantOfShape", "Unsqueeze")}
    parameters = macs = 0
    for node in graph.node:
        if node.op_type in ("Conv", "Gemm"):
            weights = sizes[node.input[1]]
            parameters += math.prod(weights) + sum(math.prod(sizes[name]) for name in node.input[2:])
            macs += math.prod(weights) * (math.prod(sizes[node.output[0]][2:]) if node.op_type == "Conv" else 1)
        elif node.op_type == "BatchNormalization":
            parameters += 2 * math.prod(sizes[node.input[1]])
        elif node.op_type in ("Mul", "Add") and node.input[1] in fixed:
            parameters += math.prod(sizes[node.input[1]])
    return parameters, macs


if __name__ == "__main__":
    unittest.main()
