namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>What a state dictionary's pickle may call. None of them is code of the file's: the machine knows what they make.</summary>
internal enum PickleFunction
{
    /// <summary><c>collections.OrderedDict</c>.</summary>
    OrderedDictionary,

    /// <summary><c>torch._utils._rebuild_tensor_v2</c>, and <c>_rebuild_tensor</c> of before 0.4: storage, offset, shape, strides, and what is of no use here.</summary>
    RebuildTensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>.</summary>
    RebuildParameter,

    /// <summary><c>torch.Size</c>.</summary>
    Size,
}
