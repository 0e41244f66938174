namespace RetinaSharp.Onnx.Quantization;

/// <summary>The smallest and the largest value of a tensor over the calibration images.</summary>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value.</param>
public readonly record struct TensorRange(float Low, float High)
{
    /// <summary>A range without values, which <see cref="Include(TensorRange)"/> extends.</summary>
    public static TensorRange Empty { get; } = new(float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>Whether both ends are numbers and in order.</summary>
    public bool IsFinite => float.IsFinite(Low) && float.IsFinite(High) && Low <= High;

    /// <summary>Returns the smallest range that contains all of several ranges.</summary>
    /// <param name="ranges">The ranges.</param>
    public static TensorRange Union(IEnumerable<TensorRange> ranges) => ranges.Aggregate(Empty, (all, range) => all.Include(range));

    /// <summary>Returns the smallest range that contains this one and another.</summary>
    /// <param name="other">The other range. If one of its ends is NaN, so is that of the result.</param>
    public TensorRange Include(TensorRange other) => new(MathF.Min(Low, other.Low), MathF.Max(High, other.High));
}
