using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Onnx;

/// <summary>Reads a model's weights by name. Names and shapes were held against the architecture when the model was described.</summary>
internal sealed class WeightReader(SafetensorsFile file)
{
    /// <summary>A weight in C order.</summary>
    /// <exception cref="WeightsException">It cannot be read.</exception>
    public float[] Read(string name) => file.ReadSingles(name);

    /// <summary>What a normalization with fixed statistics does to each channel: [channels] both.</summary>
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
