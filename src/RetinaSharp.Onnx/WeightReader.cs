using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Onnx;

/// <summary>Reads weights from a model file by name. Names and shapes were checked against the architecture when the file was opened.</summary>
internal sealed class WeightReader(SafetensorsFile file)
{
    /// <summary>Reads a weight tensor in fp32, in row-major (C) order.</summary>
    /// <exception cref="WeightsException">The weight cannot be read.</exception>
    public float[] Read(string name) => file.ReadFp32(name);

    /// <summary>
    /// Reads a batch norm with fixed statistics and computes the equivalent affine transform: scale and shift, [channels] each.
    /// </summary>
    /// <param name="name">Name of the batch norm, without <c>.weight</c>.</param>
    /// <exception cref="WeightsException">A weight cannot be read.</exception>
    public (float[] Scale, float[] Shift) Affine(string name)
    {
        var (scale, shift) = (Read($"{name}.weight"), Read($"{name}.bias"));
        var (mean, variance) = (Read($"{name}.running_mean"), Read($"{name}.running_var"));
        for (var i = 0; i < scale.Length; i++)
        {
            scale[i] *= 1 / MathF.Sqrt(variance[i] + (float)NormLayer.Epsilon);
            shift[i] -= mean[i] * scale[i];
        }

        return (scale, shift);
    }
}
