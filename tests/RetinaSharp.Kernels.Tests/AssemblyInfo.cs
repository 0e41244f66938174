// The tests count the tensors of the process and switch its kernels, so they must not run in parallel.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
