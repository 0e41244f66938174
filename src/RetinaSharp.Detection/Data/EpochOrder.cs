namespace RetinaSharp.Detection.Data;

/// <summary>
/// The order in which an epoch uses the images: a function of the seed and the epoch. Every epoch is shuffled anew, and has the same number of samples. Images in
/// shards are shuffled within windows of shards, which are drawn anew for every epoch.
/// </summary>
/// <param name="images">Number of images, at least 1.</param>
/// <param name="repeats">Expected number of times that an epoch uses each image; null: each once.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="windows">Windows that images are shuffled within; null: all images are one window.</param>
internal sealed class EpochOrder(int images, IReadOnlyList<double>? repeats, long seed, ShardWindows? windows = null)
{
    // Repeats that add up to a whole number, such as those of class-balanced sampling, are a few ulps above or below it as doubles.
    private const double SumTolerance = 1e-9;

    /// <summary>Number of samples of an epoch: the sum of the repeats, rounded down.</summary>
    public int Count { get; } = repeats is null ? images : Math.Max(1, (int)(repeats.Sum() * (1 + SumTolerance)));

    /// <summary>Returns the index of the image of each sample of an epoch.</summary>
    public int[] Create(int epoch)
    {
        var random = new RandomStream(seed, "order", epoch);
        var parts = windows?.Draw(random) ?? [[.. Enumerable.Range(0, images)]];
        foreach (var part in parts)
            random.Shuffle<int>(part);
        return repeats is null ? [.. parts.SelectMany(part => part)] : Repeat(parts, repeats, random);
    }

    /// <summary>
    /// Returns the samples from which augmentation draws additional images: all of the epoch, or those around a sample, about as many as in a window, which are
    /// read at about the same time.
    /// </summary>
    /// <param name="order">What <see cref="Create"/> returned.</param>
    /// <param name="position">Index of the sample.</param>
    public IReadOnlyList<int> GetNeighbors(int[] order, int position)
    {
        if (windows is null)
            return order;
        var length = order.Length / windows.Count;
        return new ArraySegment<int>(order, Math.Clamp(position - length / 2, 0, order.Length - length), length);
    }

    /// <summary>
    /// Repeats images. Fractions are rounded by systematic sampling: an image with 1.3 repeats is used once or twice, twice with probability .3, and the
    /// number of samples varies by one at most, unlike with independent draws.
    /// </summary>
    private int[] Repeat(int[][] parts, IReadOnlyList<double> repeats, RandomStream random)
    {
        var samples = new List<int>(Count + 1);
        var sum = random.NextDouble();
        foreach (var part in parts)
        {
            var repeated = new List<int>(part.Length);
            foreach (var image in part)
            {
                var before = Math.Floor(sum);
                sum += repeats[image];
                for (var i = Math.Floor(sum) - before; i > 0; i--)
                    repeated.Add(image);
            }

            // The sum of the repeats depends on the order in its last bits, so that one sample may be missing.
            if (part == parts[^1] && samples.Count + repeated.Count < Count)
                repeated.Add(part[^1]);
            var shuffled = repeated.ToArray();
            random.Shuffle<int>(shuffled);
            samples.AddRange(shuffled);
        }

        return [.. samples[..Count]];
    }
}
