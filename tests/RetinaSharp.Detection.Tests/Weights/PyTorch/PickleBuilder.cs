using System.Buffers.Binary;
using System.Text;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>Writes pickles, instruction by instruction: also such as Python would not write.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public static PickleBuilder Start() => new PickleBuilder().Add(PickleOpcode.Proto, 2);

    /// <summary>The pickle of a state dictionary of single-precision tensors in C order, each with its own storage: 0, 1, 2, ….</summary>
    public static byte[] StateDictionary(IEnumerable<(string Name, long[] Shape)> tensors, string? under = null)
    {
        var pickle = Start();
        if (under is not null)
            pickle.Add(PickleOpcode.EmptyDict).Text(under);
        pickle.Global("collections", "OrderedDict").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.Reduce).Add(PickleOpcode.Mark);
        foreach (var ((name, shape), key) in tensors.Select((tensor, key) => (tensor, key)))
            pickle.Text(name).Tensor($"{key}", shape);
        pickle.Add(PickleOpcode.SetItems);
        if (under is not null)
            pickle.Add(PickleOpcode.SetItem);
        return pickle.Stop();
    }

    public PickleBuilder Add(PickleOpcode opcode, params byte[] argument) => Raw([(byte)opcode, .. argument]);

    public PickleBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Add(PickleOpcode.BinUnicode, [.. BitConverter.GetBytes(bytes.Length), .. bytes]);
    }

    public PickleBuilder Int(long value)
    {
        var bytes = new byte[9];
        bytes[0] = 8;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), value);
        return Add(PickleOpcode.Long1, bytes);
    }

    public PickleBuilder Ints(params long[] values)
    {
        Add(PickleOpcode.Mark);
        foreach (var value in values)
            Int(value);
        return Add(PickleOpcode.Tuple);
    }

    public PickleBuilder Global(string module, string name) => Add(PickleOpcode.Global, Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Storage(string key, long count, string type = "FloatStorage") =>
        Add(PickleOpcode.Mark).Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count).Add(PickleOpcode.Tuple).Add(PickleOpcode.BinPersId);

    /// <summary>A tensor; without strides and a number of elements in C order, with a storage of its size.</summary>
    public PickleBuilder Tensor(string key, long[] shape, long[]? strides = null, long offset = 0, long? count = null) =>
        Global("torch._utils", "_rebuild_tensor_v2").Add(PickleOpcode.Mark)
            .Storage(key, count ?? shape.Aggregate(1L, (product, dimension) => product * dimension))
            .Int(offset).Ints(shape).Ints(strides ?? Contiguous(shape)).Add(PickleOpcode.NewFalse)
            .Global("collections", "OrderedDict").Add(PickleOpcode.EmptyTuple).Add(PickleOpcode.Reduce)
            .Add(PickleOpcode.Tuple).Add(PickleOpcode.Reduce);

    public byte[] Stop() => Add(PickleOpcode.Stop).Bytes;

    private static long[] Contiguous(long[] shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }
}
