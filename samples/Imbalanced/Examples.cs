namespace RetinaSharp.Samples.Imbalanced;

/// <summary>
/// Generated examples for binary classification, of which one in a thousand is positive. Most negatives are far from the positives in feature space.
/// One negative in fifty is a look-alike, which differs from the positives only in the second half of the features.
/// </summary>
internal sealed class Examples
{
    public const int Features = 8;
    private const int NegativesForEachPositive = 1000;
    private const int NegativesForEachLookAlike = 50;

    private Examples(int count) => (Inputs, Targets) = (new float[count * Features], new float[count]);

    /// <summary>The features of the examples, [count, features].</summary>
    public float[] Inputs { get; }

    /// <summary>The targets, [count]: 1 for a positive, 0 for a negative.</summary>
    public float[] Targets { get; }

    public int Count => Targets.Length;

    public static Examples Draw(int count, int seed)
    {
        var random = new Random(seed);
        var examples = new Examples(count);
        for (var i = 0; i < count; i++)
        {
            var isPositive = random.Next(NegativesForEachPositive + 1) == 0;
            var isNear = isPositive || random.Next(NegativesForEachLookAlike) == 0;
            examples.Targets[i] = isPositive ? 1 : 0;
            for (var feature = 0; feature < Features; feature++)
            {
                // The first half of the features separates positives and look-alikes from the other negatives; the second half separates
                // positives from look-alikes.
                var centre = feature < Features / 2 ? isNear ? 1.5 : -1.5 : isPositive ? 1 : isNear ? -1 : 0;
                examples.Inputs[i * Features + feature] = (float)(centre + Normal(random));
            }
        }

        return examples;
    }

    /// <summary>Returns the examples with the given indices.</summary>
    public Examples Take(IReadOnlyList<int> numbers)
    {
        var taken = new Examples(numbers.Count);
        for (var i = 0; i < numbers.Count; i++)
        {
            Inputs.AsSpan(numbers[i] * Features, Features).CopyTo(taken.Inputs.AsSpan(i * Features));
            taken.Targets[i] = Targets[numbers[i]];
        }

        return taken;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
