namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>The names of other modules that a state dictionary's pickle needs; every other one is refused.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, object> Known = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = PickleFunction.OrderedDictionary,
        ["torch._utils._rebuild_tensor"] = PickleFunction.RebuildTensor,
        ["torch._utils._rebuild_tensor_v2"] = PickleFunction.RebuildTensor,
        ["torch._utils._rebuild_parameter"] = PickleFunction.RebuildParameter,
        ["torch.Size"] = PickleFunction.Size,
        ["torch.FloatStorage"] = SafetensorsType.F32,
        ["torch.HalfStorage"] = SafetensorsType.F16,
        ["torch.BFloat16Storage"] = SafetensorsType.BF16,
        ["torch.DoubleStorage"] = SafetensorsType.F64,
        ["torch.LongStorage"] = SafetensorsType.I64,
        ["torch.IntStorage"] = SafetensorsType.I32,
        ["torch.ShortStorage"] = SafetensorsType.I16,
        ["torch.CharStorage"] = SafetensorsType.I8,
        ["torch.ByteStorage"] = SafetensorsType.U8,
        ["torch.BoolStorage"] = SafetensorsType.Bool,
    };

    /// <summary>A <see cref="PickleFunction"/>, or the element type of a storage; null for every other name.</summary>
    /// <param name="name">Module and name, with a dot between.</param>
    public static object? Find(string name) => Known.GetValueOrDefault(name);
}
