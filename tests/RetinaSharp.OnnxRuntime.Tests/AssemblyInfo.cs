// The tests use all cores; the threads of LibTorch and ONNX Runtime would spin against each other if they ran in parallel.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
