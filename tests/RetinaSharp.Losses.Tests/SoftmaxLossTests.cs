using System.Text.Json;

namespace RetinaSharp.Losses.Tests;

public class SoftmaxLossTests
{
    /// <summary>Compares with PyTorch's cross entropy and autograd; see Golden/make_softmax_golden.py.</summary>
    [Fact]
    public void Evaluate_Golden_MatchesPyTorch()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Repository.Root, "tests", "RetinaSharp.Losses.Tests", "Golden", "softmax.json")));
        foreach (var example in golden.RootElement.EnumerateArray())
        {
            var logits = Numbers(example, "logits");
            var narrow = logits.Select(logit => (float)logit).ToArray();
            CheckGolden<double>(example, logits, x => x, 1e-13);
            CheckGolden<float>(example, narrow, x => x, 4e-6);
            CheckGolden<BFloat16>(example, [.. narrow.Select(logit => (BFloat16)logit)], x => x, 4e-3);
        }
    }

    private static void CheckGolden<T>(JsonElement example, T[] logits, Func<T, double> read, double tolerance) where T : unmanaged
    {
        var classes = example.GetProperty("classes").GetInt32();
        var loss = new FocalLoss(example.GetProperty("gamma").GetDouble(), null);
        var options = new LossOptions
        {
            ClassAlpha = Singles("alpha"),
            Weights = Singles("weight"),
            Smoothing = example.TryGetProperty("smoothing", out var smoothing) ? smoothing.GetDouble() : 0,
        };
        var gradient = new T[logits.Length];
        var values = Numbers(example, "value");
        var sum = 0.0;
        if (example.GetProperty("kind").GetString() == "labels")
        {
            int[] labels = [.. example.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())];
            sum = SoftmaxLoss.Evaluate(loss, logits, labels, classes, gradient, options);
            var rowValues = new float[labels.Length];
            SoftmaxLoss.RowValues(loss, logits, labels, classes, rowValues, options);
            for (var i = 0; i < values.Length; i++)
                Assert.Equal(values[i], rowValues[i], 4e-6 * values[i]);
        }
        else
        {
            sum = SoftmaxLoss.Evaluate(loss, logits, Singles("targets"), classes, gradient, options);
        }

        // All types represent the logits exactly: only outputs are rounded.
        Assert.Equal(values.Sum(), sum, (typeof(T) == typeof(double) ? 1e-13 : 1e-6) * values.Sum());
        var expected = Numbers(example, "gradient");
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], read(gradient[i]), 1e-14 + tolerance * Math.Max(Math.Abs(expected[i]), .01));

        float[] Singles(string name) => example.TryGetProperty(name, out _) ? [.. Numbers(example, name).Select(number => (float)number)] : [];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.1)]
    [InlineData(.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Evaluate_OverLogits_GradientMatchesFiniteDifference(double gamma)
    {
        var random = new Random(3);
        foreach (var size in new[] { 1.0, 30, 300, 1e4 })
        {
            var logits = Enumerable.Range(0, 60).Select(_ => (random.NextDouble() * 2 - 1) * size).ToArray();
            float[] targets = [.. Enumerable.Range(0, 60).Select(_ => random.NextSingle())];
            int[] labels = [.. Enumerable.Range(0, 12).Select(_ => random.Next(5))];
            CheckDifference(new FocalLoss(gamma, null), logits, labels, targets, size);
            if (gamma > 0)
                CheckDifference(new FocalStarLoss(gamma, .5), logits, labels, targets, size);
        }
    }

    private static void CheckDifference<TLoss>(TLoss loss, double[] logits, int[] labels, float[] targets, double size) where TLoss : struct, IBinaryLoss
    {
        const int Classes = 5;
        var (hard, soft, scratch) = (new double[60], new double[60], new double[60]);
        SoftmaxLoss.Evaluate(loss, logits, labels, Classes, hard);
        SoftmaxLoss.Evaluate(loss, logits, targets, Classes, soft);
        var step = 1e-4 * Math.Max(1, size / 1000);
        for (var i = 0; i < logits.Length; i++)
        {
            // Row by row: in the sum of all rows the difference would be lost to rounding.
            var row = logits.AsSpan(i / Classes * Classes, Classes).ToArray();
            double Hard(double shift) => At(shift, () => SoftmaxLoss.Evaluate(loss, row, [labels[i / Classes]], Classes, scratch.AsSpan(0, Classes)));
            double Soft(double shift) => At(shift, () => SoftmaxLoss.Evaluate(loss, row, targets.AsSpan(i / Classes * Classes, Classes), Classes, scratch.AsSpan(0, Classes)));
            double At(double shift, Func<double> evaluate)
            {
                row[i % Classes] = logits[i] + shift;
                return evaluate();
            }

            Assert.Equal(Difference(Hard), hard[i], 1e-7 * Math.Max(1, Math.Abs(hard[i])));
            Assert.Equal(Difference(Soft), soft[i], 1e-7 * Math.Max(1, Math.Abs(soft[i])));
        }

        double Difference(Func<double, double> at) => (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.1)]
    [InlineData(2)]
    public void Evaluate_TwoClasses_EqualsBinaryLossOfDifference(double gamma)
    {
        var loss = new FocalLoss(gamma, null);
        foreach (var x in new[] { -1e4, -800, -30, -1.5, 0, .2, 7, 36, 37, 745, 1e4 })
        {
            var gradient = new double[2];
            Assert.Equal(loss.Value(x), SoftmaxLoss.Evaluate(loss, [x + 3, 3.0], [0], 2, gradient), 1e-12 * loss.Value(x));
            Assert.Equal(loss.Derivative(x), gradient[0], 1e-12 * Math.Abs(loss.Derivative(x)));
            Assert.Equal(-loss.Derivative(x), gradient[1], 1e-12 * Math.Abs(loss.Derivative(x)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.1)]
    [InlineData(.5)]
    [InlineData(5)]
    public void Evaluate_FarApartLogits_AreFiniteAndMatchDouble(double gamma)
    {
        float[] logits =
        [
            800, 0, 0, 0, 800, 0, -1e4f, 1e4f, 0, 1e-30f, 0, -1e-30f,
            float.MaxValue, -float.MaxValue, 0, -float.MaxValue, -float.MaxValue, -float.MaxValue, 17, 17.5f, -60.25f,
        ];
        var wide = logits.Select(logit => (double)logit).ToArray();
        for (var label = 0; label < 3; label++)
        {
            var labels = Enumerable.Repeat(label, 7).ToArray();
            var (gradient, wideGradient) = (new float[21], new double[21]);
            var (values, wideValues) = (new float[7], new float[7]);
            var loss = new FocalLoss(gamma, null);
            Assert.True(double.IsFinite(SoftmaxLoss.Evaluate(loss, logits, labels, 3, gradient)));
            SoftmaxLoss.Evaluate(loss, wide, labels, 3, wideGradient);
            SoftmaxLoss.RowValues(loss, logits, labels, 3, values);
            SoftmaxLoss.RowValues(loss, wide, labels, 3, wideValues);
            for (var i = 0; i < 21; i++)
                Assert.Equal(wideGradient[i], gradient[i], Math.Max(1e-30, 4e-6 * Math.Abs(wideGradient[i])));
            for (var i = 0; i < 7; i++)
                Assert.Equal(wideValues[i], values[i], Math.Max(1e-30, 4e-6 * wideValues[i]));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(91)]
    public void Evaluate_Float_MatchesDouble(int classes)
    {
        var random = new Random(classes);
        var rows = 40_000 / classes;
        float[] logits = [.. Enumerable.Range(0, rows * classes).Select(_ => random.NextSingle() * 60 - 30)];
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-2, classes - 1))];
        var (gradient, wideGradient) = (new float[logits.Length], new double[logits.Length]);
        LossOptions options = new() { LabelOffset = 1, Reduction = Reduction.Positives, IgnoreLabel = classes - 2 };

        var sum = SoftmaxLoss.Evaluate(new FocalLoss(), logits, labels, classes, gradient, options);
        var wide = SoftmaxLoss.Evaluate(new FocalLoss(), logits.Select(logit => (double)logit).ToArray(), labels, classes, wideGradient, options);

        Assert.Equal(wide, sum, 1e-7 * wide);
        for (var i = 0; i < logits.Length; i++)
        {
            Assert.Equal(wideGradient[i], gradient[i], Math.Max(1e-30, 4e-6 * Math.Abs(wideGradient[i])));
            if (labels[i / classes] == -2 || labels[i / classes] == classes - 2)
                Assert.Equal(0, gradient[i]);
        }
    }

    [Fact]
    public void Evaluate_AnyNumberOfThreads_GivesSameBits()
    {
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 80_000).Select(_ => random.NextSingle() * 9)];
        int[] labels = [.. Enumerable.Range(0, 20_000).Select(_ => random.Next(4))];
        var (one, many) = (new float[logits.Length], new float[logits.Length]);
        var sum = SoftmaxLoss.Evaluate(new FocalLoss(), logits, labels, 4, one, new() { Threads = 1 });
        Assert.Equal(sum, SoftmaxLoss.Evaluate(new FocalLoss(), logits, labels, 4, many, new() { Threads = 7 }));
        Assert.Equal(one, many);
    }

    [Fact]
    public void Evaluate_Reductions_DivideByDocumentedCount()
    {
        double[] logits = [1, 2, 3, 0, -1, 1, 4, 4, 4, 2, 0, 0];
        var gradient = new double[12];
        var loss = default(CrossEntropy);
        // Class 0 is background, the third row is ignored.
        int[] labels = [0, 2, Ignored, 1];
        double Evaluate(Reduction reduction) => SoftmaxLoss.Evaluate(loss, logits, labels, 3, gradient, new() { Reduction = reduction, IgnoreLabel = Ignored });
        var sum = Evaluate(Reduction.Sum);
        Assert.Equal(sum / 3, Evaluate(Reduction.Mean), 1e-15);
        Assert.Equal(sum / 2, Evaluate(Reduction.Positives), 1e-15);
    }

    private const int Ignored = -100;

    [Fact]
    public void Evaluate_InvalidArguments_ThrowsWithElement()
    {
        var loss = new FocalLoss();
        Assert.Contains("row 1 has label 3", Error(() => SoftmaxLoss.Evaluate(loss, new float[6], [0, 3], 3, new float[6])));
        Assert.Contains("row 0 has label -1", Error(() => SoftmaxLoss.Evaluate(loss, new double[6], [-1, 0], 3, new double[6])));
        Assert.Contains("logit 4 is NaN", Error(() => SoftmaxLoss.Evaluate(loss, [0f, 0, 0, 0, float.NaN, 0], [0, 1], 3, new float[6])));
        Assert.Contains("target 2 is 1.5", Error(() => SoftmaxLoss.Evaluate(loss, new float[3], [0f, 0, 1.5f], 3, new float[3])));
        Assert.Contains("need 6 logits", Error(() => SoftmaxLoss.Evaluate(loss, new float[5], [0, 1], 3, new float[5])));
        Assert.Contains("alphas", Error(() => SoftmaxLoss.Evaluate(loss, new float[6], [0, 1], 3, new float[6], new() { ClassAlpha = new float[2] })));
        Assert.Contains("weights", Error(() => SoftmaxLoss.Evaluate(loss, new float[6], [0, 1], 3, new float[6], new() { Weights = new float[3] })));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => SoftmaxLoss.Evaluate(loss, new float[2], [0, 0], 1, new float[2]));
        Assert.Throws<NotSupportedException>(() => SoftmaxLoss.Evaluate(loss, new int[6], [0, 1], 3, new int[6]));

        static string Error(Func<double> evaluate) => Assert.ThrowsAny<ArgumentException>(() => evaluate()).Message;
    }

    private static double[] Numbers(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
