namespace RetinaSharp.Imaging;

/// <summary>
/// The weights of a filter along one dimension, as 16-bit integers: each output pixel is a weighted mean of adjacent source pixels.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>
    /// The number of weights per output pixel is padded with zeros to a multiple of this number, because <see cref="Resampler"/> processes
    /// four source pixels at a time.
    /// </summary>
    public const int TapMultiple = 4;

    // The filter is zero from `support` source pixels before and after the center of an output pixel.
    private ResamplingWeights(int from, int to, double support, Func<double, double> filter)
    {
        var scale = (double)from / to;
        Taps = ((((int)Math.Ceiling(support) * 2) + 1 + TapMultiple - 1) / TapMultiple) * TapMultiple;
        (First, Count, Weights) = (new int[to], new int[to], new short[to * Taps]);
        var exact = new double[to * Taps];
        var largest = 0.0;
        for (var i = 0; i < to; i++)
        {
            var center = (i + .5) * scale;
            var first = Math.Max((int)(center - support + .5), 0);
            var count = Math.Min((int)(center + support + .5), from) - first;
            var weights = exact.AsSpan(i * Taps, count);
            var sum = 0.0;
            for (var k = 0; k < count; k++)
                sum += weights[k] = filter(first + k + .5 - center);
            for (var k = 0; k < count; k++)
                largest = Math.Max(largest, weights[k] /= sum);
            (First[i], Count[i]) = (first, count);
        }

        // As many fraction bits as the largest weight allows.
        while (FractionBits < 22 && (int)((largest * (1 << (FractionBits + 1))) + .5) <= short.MaxValue)
            FractionBits++;
        for (var i = 0; i < exact.Length; i++)
            Weights[i] = (short)((exact[i] * (1 << FractionBits)) + .5);
    }

    private ResamplingWeights(ResamplingWeights whole, int start, int count)
    {
        (Taps, FractionBits) = (whole.Taps, whole.FractionBits);
        (First, Count) = (whole.First[start..(start + count)], whole.Count[start..(start + count)]);
        Weights = whole.Weights[(start * Taps)..((start + count) * Taps)];
    }

    /// <summary>
    /// Computes the weights of antialiased bilinear resampling. The filter is a triangle over the source pixels. It is as wide as two output pixels, and at
    /// least as wide as two source pixels. Except for rounding, the weights are those of torchvision's <c>antialias=True</c> and Pillow's <c>BILINEAR</c>.
    /// </summary>
    /// <param name="from">Number of source pixels, at least 1.</param>
    /// <param name="to">Number of output pixels, at least 1.</param>
    public static ResamplingWeights Bilinear(int from, int to)
    {
        var support = Math.Max((double)from / to, 1);
        return new(from, to, support, distance => Math.Max(0, 1 - Math.Abs(distance / support)));
    }

    /// <summary>
    /// Computes the weights of a Gaussian blur, which is cut off at three standard deviations. At the borders, the mean is that of the pixels that exist.
    /// </summary>
    /// <param name="size">Number of source pixels, and of output pixels, at least 1.</param>
    /// <param name="sigma">Standard deviation in pixels, above 0.</param>
    public static ResamplingWeights Gaussian(int size, double sigma) =>
        new(size, size, Math.Ceiling(3 * sigma) + .5, distance => Math.Exp(-distance * distance / (2 * sigma * sigma)));

    /// <summary>Returns the weights of some of the output pixels.</summary>
    /// <param name="start">Index of the first of these output pixels.</param>
    /// <param name="count">Number of these output pixels, at least 1.</param>
    public ResamplingWeights Slice(int start, int count) => start == 0 && count == First.Length ? this : new(this, start, count);

    /// <summary>
    /// Number of weights per output pixel, a multiple of <see cref="TapMultiple"/>. The weights after the first <see cref="Count"/> are 0.
    /// </summary>
    public int Taps { get; }

    /// <summary>For each output pixel, the index of the first source pixel that contributes to it.</summary>
    public int[] First { get; }

    /// <summary>For each output pixel, the number of source pixels that contribute to it.</summary>
    public int[] Count { get; }

    /// <summary>The weights [output pixels, <see cref="Taps"/>], multiplied by 2^<see cref="FractionBits"/> and rounded.</summary>
    public short[] Weights { get; }

    /// <summary>Number of fraction bits of <see cref="Weights"/>, chosen so that the largest weight fits in 16 bits.</summary>
    public int FractionBits { get; }
}
