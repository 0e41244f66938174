namespace RetinaSharp.Imaging;

/// <summary>
/// The weights of antialiased bilinear resampling along one dimension: a triangle filter over the source, as wide as an output pixel and at
/// least two source pixels wide. Equal to torchvision's <c>antialias=True</c> and Pillow's <c>BILINEAR</c>, in 16-bit integers.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>The number of weights per output pixel is padded with zeros to a multiple of this.</summary>
    public const int Step = 4;

    private ResamplingWeights(int from, int to)
    {
        var scale = (double)from / to;
        var support = Math.Max(scale, 1);
        Taps = ((((int)Math.Ceiling(support) * 2) + 1 + Step - 1) / Step) * Step;
        (First, Count, Values) = (new int[to], new int[to], new short[to * Taps]);
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
                sum += weights[k] = Math.Max(0, 1 - Math.Abs((first + k + .5 - center) / support));
            for (var k = 0; k < count; k++)
                largest = Math.Max(largest, weights[k] /= sum);
            (First[i], Count[i]) = (first, count);
        }

        // As many fraction bits as the largest weight allows.
        while (Shift < 22 && (int)((largest * (1 << (Shift + 1))) + .5) <= short.MaxValue)
            Shift++;
        for (var i = 0; i < exact.Length; i++)
            Values[i] = (short)((exact[i] * (1 << Shift)) + .5);
    }

    /// <summary>Number of weights per output pixel, a multiple of <see cref="Step"/>; those after <see cref="Count"/> are 0.</summary>
    public int Taps { get; }

    /// <summary>The first source pixel of each output pixel.</summary>
    public int[] First { get; }

    /// <summary>The number of source pixels of each output pixel.</summary>
    public int[] Count { get; }

    /// <summary>The weights [outputs, <see cref="Taps"/>], times 2^<see cref="Shift"/>.</summary>
    public short[] Values { get; }

    /// <summary>Number of fraction bits of the weights.</summary>
    public int Shift { get; }

    /// <summary>Creates the weights for a change of size along one dimension.</summary>
    /// <param name="from">Number of source pixels, at least 1.</param>
    /// <param name="to">Number of output pixels, at least 1.</param>
    public static ResamplingWeights Create(int from, int to) => new(from, to);
}
