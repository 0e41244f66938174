using System.Numerics;
using System.Runtime.CompilerServices;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>Selects the candidates of an image at a pyramid level: the highest logits above a threshold.</summary>
internal static class Candidates
{
    /// <summary>
    /// Selects the highest logits above a threshold. The result is sorted by descending logit; equal logits by ascending index.
    /// </summary>
    /// <param name="logits">Logits [n].</param>
    /// <param name="threshold">Exclusive lower bound of the logits. NaN is never selected.</param>
    /// <param name="limit">Maximum number of logits to select.</param>
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
        // Nearly all anchors are background, so most vectors have no logit above the threshold and are skipped.
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
            // bf16 is the upper 16 bits of fp32.
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

    // A sort key that orders by descending logit, then by ascending index. Sorting integers is many times faster than sorting pairs with a comparer.
    private static ulong Key(float logit, int index)
    {
        // Maps -0 to 0, which are equal logits.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        var ascending = (int)bits < 0 ? ~bits : bits | 0x8000_0000;
        return (ulong)~ascending << 32 | (uint)index;
    }

    private static (int Index, float Logit)[] Best(List<ulong> keys, int limit)
    {
        keys.Sort();
        var best = new (int Index, float Logit)[Math.Min(limit, keys.Count)];
        for (var i = 0; i < best.Length; i++)
        {
            var ascending = ~(uint)(keys[i] >> 32);
            best[i] = ((int)(uint)keys[i], BitConverter.UInt32BitsToSingle((int)ascending < 0 ? ascending & 0x7FFF_FFFF : ~ascending));
        }

        return best;
    }
}
