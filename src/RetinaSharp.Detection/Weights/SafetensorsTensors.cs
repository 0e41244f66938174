using System.Runtime.InteropServices;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>Converts between safetensors entries and TorchSharp tensors. Tensors are always written as contiguous (row-major) fp32.</summary>
internal static class SafetensorsTensors
{
    private const int SliceLength = 1 << 20;

    /// <summary>Creates an entry that writes a tensor directly from the tensor's memory, so that saving does not copy the whole model.</summary>
    public static SafetensorsEntry Entry(string name, Tensor tensor) => new(name, SafetensorsType.F32, tensor.shape, stream =>
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        stream.WriteFp32(tensor.to(ScalarType.Float32, CPU).contiguous().Elements<float>());
    });

    /// <summary>Writes the elements of a tensor, in slices: the bytes of a large tensor do not fit into one span.</summary>
    public static void WriteFp32(this Stream stream, ReadOnlySpan<float> values)
    {
        for (; !values.IsEmpty; values = values[Math.Min(SliceLength, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(SliceLength, values.Length)]));
    }

    /// <summary>Reads a tensor from a file, as fp32 on the CPU.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layout">Name and shape that the network requires.</param>
    /// <exception cref="WeightsException">The file has no such tensor, or its shape differs.</exception>
    public static Tensor Read(this SafetensorsFile file, TensorLayout layout)
    {
        file.GetEntry(layout.Name).RequireShape(layout.Shape, file.Path);
        var tensor = empty(layout.Shape);
        file.ReadFp32(layout.Name, 0, tensor.Elements<float>());
        return tensor;
    }

    /// <summary>Reads a tensor from a file into an existing tensor, which may have any memory format and device.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, or its shape differs.</exception>
    public static void ReadInto(this IWeightSource file, string name, Tensor tensor)
    {
        file.Find(name)?.RequireShape(tensor.shape, file.Path);
        tensor.CopyFrom(file.ReadFp32(name));
    }

    /// <summary>Copies elements in row-major order into a tensor, which may have any memory format and device.</summary>
    public static void CopyFrom(this Tensor tensor, ReadOnlySpan<float> values)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        tensor.copy_(TensorMemory.Create(values, ScalarType.Float32, tensor.shape));
    }

    /// <summary>Whether a tensor in a file has the given shape.</summary>
    public static bool HasShape(this WeightEntry entry, ReadOnlySpan<long> shape) => shape.SequenceEqual([.. entry.Shape]);

    /// <summary>Checks that a tensor in a file has the shape that the model requires.</summary>
    /// <exception cref="WeightsException">The shape differs.</exception>
    public static void RequireShape(this WeightEntry entry, ReadOnlySpan<long> shape, string path)
    {
        if (!entry.HasShape(shape))
            throw new WeightsException(path, $"the weight {entry.Name} has shape [{string.Join(", ", entry.Shape)}], the model needs [{string.Join(", ", shape.ToArray())}]");
    }
}
