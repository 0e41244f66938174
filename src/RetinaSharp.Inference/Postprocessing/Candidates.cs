using System.Numerics;
using System.Runtime.CompilerServices;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>Selects the highest logits of a pyramid level above a threshold, by descending logit, equal ones by ascending index.</summary>
internal static class Candidates
{
    /// <param name="logits">[n].</param>
    /// <param name="threshold">Lowest logit, exclusive; NaN is left out too.</param>
    /// <param name="limit">Number of logits that are kept.</param>
    public static (int Index, float Logit)[] Select(LogitSpan logits, float threshold, int limit)
    {
        var keys = new List<ulong>();
        if (logits.IsBFloat16)
            Collect(logits.BFloat16Bits, threshold, keys);
        else
            Collect(logits.Single, threshold, keys);
        return Best(keys, limit);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Collect(ReadOnlySpan<float> logits, float threshold, List<ulong> keys)
    {
        var thresholds = new Vector<float>(threshold);
        var i = 0;
        // Nearly all anchors are background, so that whole vectors are skipped.
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (!Vector.GreaterThanAny(new Vector<float>(logits[i..]), thresholds))
                continue;
            for (var k = i; k < i + Vector<float>.Count; k++)
                Add(logits[k], k, threshold, keys);
        }

        for (; i < logits.Length; i++)
            Add(logits[i], i, threshold, keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Collect(ReadOnlySpan<ushort> bits, float threshold, List<ulong> keys)
    {
        var thresholds = new Vector<float>(threshold);
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            // bf16 is the upper half of fp32.
            Vector.Widen(new Vector<ushort>(bits[i..]), out var low, out var high);
            if (!Vector.GreaterThanAny(Vector.AsVectorSingle(low << 16), thresholds) && !Vector.GreaterThanAny(Vector.AsVectorSingle(high << 16), thresholds))
                continue;
            for (var k = i; k < i + Vector<ushort>.Count; k++)
                Add(ToSingle(bits[k]), k, threshold, keys);
        }

        for (; i < bits.Length; i++)
            Add(ToSingle(bits[i]), i, threshold, keys);
    }

    private static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static void Add(float logit, int index, float threshold, List<ulong> keys)
    {
        if (logit > threshold)
            keys.Add(Key(logit, index));
    }

    // A number that rises as the logit falls, then with the index: sorting numbers is many times faster than comparing pairs.
    private static ulong Key(float logit, int index)
    {
        // -0 is equal to 0.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        var rising = (int)bits < 0 ? ~bits : bits | 0x8000_0000;
        return (ulong)~rising << 32 | (uint)index;
    }

    private static (int Index, float Logit)[] Best(List<ulong> keys, int limit)
    {
        keys.Sort();
        var best = new (int Index, float Logit)[Math.Min(limit, keys.Count)];
        for (var i = 0; i < best.Length; i++)
        {
            var rising = ~(uint)(keys[i] >> 32);
            best[i] = ((int)(uint)keys[i], BitConverter.UInt32BitsToSingle((int)rising < 0 ? rising & 0x7FFF_FFFF : ~rising));
        }

        return best;
    }
}
