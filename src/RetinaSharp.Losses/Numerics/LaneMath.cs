using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Numerics;

/// <summary>
/// Vectorized exp, log and log(1 + x), with an error of one or two ulps. The polynomials are near-minimax (Chebyshev interpolation computed with
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

    /// <summary>Replaces infinity by the greatest fp32 number; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Saturate(TLanes x) => TLanes.Select(TLanes.Less(TLanes.Create(float.MaxValue), x), TLanes.Create(float.MaxValue), x);

    /// <summary>Computes the cross entropy -log σ(x) and its derivative σ(x) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CrossEntropy(TLanes x, out TLanes value, out TLanes derivative)
    {
        var e = Exp(-TLanes.Abs(x));
        var r = One / (One + e);
        value = Positive(-x) + Log1P(e);
        derivative = -TLanes.Select(TLanes.Less(x, default), r, e * r);
    }

    /// <summary>
    /// Computes exp(-γ softplus(x)) = (1 - σ(x))^γ. Rounding an exponent of -69, where the result is 1e-30, would give a relative error of
    /// 4e-6, so the rounding errors of the product and of γ are carried along.
    /// </summary>
    /// <param name="x">The logits.</param>
    /// <param name="log1P">log(1 + exp(-|x|)).</param>
    /// <param name="gamma">γ, rounded to fp32.</param>
    /// <param name="gammaLow">The rounding error of γ.</param>
    /// <param name="maximum">The logit beyond which the result is 0; it keeps the exponent finite.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes PowerOfComplement(TLanes x, TLanes log1P, TLanes gamma, TLanes gammaLow, TLanes maximum)
    {
        var minusGamma = -gamma;
        var linear = Positive(x);
        linear = TLanes.Select(TLanes.Less(linear, maximum), linear, maximum);
        var high = minusGamma * linear;
        var low = TLanes.Fma(minusGamma, log1P, TLanes.Fma(minusGamma, linear, -high));
        low = TLanes.Fma(-gammaLow, linear, low);
        return Exp(high, low);
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

    /// <summary>Computes log(x) for x that is positive and not subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log(TLanes x)
    {
        // x = 2ⁿ m with m in [1/√2, √2], where f = m - 1 is exact.
        var n = TLanes.Exponent(x);
        var m = TLanes.Significand(x);
        var large = TLanes.Less(TLanes.Create(1.41421356f), m);
        m = TLanes.Select(large, m * TLanes.Create(.5f), m);
        n += large & One;
        var f = m - One;
        var p = TLanes.Create(0.0697161238f);
        p = TLanes.Fma(p, f, TLanes.Create(-0.114797353f));
        p = TLanes.Fma(p, f, TLanes.Create(0.116854203f));
        p = TLanes.Fma(p, f, TLanes.Create(-0.124256872f));
        p = TLanes.Fma(p, f, TLanes.Create(0.142490576f));
        p = TLanes.Fma(p, f, TLanes.Create(-0.166678023f));
        p = TLanes.Fma(p, f, TLanes.Create(0.200007158f));
        p = TLanes.Fma(p, f, TLanes.Create(-0.24999997f));
        p = TLanes.Fma(p, f, TLanes.Create(0.333333312f));
        var square = f * f;
        var low = TLanes.Fma(p, f * square, TLanes.Fma(TLanes.Create(-.5f), square, n * TLanes.Create(Ln2Low)));
        return TLanes.Fma(n, TLanes.Create(Ln2High), f + low);
    }

    /// <summary>
    /// Computes the cross entropy <c>-y log σ(x) - (1 - y) log(1 - σ(x))</c> of targets in [0, 1], and its derivative <c>σ(x) - y</c>, for whose
    /// small values neither σ(x) nor y is rounded.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CrossEntropy(TLanes x, TLanes y, out TLanes value, out TLanes derivative, out TLanes p, out TLanes complement)
    {
        var e = Exp(-TLanes.Abs(x));
        var r = One / (One + e);
        var negative = TLanes.Less(x, default);
        p = TLanes.Select(negative, e * r, r);
        complement = TLanes.Select(negative, r, e * r);
        var rest = One - y;
        value = TLanes.Fma(y, Positive(-x), TLanes.Fma(rest, Positive(x), Log1P(e)));
        derivative = TLanes.Select(TLanes.Less(TLanes.Create(.5f), y), rest - complement, p - y);
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

    /// <summary>Returns the greatest lane, or NaN if any lane is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HorizontalMax(TLanes lanes)
    {
        var numbers = stackalloc float[TLanes.Count];
        TLanes.Store(lanes, numbers);
        var max = numbers[0];
        for (var i = 1; i < TLanes.Count; i++)
            max = numbers[i] > max || float.IsNaN(numbers[i]) ? numbers[i] : max;
        return max;
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
