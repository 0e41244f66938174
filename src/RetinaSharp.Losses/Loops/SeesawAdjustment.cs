using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Adds the logarithm of the seesaw factors to the logits of the incorrect classes:
/// <c>p min(0, log N_j - log N_i) + q max(0, log σ_j - max(log σ_i, log ε))</c>, with counts N and the correct class i. σ is the softmax over the
/// classes, without a background, as in MMDetection, where objectness has logits of its own. With the background, σ_i would stay below ε until an object is
/// found, and all compensation factors would be 1 until then.
/// </summary>
/// <param name="mitigation">The exponent p of the mitigation factor.</param>
/// <param name="compensation">The exponent q of the compensation factor.</param>
/// <param name="minLogProbability">log ε.</param>
/// <param name="logCounts">
/// Logarithm of the number of examples of each output, at least 1 example, in fp32 and fp64, [outputs, rounded up to whole vectors].
/// </param>
/// <param name="hasBackground">Whether output 0 is a background, which takes no factors and has no part in σ.</param>
internal readonly unsafe struct SeesawAdjustment(
    double mitigation, double compensation, double minLogProbability, (float[] Singles, double[] Doubles) logCounts, bool hasBackground) : ILogitAdjustment
{
    private readonly float[] _logCounts = logCounts.Singles;
    private readonly double[] _preciseLogCounts = logCounts.Doubles;

    public static bool IsNone => false;

    public double Scale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes>(float* logits, int padded, int label) where TLanes : unmanaged, ILanes<TLanes>
    {
        if (hasBackground && label == 0)
            return;
        var background = logits[0];
        // As low as the padding: the background adds nothing to σ.
        if (hasBackground)
            logits[0] = float.MinValue;
        // Without compensation, no logit exceeds the reference.
        var reference = compensation == 0 ? TLanes.Create(float.MaxValue) : Reference<TLanes>(logits, padded, label);
        var ownCount = TLanes.Create(_logCounts[label]);
        var (p, q) = (TLanes.Create((float)mitigation), TLanes.Create((float)compensation));
        fixed (float* counts = _logCounts)
        {
            for (var i = 0; i < padded; i += TLanes.Count)
            {
                var x = TLanes.Load(logits + i);
                var rarity = LaneMath<TLanes>.Positive(ownCount - TLanes.Load(counts + i));
                var excess = LaneMath<TLanes>.Positive(x - reference);
                TLanes.Store(TLanes.Fma(q, excess, TLanes.Fma(-p, rarity, x)), logits + i);
            }
        }

        if (hasBackground)
            logits[0] = background;
    }

    public void Apply(Span<double> logits, int label)
    {
        if (hasBackground && label == 0)
            return;
        var classes = hasBackground ? logits[1..] : logits;
        var max = double.NegativeInfinity;
        foreach (var logit in classes)
            max = Math.Max(max, logit);
        var sum = 0.0;
        foreach (var logit in classes)
            sum += Math.Exp(logit - max);
        var reference = Math.Max(logits[label], max + Math.Log(sum) + minLogProbability);
        for (var i = hasBackground ? 1 : 0; i < logits.Length; i++)
            logits[i] += compensation * Math.Max(0, logits[i] - reference) - mitigation * Math.Max(0, _preciseLogCounts[label] - _preciseLogCounts[i]);
    }

    /// <summary>The logit whose probability σ is that of the correct class, but at least ε.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Reference<TLanes>(float* logits, int padded, int label) where TLanes : unmanaged, ILanes<TLanes>
    {
        var maximum = TLanes.Create(float.MinValue);
        for (var i = 0; i < padded; i += TLanes.Count)
        {
            var x = TLanes.Load(logits + i);
            maximum = TLanes.Select(TLanes.Less(x, maximum), maximum, x);
        }

        var max = LaneMath<TLanes>.HorizontalMax(maximum);
        var (m, min) = (TLanes.Create(max), TLanes.Create(-104));
        TLanes lower = default, upper = default;
        for (var i = 0; i < padded; i += TLanes.Count)
        {
            // The padding and the background are far below the maximum, unless all logits are; then they add to a sum that no longer matters.
            var difference = TLanes.Load(logits + i) - m;
            var e = LaneMath<TLanes>.Exp(TLanes.Select(TLanes.Less(difference, min), min, difference));
            lower = TLanes.AddLower(lower, e);
            upper = TLanes.AddUpper(upper, e);
        }

        var logSum = max + Math.Log(TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper));
        return TLanes.Create((float)Math.Max(logits[label], logSum + minLogProbability));
    }
}
