using System.Text.Json;

namespace RetinaSharp.Losses.Tests;

/// <summary>Compares the focal loss's descendants with the papers' formulas and autograd in fp64; see Golden/make_family_golden.py.</summary>
public class FamilyGoldenTests
{
    private static readonly JsonElement[] Cases = Read();

    [Theory]
    [InlineData("quality", 5)]
    [InlineData("varifocal", 3)]
    [InlineData("poly", 4)]
    [InlineData("asymmetric", 12)]
    [InlineData("equalized", 2)]
    [InlineData("seesaw", 8)]
    [InlineData("ldam", 2)]
    [InlineData("class-balanced", 8)]
    public void Evaluate_Golden_MatchesAutograd(string name, int count)
    {
        var cases = Cases.Where(one => one.GetProperty("loss").GetString() == name).ToArray();
        Assert.Equal(count, cases.Length);
        foreach (var one in cases)
        {
            var logits = Numbers(one, "logits");
            Check<double>(one, logits, 1e-12, 1e-13);
            Check<float>(one, [.. logits.Select(logit => (float)logit)], 4e-6, 1e-6);
            Check<BFloat16>(one, [.. logits.Select(logit => (BFloat16)(float)logit)], 4e-3, 1e-6);
        }
    }

    private static void Check<T>(JsonElement one, T[] logits, double tolerance, double sumTolerance) where T : unmanaged
    {
        var gradient = new T[logits.Length];
        var sum = Evaluate(one, logits, gradient);
        var expected = Numbers(one, "gradient");
        Assert.Equal(Numbers(one, "value").Sum(), sum, sumTolerance * (1 + sum));
        // All types represent the logits exactly: only results are rounded. A difference of probabilities is rounded in fp32.
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], Read(gradient[i]), tolerance * Math.Max(Math.Abs(expected[i]), Scale(one) * .1));
    }

    private static double Evaluate<T>(JsonElement one, T[] logits, T[] gradient) where T : unmanaged
    {
        double Number(string name) => one.GetProperty(name).GetDouble();
        double Dense<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss =>
            SigmoidLoss.Evaluate(loss, logits, [.. Numbers(one, "targets").Select(target => (float)target)], gradient);
        int[] Labels() => [.. Numbers(one, "labels").Select(label => (int)label)];
        long[] Counts() => [.. Numbers(one, "counts").Select(count => (long)count)];
        return one.GetProperty("loss").GetString() switch
        {
            "quality" => Dense(new QualityFocalLoss(Number("beta"))),
            "varifocal" => Dense(new VarifocalLoss(Number("alpha"), Number("gamma"))),
            "poly" => Dense(new PolyFocalLoss(Number("epsilon"), Number("gamma"), Number("alpha"))),
            "asymmetric" => Dense(new AsymmetricLoss(Number("positive_gamma"), Number("negative_gamma"), Number("margin"))),
            "equalized" => SigmoidLoss.Evaluate(
                new EqualizedFocalLoss(new(Numbers(one, "positive"), Numbers(one, "negative")), Number("gamma"), Number("scale"), Number("alpha")),
                logits, Labels(), 5, gradient),
            "seesaw" => new SeesawLoss(Number("p"), Number("q"), Number("epsilon")).Evaluate(
                logits, Labels(), new ClassCounts(Counts()), gradient, new() { LabelOffset = (int)Number("offset") }),
            "class-balanced" => Balanced(),
            _ => new LdamLoss(Counts(), Number("most"), Number("scale")).Evaluate(logits, Labels(), gradient),
        };

        // The recipe of docs/focal-loss.md: the weight of the class of each row, in the paper's normalization.
        double Balanced()
        {
            var (labels, counts) = (Labels(), Counts());
            var weights = ClassBalance.EffectiveNumber(counts, Number("beta"));
            float[] rowWeights = [.. labels.Select(label => counts.Length * weights[label])];
            return one.GetProperty("kind").GetString() == "softmax"
                ? SoftmaxLoss.Evaluate(default(CrossEntropy), logits, labels, counts.Length, gradient, new() { Weights = rowWeights })
                : SigmoidLoss.Evaluate(new FocalLoss(Number("gamma"), null), logits, labels, counts.Length, gradient, new() { Weights = rowWeights });
        }
    }

    // Magnitude of the gradients: the class-balanced weights are at most 5, the number of classes.
    private static double Scale(JsonElement one) => one.GetProperty("loss").GetString() switch
    {
        "ldam" => one.GetProperty("scale").GetDouble(),
        "class-balanced" => 5,
        _ => 1,
    };

    private static double Read<T>(T number) where T : unmanaged => number is double wide ? wide : number is float single ? single : (BFloat16)(object)number;

    private static JsonElement[] Read()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Repository.Root, "tests", "RetinaSharp.Losses.Tests", "Golden", "family.json")));
        return [.. golden.RootElement.EnumerateArray().Select(one => one.Clone())];
    }

    private static double[] Numbers(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
