namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// The vector operations that the losses need, so that one generic body serves every vector width. The equivalent interface of the runtime
/// (ISimdVector) is internal. Comparisons return a mask, with all bits of a lane set or clear.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of fp32 lanes in a vector.</summary>
    static abstract int Count { get; }

    static abstract TSelf Create(float value);

    /// <summary>The lane indices 0, 1, 2, ….</summary>
    static abstract TSelf Indices { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Load(BFloat16* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Stores as bf16, rounded to nearest, ties to even.</summary>
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

    /// <summary>
    /// Multiplies by 2 to the power of the integer in the lowest bits of <paramref name="power"/>, without overflow checks.
    /// </summary>
    static abstract TSelf Scale(TSelf value, TSelf power);

    /// <summary>Widens the lower half of the lanes to fp64 and adds it to a vector of fp64 lanes, reinterpreted as fp32.</summary>
    static abstract TSelf AddLower(TSelf doubles, TSelf value);

    /// <summary>Widens the upper half of the lanes to fp64 and adds it to a vector of fp64 lanes, reinterpreted as fp32.</summary>
    static abstract TSelf AddUpper(TSelf doubles, TSelf value);

    /// <summary>Returns the sum of a vector of fp64 lanes, reinterpreted as fp32.</summary>
    static abstract double SumDoubles(TSelf doubles);
}
