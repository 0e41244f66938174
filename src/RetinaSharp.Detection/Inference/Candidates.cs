using System.Numerics;

namespace RetinaSharp.Detection.Inference;

/// <summary>The best logits of one pyramid level: those above the threshold, and of these the first so many.</summary>
internal static class Candidates
{
    /// <param name="logits">[n].</param>
    /// <param name="threshold">Logits up to this are left out; NaN is left out too.</param>
    /// <param name="limit">How many to keep.</param>
    /// <returns>Their indices by falling logit, equal ones by rising index.</returns>
    public static int[] Select(ReadOnlySpan<float> logits, float threshold, int limit)
    {
        var found = new List<int>();
        var thresholds = new Vector<float>(threshold);
        var i = 0;
        // Nearly all anchors are background, so that whole vectors are passed over.
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<float>(logits[i..]), thresholds))
                Collect(logits, i, i + Vector<float>.Count, threshold, found);
        }

        Collect(logits, i, logits.Length, threshold, found);
        var indices = found.ToArray();
        var keys = new (float Negative, int Index)[indices.Length];
        for (var k = 0; k < keys.Length; k++)
            keys[k] = (-logits[indices[k]], indices[k]);
        Array.Sort(keys, indices);
        return indices.Length <= limit ? indices : indices[..limit];
    }

    private static void Collect(ReadOnlySpan<float> logits, int from, int to, float threshold, List<int> found)
    {
        for (var i = from; i < to; i++)
        {
            if (logits[i] > threshold)
                found.Add(i);
        }
    }
}
