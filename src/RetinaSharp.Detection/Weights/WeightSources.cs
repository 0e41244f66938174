namespace RetinaSharp.Detection.Weights;

/// <summary>Extension methods of <see cref="IWeightSource"/>.</summary>
internal static class WeightSources
{
    /// <summary>Reads the elements of a weight as fp32, and checks that they are finite.</summary>
    /// <exception cref="WeightsException">An element is infinite or NaN, or the weight cannot be read.</exception>
    public static float[] ReadFinite(this IWeightSource file, string name)
    {
        var values = file.ReadFp32(name);
        return values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue)
            ? throw new WeightsException(file.Path, $"the weight {name} has infinite or NaN elements: its training run diverged, or the file is corrupt")
            : values;
    }
}
