using System.Runtime.InteropServices;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>Between safetensors files and LibTorch's tensors. In the files all are in single precision and in C order.</summary>
internal static class SafetensorsTensors
{
    /// <summary>A tensor to write straight from its memory: a copy of a whole model would be garbage each time it is saved.</summary>
    public static SafetensorsEntry Entry(string name, Tensor tensor) => new(name, SafetensorsType.F32, tensor.Shape.ToArray(), stream =>
    {
        using var scope = new TensorScope();
        stream.Write(MemoryMarshal.AsBytes(tensor.To(Device.Cpu, ScalarType.Float32).Contiguous().Data<float>()));
    });

    /// <summary>Reads into a tensor, whatever its layout and device.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, or of another shape.</exception>
    public static void ReadInto(this IWeightSource file, string name, Tensor tensor)
    {
        file.Find(name)?.RequireShapeOf(tensor, file.Path);
        var values = file.ReadSingles(name);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        tensor.Copy_(Tensor.From<float>(values, Device.Cpu, tensor.Shape));
    }

    /// <summary>Reads into a tensor, in place where it lies in memory as in the file.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, or of another shape.</exception>
    public static void ReadInto(this SafetensorsFile file, string name, Tensor tensor)
    {
        file.Find(name)?.RequireShapeOf(tensor, file.Path);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        // The tensor itself, where it is that already; copying it to itself costs nothing then.
        var rows = tensor.To(Device.Cpu, ScalarType.Float32).Contiguous();
        file.ReadSingles(name, 0, rows.Data<float>());
        tensor.Copy_(rows);
    }

    /// <summary>Whether a tensor of a file has the shape of another.</summary>
    public static bool HasShapeOf(this WeightEntry entry, Tensor tensor) => tensor.Shape.SequenceEqual([.. entry.Shape]);

    /// <summary>Refuses a tensor of a file that has another shape than the model's.</summary>
    /// <exception cref="WeightsException">It has.</exception>
    public static void RequireShapeOf(this WeightEntry entry, Tensor tensor, string path)
    {
        if (!entry.HasShapeOf(tensor))
        {
            throw new WeightsException(path,
                $"the weight {entry.Name} has shape [{string.Join(", ", entry.Shape)}], the model needs [{string.Join(", ", tensor.Shape.ToArray())}]");
        }
    }
}
