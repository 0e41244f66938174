using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// The best logits of one pyramid level: those above the threshold, and of these the first so many. By falling logit, equal ones by rising index.
/// </summary>
internal static class Candidates
{
    /// <param name="logits">[n].</param>
    /// <param name="threshold">Logits up to this are left out; NaN is left out too.</param>
    /// <param name="limit">How many to keep.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Index, float Logit)[] Select(ReadOnlySpan<float> logits, float threshold, int limit)
    {
        var found = new List<ulong>();
        var thresholds = new Vector<float>(threshold);
        var i = 0;
        // Nearly all anchors are background, so that whole vectors are passed over.
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<float>(logits[i..]), thresholds))
                Collect(logits, i, i + Vector<float>.Count);
        }

        Collect(logits, i, logits.Length);
        return Best(found, limit);

        void Collect(ReadOnlySpan<float> logits, int from, int to)
        {
            for (var k = from; k < to; k++)
            {
                if (logits[k] > threshold)
                    found.Add(Key(logits[k], k));
            }
        }
    }

    /// <inheritdoc cref="Select(ReadOnlySpan{float}, float, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Index, float Logit)[] Select(ReadOnlySpan<BFloat16> logits, float threshold, int limit)
    {
        var found = new List<ulong>();
        var thresholds = new Vector<float>(threshold);
        var bits = MemoryMarshal.Cast<BFloat16, ushort>(logits);
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            // A bfloat16 is the upper half of a single.
            Vector.Widen(new Vector<ushort>(bits[i..]), out var low, out var high);
            if (Vector.GreaterThanAny(Vector.AsVectorSingle(low << 16), thresholds) || Vector.GreaterThanAny(Vector.AsVectorSingle(high << 16), thresholds))
                Collect(logits, i, i + Vector<ushort>.Count);
        }

        Collect(logits, i, logits.Length);
        return Best(found, limit);

        void Collect(ReadOnlySpan<BFloat16> logits, int from, int to)
        {
            for (var k = from; k < to; k++)
            {
                if (logits[k] > threshold)
                    found.Add(Key(logits[k], k));
            }
        }
    }

    // One number that rises as the logit falls, then with the index: sorting plain numbers is many times faster than comparing pairs.
    private static ulong Key(float logit, int index)
    {
        // -0 is as good as 0.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        var rising = (int)bits < 0 ? ~bits : bits | 0x8000_0000;
        return (ulong)~rising << 32 | (uint)index;
    }

    private static (int Index, float Logit)[] Best(List<ulong> found, int limit)
    {
        found.Sort();
        var best = new (int Index, float Logit)[Math.Min(limit, found.Count)];
        for (var i = 0; i < best.Length; i++)
        {
            var rising = ~(uint)(found[i] >> 32);
            best[i] = ((int)(uint)found[i], BitConverter.UInt32BitsToSingle((int)rising < 0 ? rising & 0x7FFF_FFFF : ~rising));
        }

        return best;
    }
}
