// The tests look at the number of tensors of the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
