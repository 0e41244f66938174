namespace RetinaSharp.Onnx.Quantization;

/// <summary>Selects elements that are spread evenly over a list, the same ones every time.</summary>
internal static class EvenSample
{
    /// <summary>Returns ascending indices of a list.</summary>
    /// <param name="count">Number of elements in the list.</param>
    /// <param name="limit">Maximum number of indices.</param>
    public static IEnumerable<int> Indices(int count, int limit)
    {
        var selected = Math.Min(count, limit);
        return Enumerable.Range(0, selected).Select(i => (int)((long)i * count / selected));
    }
}
