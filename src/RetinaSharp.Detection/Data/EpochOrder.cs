namespace RetinaSharp.Detection.Data;

/// <summary>
/// The order in which an epoch uses the images: a function of the seed and the epoch. Every epoch is shuffled anew, and has the same number of samples.
/// </summary>
/// <param name="images">Number of images, at least 1.</param>
/// <param name="repeats">Expected number of times that an epoch uses each image; null: each once.</param>
/// <param name="seed">Seed of the run.</param>
internal sealed class EpochOrder(int images, IReadOnlyList<double>? repeats, long seed)
{
    /// <summary>Number of samples of an epoch: the sum of the repeats, rounded down.</summary>
    public int Count { get; } = repeats is null ? images : Math.Max(1, (int)repeats.Sum());

    /// <summary>Returns the index of the image of each sample of an epoch.</summary>
    public int[] Create(int epoch)
    {
        var order = new int[images];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var random = new RandomStream(seed, "order", epoch);
        random.Shuffle<int>(order);
        return repeats is null ? order : Repeat(order, repeats, random);
    }

    /// <summary>
    /// Repeats images. Fractions are rounded by systematic sampling: an image with 1.3 repeats is used once or twice, twice with probability .3, and the
    /// number of samples varies by one at most, unlike with independent draws.
    /// </summary>
    private int[] Repeat(int[] order, IReadOnlyList<double> repeats, RandomStream random)
    {
        var repeated = new List<int>(Count + 1);
        var sum = random.NextDouble();
        foreach (var image in order)
        {
            var before = Math.Floor(sum);
            sum += repeats[image];
            for (var i = Math.Floor(sum) - before; i > 0; i--)
                repeated.Add(image);
        }

        // The sum of the repeats depends on the order in its last bits, so that one sample may be missing.
        if (repeated.Count < Count)
            repeated.Add(order[^1]);
        var samples = repeated.ToArray();
        random.Shuffle<int>(samples);
        return samples[..Count];
    }
}
