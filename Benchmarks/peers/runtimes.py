"""The runtimes compared with, each at its best documented settings for one image.

A runtime is a function from a network on disk to a call without arguments that answers one image
and returns the results, as numpy arrays or what numpy makes arrays of.
"""

import ncnn
import numpy
import onnxruntime
import openvino
import torch

from .onnx_graph import as_tuple


def pytorch(prepared, threads=1):
    torch.set_num_threads(threads)
    network = prepared.module.to(memory_format=torch.channels_last)
    image = torch.from_numpy(prepared.image).to(memory_format=torch.channels_last)

    def call():
        with torch.inference_mode():
            return as_tuple(network(image))

    return call


def onnx_runtime(prepared, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(
        prepared.onnx, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    image = onnxruntime.OrtValue.ortvalue_from_numpy(prepared.image)
    binding.bind_ortvalue_input("image", image)
    # Results are bound once and written in place by every call.
    answers = []
    for result in session.get_outputs():
        answer = onnxruntime.OrtValue.ortvalue_from_shape_and_type(result.shape, numpy.float32)
        binding.bind_ortvalue_output(result.name, answer)
        answers.append(answer)
    run = session._sess.run_with_iobinding

    def call():
        run(binding._iobinding, None)
        return answers

    return call


def open_vino(prepared, threads=1, precision="f32"):
    compiled = openvino.Core().compile_model(prepared.onnx, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision})
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(prepared.image, shared_memory=True))
    answers = request.output_tensors

    def call():
        request.infer(share_inputs=True, share_outputs=True)
        return answers

    return call


def open_vino_bf16(prepared, threads=1):
    return open_vino(prepared, threads, "bf16")


def ncnn_runtime(prepared, threads=1):
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    net.opt.use_bf16_storage = net.opt.use_fp16_storage = net.opt.use_fp16_packed = False
    net.opt.use_fp16_arithmetic = False
    net.load_param(prepared.ncnn + ".param")
    net.load_model(prepared.ncnn + ".bin")
    image = ncnn.Mat(prepared.image[0])
    names = net.output_names()

    def call():
        extractor = net.create_extractor()
        extractor.input("in0", image)
        return [extractor.extract(name)[1] for name in names]

    return call


def arrays(answers):
    """Results as numpy arrays, whatever a runtime calls them."""
    for answer in answers:
        for attribute in ("numpy", "data"):
            if callable(getattr(answer, attribute, None)):
                answer = getattr(answer, attribute)()
        yield numpy.array(getattr(answer, "data", answer)).reshape(-1)


def open_vino_batches(prepared, threads, precision="f32"):
    """Answers batches, with as many requests under way as the throughput hint asks for."""
    compiled = openvino.Core().compile_model(prepared.onnx, "CPU", {
        "PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision})
    queue = openvino.AsyncInferQueue(compiled)
    for request in queue:
        request.set_input_tensor(openvino.Tensor(prepared.image.copy()))

    def run(batches):
        for _ in range(batches):
            queue.start_async()
        queue.wait_all()

    return run


def open_vino_bf16_batches(prepared, threads):
    return open_vino_batches(prepared, threads, "bf16")


def onnx_runtime_batches(prepared, threads):
    """Answers batches one after the other, the threads inside an operator."""
    call = onnx_runtime(prepared, threads)

    def run(batches):
        for _ in range(batches):
            call()

    return run


LATENCY = {
    "PyTorch": pytorch, "ONNX Runtime": onnx_runtime, "OpenVINO": open_vino,
    "ncnn": ncnn_runtime, "OpenVINO bf16": open_vino_bf16,
}
THROUGHPUT = {
    "OpenVINO": open_vino_batches, "ONNX Runtime": onnx_runtime_batches,
    "OpenVINO bf16": open_vino_bf16_batches,
}
