namespace RetinaSharp.Boxes;

/// <summary>Orders boxes by score. Ties are deterministic: of equal scores, the one that comes first in the input is first.</summary>
public static class TopScores
{
    /// <summary>Selects the highest scores, in O(n log n).</summary>
    /// <param name="scores">Scores, [n]. NaN is never selected.</param>
    /// <param name="maxCount">Maximum number of scores to select.</param>
    /// <returns>Indices of the selected scores, by descending score, equal scores by ascending index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is negative.</exception>
    public static int[] Select(ReadOnlySpan<float> scores, int maxCount = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        var keys = new ulong[scores.Length];
        var selected = new int[Math.Min(Sort(scores, keys), maxCount)];
        for (var i = 0; i < selected.Length; i++)
            selected[i] = Index(keys[i]);
        return selected;
    }

    /// <summary>
    /// Sorts by descending score, equal scores by index. Each score becomes an integer key, with the score in the upper 32 bits and the index in
    /// the lower 32 bits, so that an unstable sort suffices.
    /// </summary>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="keys">Receives the sorted keys, at least n elements.</param>
    /// <returns>Number of keys; scores that are NaN have none.</returns>
    internal static int Sort(ReadOnlySpan<float> scores, ulong[] keys)
    {
        var count = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (float.IsNaN(scores[i]))
                continue;
            // Adding 0 turns -0 into 0. Flipping bits makes the order of floats that of unsigned integers.
            var bits = BitConverter.SingleToUInt32Bits(scores[i] + 0f);
            var ascending = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
            keys[count++] = ((ulong)~ascending << 32) | (uint)i;
        }

        Array.Sort(keys, 0, count);
        return count;
    }

    /// <summary>Returns the index of a score from its key.</summary>
    internal static int Index(ulong key) => (int)(uint)key;
}
