namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// A vector of fp32 lanes with the operations that the losses need, so that each loss is written once for all vector widths. The equivalent
/// interface of the .NET runtime (ISimdVector) is internal. Comparisons return a mask, in which all bits of a lane are set or clear.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of fp32 lanes in a vector.</summary>
    static abstract int Count { get; }

    static abstract TSelf Create(float value);

    /// <summary>The vector of the lane indices 0, 1, 2, ….</summary>
    static abstract TSelf Indices { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Load(BFloat16* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Stores the lanes as bf16, rounded to nearest, ties to even.</summary>
    static abstract void Store(TSelf value, BFloat16* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    /// <summary>Computes <c>a * b + c</c> with one rounding.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Less(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf whenClear);

    /// <summary>Returns whether every lane of a mask is set.</summary>
    static abstract bool All(TSelf mask);

    /// <summary>Returns the exponent n of each lane 2ⁿ m, 1 ≤ m &lt; 2. The lanes must be positive and not subnormal.</summary>
    static abstract TSelf Exponent(TSelf value);

    /// <summary>Returns the significand m of each lane 2ⁿ m, 1 ≤ m &lt; 2. The lanes must be positive and not subnormal.</summary>
    static abstract TSelf Significand(TSelf value);

    /// <summary>
    /// Multiplies each lane of <paramref name="value"/> by 2ⁿ, where the integer n is in the lowest bits of <paramref name="power"/>.
    /// Overflow is not checked; NaN stays NaN.
    /// </summary>
    static abstract TSelf Scale(TSelf value, TSelf power);

    /// <summary>
    /// Converts the lower half of the lanes of <paramref name="value"/> to fp64 and adds them to <paramref name="doubles"/>, a vector of
    /// fp64 lanes that is reinterpreted as a vector of fp32 lanes.
    /// </summary>
    static abstract TSelf AddLower(TSelf doubles, TSelf value);

    /// <summary>
    /// Converts the upper half of the lanes of <paramref name="value"/> to fp64 and adds them to <paramref name="doubles"/>, a vector of
    /// fp64 lanes that is reinterpreted as a vector of fp32 lanes.
    /// </summary>
    static abstract TSelf AddUpper(TSelf doubles, TSelf value);

    /// <summary>
    /// Returns the sum of the fp64 lanes of <paramref name="doubles"/>, a vector that is reinterpreted as a vector of fp32 lanes.
    /// </summary>
    static abstract double SumDoubles(TSelf doubles);
}
