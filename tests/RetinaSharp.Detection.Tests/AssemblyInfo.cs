// The tests look at the number of tensors of the process, and switch its kernels.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
