using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// Vectorized exp and log(1 + x), with an error of one or two ulps. The polynomials are near-minimax (Chebyshev interpolation computed with
/// 40 digits, then rounded to fp32). exp uses Cody and Waite's argument reduction.
/// </summary>
internal static unsafe class LaneMath<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    // Adding 1.5 * 2^23 rounds a number to an integer, which is then in the lowest bits of the mantissa.
    private const float Magic = 12582912f;
    private const float Log2E = 1.44269504f;

    // ln 2 as a sum of two numbers. The first has trailing zero bits, so that its products with small integers are exact.
    private const float Ln2High = 0.693145752f;
    private const float Ln2Low = 1.42860677e-6f;

    // Below this argument, the result would be subnormal; it is flushed to 0.
    private const float Underflow = -87.33654f;

    public static TLanes One => TLanes.Create(1);

    /// <summary>Computes max(x, 0); NaN gives 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Positive(TLanes x) => TLanes.Less(default, x) & x;

    /// <summary>Computes the cross entropy -log σ(x) and its derivative σ(x) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CrossEntropy(TLanes x, out TLanes value, out TLanes derivative)
    {
        var e = Exp(-TLanes.Abs(x));
        var r = One / (One + e);
        value = Positive(-x) + Log1P(e);
        derivative = -TLanes.Select(TLanes.Less(x, default), r, e * r);
    }

    /// <summary>Computes exp(high + low) for a sum of at most 0, as accurately as if the sum were not rounded to fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes high, TLanes low)
    {
        var sum = high + low;
        var power = TLanes.Fma(sum, TLanes.Create(Log2E), TLanes.Create(Magic));
        var n = power - TLanes.Create(Magic);
        var r = TLanes.Fma(n, TLanes.Create(-Ln2High), high);
        return Finish(sum, power, TLanes.Fma(n, TLanes.Create(-Ln2Low), r) + low);
    }

    /// <summary>Computes exp(x) for x of at most 0. Results that would be subnormal are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp(TLanes x)
    {
        var power = TLanes.Fma(x, TLanes.Create(Log2E), TLanes.Create(Magic));
        var n = power - TLanes.Create(Magic);
        var r = TLanes.Fma(n, TLanes.Create(-Ln2High), x);
        return Finish(x, power, TLanes.Fma(n, TLanes.Create(-Ln2Low), r));
    }

    /// <summary>
    /// Computes log(1 + x) for x in [0, 1]. It is computed as x times a polynomial, so that the relative error stays small for small x.
    /// </summary>
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

    /// <summary>Loads the next elements. If fewer are left than a vector has lanes, the remaining lanes are 0.</summary>
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
