namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// The Python functions that a pickled state dict may call. <see cref="PickleMachine"/> has its own implementation of each, and executes no Python code.
/// </summary>
internal enum PickleFunction
{
    /// <summary><c>collections.OrderedDict</c>.</summary>
    OrderedDictionary,

    /// <summary>
    /// <c>torch._utils._rebuild_tensor_v2</c>, and <c>_rebuild_tensor</c> from before PyTorch 0.4. Arguments: storage, offset, shape, strides, and others
    /// that are ignored.
    /// </summary>
    RebuildTensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>.</summary>
    RebuildParameter,

    /// <summary><c>torch.Size</c>.</summary>
    Size,

    /// <summary><c>collections.Counter</c>: the milestones of a learning rate scheduler.</summary>
    Counter,

    /// <summary><c>argparse.Namespace</c>: options of a training script, which torchvision's and MLPerf's scripts save with a checkpoint.</summary>
    Namespace,
}
