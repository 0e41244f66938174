using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Onnx;

/// <summary>Reads a model's weights by name and shape, and knows which of them nobody asked for.</summary>
internal sealed class WeightReader(SafetensorsFile file)
{
    private readonly HashSet<string> _left = [.. file.Names];

    /// <summary>A weight in C order.</summary>
    /// <exception cref="WeightsException">There is none of the name, or it has another shape.</exception>
    public float[] Read(string name, params ReadOnlySpan<long> shape)
    {
        if (file.Find(name) is { } entry && !shape.SequenceEqual([.. entry.Shape]))
        {
            throw new WeightsException(file.Path,
                $"the weight {name} has shape [{string.Join(", ", entry.Shape)}], the model needs [{string.Join(", ", shape.ToArray())}]");
        }

        _left.Remove(name);
        return file.ReadSingles(name);
    }

    /// <summary>What a normalisation by fixed statistics does to each channel: [channels] both.</summary>
    /// <exception cref="WeightsException">A weight is missing, or has another shape.</exception>
    public (float[] Scale, float[] Shift) Affine(string name, int channels)
    {
        var (scale, shift) = (Read($"{name}.weight", channels), Read($"{name}.bias", channels));
        var (mean, variance) = (Read($"{name}.running_mean", channels), Read($"{name}.running_var", channels));
        for (var i = 0; i < channels; i++)
        {
            scale[i] *= 1 / MathF.Sqrt(variance[i] + (float)AffineNorm2d.Epsilon);
            shift[i] -= mean[i] * scale[i];
        }

        return (scale, shift);
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="WeightsException">There are weights that no part of the model asked for.</exception>
    public void RequireNoneLeft()
    {
        if (_left.Count > 0)
            throw new WeightsException(file.Path, $"{_left.Count} weights belong to no part of the model, the first is {_left.Order(StringComparer.Ordinal).First()}");
    }
}
