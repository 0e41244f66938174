using System.Runtime.InteropServices;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>Between weights files and LibTorch's tensors. In the files that are written all are fp32 and in C order.</summary>
internal static class SafetensorsTensors
{
    /// <summary>A tensor to write straight from its memory: a copy of a whole model would be garbage each time it is saved.</summary>
    public static SafetensorsEntry Entry(string name, Tensor tensor) => new(name, SafetensorsType.F32, tensor.shape, stream =>
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        stream.Write(MemoryMarshal.AsBytes(tensor.to(ScalarType.Float32, CPU).contiguous().Elements<float>()));
    });

    /// <summary>Reads a tensor of a network, in fp32 on the CPU.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layout">What the network needs.</param>
    /// <exception cref="WeightsException">The file has no such tensor, or of another shape.</exception>
    public static Tensor Read(this SafetensorsFile file, TensorLayout layout)
    {
        file.Required(layout.Name).RequireShape(layout.Shape, file.Path);
        var tensor = empty(layout.Shape);
        file.ReadSingles(layout.Name, 0, tensor.Elements<float>());
        return tensor;
    }

    /// <summary>Reads into a tensor, whatever its memory format and device.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, or of another shape.</exception>
    public static void ReadInto(this IWeightSource file, string name, Tensor tensor)
    {
        file.Find(name)?.RequireShape(tensor.shape, file.Path);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        tensor.copy_(TensorMemory.Create<float>(file.ReadSingles(name), ScalarType.Float32, tensor.shape));
    }

    /// <summary>Whether a tensor of a file has a shape.</summary>
    public static bool HasShape(this WeightEntry entry, ReadOnlySpan<long> shape) => shape.SequenceEqual([.. entry.Shape]);

    /// <summary>Refuses a tensor of a file that has another shape than the model's.</summary>
    /// <exception cref="WeightsException">It has.</exception>
    public static void RequireShape(this WeightEntry entry, ReadOnlySpan<long> shape, string path)
    {
        if (!entry.HasShape(shape))
            throw new WeightsException(path, $"the weight {entry.Name} has shape [{string.Join(", ", entry.Shape)}], the model needs [{string.Join(", ", shape.ToArray())}]");
    }
}
