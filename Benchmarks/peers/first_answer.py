"""Answers one image with ONNX Runtime, as `Examples/Classify` does: MODEL.onnx IMAGE.pgm"""

import sys

import numpy
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
shape = session.get_inputs()[0].shape
count = int(numpy.prod(shape))
pixels = numpy.fromfile(sys.argv[2], numpy.uint8)[-count:].reshape(shape)
print(session.run(None, {"image": pixels.astype(numpy.float32) / 255})[0].argmax())
