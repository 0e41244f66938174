using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// exp and log(1 + x) on lanes, to one or two units in the last place. The polynomials are near-minimax (Chebyshev
/// interpolation in 40 digits, then rounded to single); the reduction of exp is Cody and Waite's.
/// </summary>
internal static unsafe class LaneMath<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the lowest bits.
    private const float Magic = 12582912f;
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts, the first with low bits of zero.
    private const float Ln2High = 0.693145752f;
    private const float Ln2Low = 1.42860677e-6f;

    // Below this the result would be subnormal; it is 0.
    private const float Underflow = -87.33654f;

    public static TLanes One => TLanes.Create(1);

    /// <summary>The number where it is positive, else 0; 0 for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Positive(TLanes x) => TLanes.Less(default, x) & x;

    /// <summary>-log σ(x) and its derivative, σ(x) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CrossEntropy(TLanes x, out TLanes value, out TLanes derivative)
    {
        var e = Exp(-TLanes.Abs(x));
        var r = One / (One + e);
        value = Positive(-x) + Log1P(e);
        derivative = -TLanes.Select(TLanes.Less(x, default), r, e * r);
    }

    /// <summary>e to the power of <c>high + low</c> for a sum of at most 0, as exact as if the sum were not rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes high, TLanes low)
    {
        var sum = high + low;
        var power = TLanes.Fma(sum, TLanes.Create(Log2E), TLanes.Create(Magic));
        var n = power - TLanes.Create(Magic);
        var r = TLanes.Fma(n, TLanes.Create(-Ln2High), high);
        return Finish(sum, power, TLanes.Fma(n, TLanes.Create(-Ln2Low), r) + low);
    }

    /// <summary>e to the power of x for x of at most 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes x)
    {
        var power = TLanes.Fma(x, TLanes.Create(Log2E), TLanes.Create(Magic));
        var n = power - TLanes.Create(Magic);
        var r = TLanes.Fma(n, TLanes.Create(-Ln2High), x);
        return Finish(x, power, TLanes.Fma(n, TLanes.Create(-Ln2Low), r));
    }

    /// <summary>log(1 + x) for x in [0, 1]: x times a polynomial, so that it is relative to x where x is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log1P(TLanes x)
    {
        var p = TLanes.Create(-0.00446621142f);
        p = TLanes.Fma(p, x, TLanes.Create(0.0252240542f));
        p = TLanes.Fma(p, x, TLanes.Create(-0.0667577237f));
        p = TLanes.Fma(p, x, TLanes.Create(0.115618452f));
        p = TLanes.Fma(p, x, TLanes.Create(-0.158475652f));
        p = TLanes.Fma(p, x, TLanes.Create(0.19854106f));
        p = TLanes.Fma(p, x, TLanes.Create(-0.249865264f));
        p = TLanes.Fma(p, x, TLanes.Create(0.333328426f));
        p = TLanes.Fma(p, x, TLanes.Create(-0.49999997f));
        return TLanes.Fma(p, x, One) * x;
    }

    /// <summary>The next numbers of a list; with fewer than a vector left, the rest is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load(float* source, nint left) => left >= TLanes.Count ? TLanes.Load(source) : LoadEnd(source, (int)left);

    private static TLanes LoadEnd(float* source, int left)
    {
        var padded = stackalloc float[TLanes.Count];
        new ReadOnlySpan<float>(source, left).CopyTo(new Span<float>(padded, TLanes.Count));
        return TLanes.Load(padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Finish(TLanes x, TLanes power, TLanes r)
    {
        var p = TLanes.Create(0.00139336416f);
        p = TLanes.Fma(p, r, TLanes.Create(0.00836914871f));
        p = TLanes.Fma(p, r, TLanes.Create(0.0416664667f));
        p = TLanes.Fma(p, r, TLanes.Create(0.166665047f));
        p = TLanes.Fma(p, r, TLanes.Create(0.5f));
        p = TLanes.Fma(p, r, One);
        p = TLanes.Fma(p, r, One);
        return TLanes.Select(TLanes.Less(x, TLanes.Create(Underflow)), default, TLanes.Scale(p, power));
    }
}
