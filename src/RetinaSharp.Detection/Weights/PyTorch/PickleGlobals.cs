namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>Allow list of the Python globals (functions and classes) that a pickled checkpoint may refer to; all others are rejected.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, object> Allowed = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = PickleFunction.OrderedDictionary,
        ["torch._utils._rebuild_tensor"] = PickleFunction.RebuildTensor,
        ["torch._utils._rebuild_tensor_v2"] = PickleFunction.RebuildTensor,
        ["torch._utils._rebuild_parameter"] = PickleFunction.RebuildParameter,
        ["torch.Size"] = PickleFunction.Size,
        ["collections.Counter"] = PickleFunction.Counter,
        ["argparse.Namespace"] = PickleFunction.Namespace,
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

    /// <summary>
    /// Returns what a Python global stands for: a <see cref="PickleFunction"/>, or the <see cref="SafetensorsType"/> of a storage class; null if the global
    /// is not allowed.
    /// </summary>
    /// <param name="name">Qualified name of the global: module, dot, name.</param>
    public static object? Find(string name) => Allowed.GetValueOrDefault(name);
}
