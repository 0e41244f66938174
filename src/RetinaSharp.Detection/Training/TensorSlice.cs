namespace RetinaSharp.Detection.Training;

/// <summary>A range of the elements of a tensor, in the order of its memory.</summary>
/// <param name="Tensor">Index of the tensor.</param>
/// <param name="Start">Index of the first element.</param>
/// <param name="Count">Number of elements, at least 1.</param>
internal readonly record struct TensorSlice(int Tensor, long Start, long Count)
{
    /// <summary>Splits the elements of tensors into consecutive parts of about equal size. Parts meet at the ends of tensors and at multiples of a block.</summary>
    /// <param name="counts">Number of elements of each tensor.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="block">Number of elements of a block.</param>
    /// <returns>The slices of each part, which may be empty.</returns>
    public static TensorSlice[][] Split(IReadOnlyList<long> counts, int parts, long block)
    {
        var total = counts.Sum();
        var slices = Enumerable.Range(0, parts).Select(_ => new List<TensorSlice>()).ToArray();
        var before = 0L;
        foreach (var (tensor, count) in counts.Index())
        {
            var start = 0L;
            for (var part = 0; part < parts && start < count; part++)
            {
                var end = part == parts - 1 ? count : NearestEnd((total * (part + 1) / parts) - before, count, block);
                if (end <= start)
                    continue;
                slices[part].Add(new(tensor, start, end - start));
                start = end;
            }

            before += count;
        }

        return [.. slices.Select(part => part.ToArray())];
    }

    private static long NearestEnd(long wanted, long count, long block)
    {
        if (wanted <= 0 || wanted >= count)
            return Math.Clamp(wanted, 0, count);
        var lower = wanted / block * block;
        var upper = Math.Min(lower + block, count);
        return wanted - lower < upper - wanted ? lower : upper;
    }
}
