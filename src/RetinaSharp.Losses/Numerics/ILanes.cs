namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// The vector operations that the losses need, so that one body serves every width. The runtime's own interface for this
/// is not public. Comparisons give lanes of all ones or all zeros.
/// </summary>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Singles in a vector.</summary>
    static abstract int Count { get; }

    static abstract TSelf Create(float value);

    /// <summary>0, 1, 2 … .</summary>
    static abstract TSelf Indices { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf Load(BFloat16* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Rounds to the nearest, ties to even.</summary>
    static abstract void Store(TSelf value, BFloat16* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    /// <summary><c>a * b + c</c>, rounded once.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Less(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf whenClear);

    /// <summary>Whether every lane of a mask is set.</summary>
    static abstract bool All(TSelf mask);

    /// <summary>Multiplies by 2 to the power of the integer in the lowest bits of <paramref name="power"/>; no care for overflow.</summary>
    static abstract TSelf Scale(TSelf value, TSelf power);

    /// <summary>Adds the lower half of the lanes to a vector whose bits hold half as many doubles.</summary>
    static abstract TSelf AddLower(TSelf doubles, TSelf value);

    /// <summary>The same with the upper half of the lanes.</summary>
    static abstract TSelf AddUpper(TSelf doubles, TSelf value);

    /// <summary>Sum of a vector whose bits hold doubles.</summary>
    static abstract double SumDoubles(TSelf doubles);
}
