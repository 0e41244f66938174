namespace RetinaSharp.Imaging;

/// <summary>
/// The weights of one side of an antialiased bilinear resampling: a triangle over the source, as wide as an output pixel and at least two source pixels
/// wide. The same as <c>antialias=True</c> of torchvision and <c>BILINEAR</c> of Pillow, in 16-bit whole numbers.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>Weights are padded with zeros to so many.</summary>
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

        // As many bits as the largest weight leaves room for.
        while (Shift < 22 && (int)((largest * (1 << (Shift + 1))) + .5) <= short.MaxValue)
            Shift++;
        for (var i = 0; i < exact.Length; i++)
            Values[i] = (short)((exact[i] * (1 << Shift)) + .5);
    }

    /// <summary>Weights of an output pixel, a multiple of <see cref="Step"/>; behind <see cref="Count"/> they are zero.</summary>
    public int Taps { get; }

    /// <summary>The first source pixel of each output pixel.</summary>
    public int[] First { get; }

    /// <summary>How many source pixels it has.</summary>
    public int[] Count { get; }

    /// <summary>[outputs, <see cref="Taps"/>], times 2^<see cref="Shift"/>.</summary>
    public short[] Values { get; }

    /// <summary>Bits behind the point.</summary>
    public int Shift { get; }

    /// <summary>Weights from one side to another.</summary>
    /// <param name="from">Source pixels, from 1.</param>
    /// <param name="to">Output pixels, from 1.</param>
    public static ResamplingWeights Create(int from, int to) => new(from, to);
}
