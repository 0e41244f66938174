// The tests compute on all processors, and LibTorch's threads and ONNX Runtime's would wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
