using System.Text.Json;

namespace RetinaSharp.Cli.Tests.Losses;

public sealed class LossFileTests : IDisposable
{
    private const int Cases = 10_000;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(4);

    /// <summary>A corrupt file, and texts in the message.</summary>
    public static TheoryData<string, string[]> Damages => new()
    {
        { """{"kind": "ce", "logits": [1, 2, NaN], "targets": [1, 1, 1]}""", ["logits[2]", "NaN and Infinity are not JSON numbers"] },
        { """{"kind": "ce", "logits": [1, -Infinity], "targets": [1, 1]}""", ["logits[1]", "NaN and Infinity are not JSON numbers"] },
        { """{"kind": "ce", "logits": [1, "NaN"], "targets": [1, 1]}""", ["logits[1]: expected a finite number without quotes, found \"NaN\""] },
        { """{"kind": "ce", "logits": [1e999], "targets": [1]}""", ["logits[0]: expected a finite number without quotes, found 1e999"] },
        { """{"kind": "ce", "logits": [null], "targets": [1]}""", ["logits[0]: expected a finite number without quotes, found null"] },
        { """{"kind": "ce", "logits": [1, 2], "targets": [1]}""", ["targets: has 1 elements for 2 logits"] },
        { """{"kind": "ce", "logits": [1, 2], "targets": [1, 1.01]}""", ["targets[1]: 1.01 is out of range; it must be from 0 to 1"] },
        { """{"kind": "ce", "logits": [1], "targets": [[1]]}""", ["targets[0]: expected a finite number without quotes, found an array"] },
        { """{"kind": "ce", "targets": [1]}""", ["logits: is missing"] },
        { """{"kind": "ce", "logits": 3, "targets": [1]}""", ["logits: expected an array, found 3"] },
        { """{"kind": "focal", "gamma": -0.5, "logits": [1], "targets": [1]}""", ["gamma: -0.5 is out of range; it must be 0 or more"] },
        { """{"kind": "focal", "gamma": "2", "logits": [1], "targets": [1]}""", ["gamma: expected a finite number without quotes, found \"2\""] },
        { """{"kind": "focal", "alpha": 1.5, "logits": [1], "targets": [1]}""", ["alpha: 1.5 is out of range"] },
        { """{"kind": "focal", "alpha": [0.5], "logits": [1], "targets": [1]}""", ["alpha: an array is only allowed for softmax-focal"] },
        { """{"kind": "focal-star", "gamma": 0, "logits": [1], "targets": [1]}""", ["gamma: 0 is out of range; for focal-star"] },
        { """{"kind": "focal-star", "beta": 1e99, "logits": [1], "targets": [1]}""", ["beta: 1E+99 is out of range; for focal-star"] },
        { """{"kind": "hinge", "logits": [1], "targets": [1]}""", ["kind: must be", "softmax-focal"] },
        { """{"logits": [1], "targets": [1]}""", ["kind: must be"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2], [3]], "targets": [0, 0]}""", ["logits[1]: has 1 numbers for 2 classes"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2], [3, "x"]], "targets": [0, 0]}""", ["logits[1][1]: expected a finite number without quotes, found \"x\""] },
        { """{"kind": "softmax-focal", "logits": [[1, 2], [3, NaN]], "targets": [0, 0]}""", ["logits[1][1]", "NaN"] },
        { """{"kind": "softmax-focal", "logits": [1, 2], "targets": [0, 0]}""", ["logits[0]: expected an array"] },
        { """{"kind": "softmax-focal", "logits": [[1]], "targets": [0]}""", ["logits[0]: has fewer than two logits"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2]], "targets": [2]}""", ["targets[0]: expected a class index from 0 to 1"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2]], "targets": [0.5]}""", ["targets[0]: expected a class index"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2]], "targets": [[0.5, -0.5]]}""", ["targets[0][1]: -0.5 is out of range"] },
        { """{"kind": "softmax-focal", "logits": [[1, 2]], "targets": [[1, 0, 0]]}""", ["targets[0]: has 3 numbers for 2 classes"] },
        { """{"kind": "softmax-focal", "alpha": [0.5, 0.5, 0.5], "logits": [[1, 2]], "targets": [0]}""", ["alpha: has 3 numbers for 2 classes"] },
        { """{"kind": "softmax-focal", "alpha": [0.5, 7], "logits": [[1, 2]], "targets": [0]}""", ["alpha[1]: 7 is out of range"] },
        { """{"kind": "softmax-focal", "logits": [[1.7e308, -1.7e308]], "targets": [1]}""", ["logits[0]: is so large"] },
        { """{"kind": "ce", "logits": [1, 2""", ["logits[1]: not valid JSON from here on"] },
        { "[1, 2]", ["expected an object, found an array"] },
        { "", ["not valid JSON from here on"] },
        { "\0\u0001PNG", ["not valid JSON from here on"] },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ce", 0, null)]
    [InlineData("focal", 0, .25)]
    [InlineData("focal", .5, null)]
    [InlineData("focal", 2, .25)]
    [InlineData("focal", 5, 1.0)]
    [InlineData("focal-star", 2, null)]
    [InlineData("focal-star", .7, .3)]
    public void Input_RandomLogits_EqualTheReference(string kind, double gamma, double? alpha)
    {
        var beta = kind == "focal-star" ? 1.25 : 0;
        double[] logits = [.. Enumerable.Range(0, Cases).Select(_ => Uniform(-9, 9))];
        // A third each: negatives, positives, soft targets.
        double[] targets = [.. Enumerable.Range(0, Cases).Select(i => i % 3 == 2 ? _random.NextDouble() : i % 3)];

        var json = Compute(new { kind, logits, targets, alpha, gamma, beta });

        var (loss, gradient) = (Numbers(json.GetProperty("loss")), Numbers(json.GetProperty("gradient")));
        Assert.Equal((Cases, Cases), (loss.Length, gradient.Length));
        for (var i = 0; i < Cases; i++)
        {
            var (expectedLoss, expectedGradient) = ReferenceLoss.Binary(kind, logits[i], targets[i], alpha, gamma, beta);
            Equal(expectedLoss, loss[i], 1e-11, i);
            Equal(expectedGradient, gradient[i], 1e-11, i);
        }
    }

    [Theory]
    [InlineData(2, 5, true)]
    [InlineData(.5, 3, true)]
    [InlineData(2, 4, false)]
    public void Input_RandomRows_EqualTheReferenceOfSoftmax(double gamma, int classes, bool isHard)
    {
        double[][] logits = [.. Enumerable.Range(0, Cases).Select(_ => Row(() => Uniform(-4, 4)))];
        double[][] rows = [.. Enumerable.Range(0, Cases).Select(_ => isHard ? OneHot() : Row(_random.NextDouble))];
        var alpha = isHard ? [.. Row(() => .3)] : Row(_random.NextDouble);
        object targets = isHard ? rows.Select(row => Array.IndexOf(row, 1)) : rows;

        var json = Compute(new { kind = "softmax-focal", logits, targets, alpha = isHard ? (object)alpha[0] : alpha, gamma });

        var loss = Numbers(json.GetProperty("loss"));
        var gradient = json.GetProperty("gradient").EnumerateArray().Select(Numbers).ToList();
        Assert.Equal((Cases, Cases), (loss.Length, gradient.Count));
        for (var i = 0; i < Cases; i++)
        {
            var expected = ReferenceLoss.Softmax(logits[i], rows[i], alpha, gamma);
            Equal(expected.Loss, loss[i], 1e-11, i);
            Assert.Equal(classes, gradient[i].Length);
            for (var c = 0; c < classes; c++)
                Equal(expected.Gradient[c], gradient[i][c], 1e-11, i);
        }

        double[] Row(Func<double> draw) => [.. Enumerable.Range(0, classes).Select(_ => draw())];

        double[] OneHot()
        {
            var row = new double[classes];
            row[_random.Next(classes)] = 1;
            return row;
        }
    }

    [Fact]
    public void Input_Defaults_AreGamma2WithoutAlpha()
    {
        var json = Compute(new { kind = "focal", logits = new[] { Math.Log(9) }, targets = new[] { 1 } });

        Assert.Equal(.01 * -Math.Log(.9), Numbers(json.GetProperty("loss"))[0], 1e-15);
    }

    [Fact]
    public void Input_SoftmaxOfDistantLogits_IsFinite()
    {
        // The textbook formula divides by 0 here: the probability of the first class rounds to 1.
        var json = Compute(new { kind = "softmax-focal", logits = new[] { new[] { 800, 0, 0 }, [0, 800, 0] }, targets = new[] { 0, 0 }, gamma = .5 });

        Assert.Equal([0, 800], Numbers(json.GetProperty("loss")).Select(number => Math.Round(number)));
        Assert.Equal([-1, 1, 0], Numbers(json.GetProperty("gradient")[1]).Select(number => Math.Round(number)));
    }

    [Fact]
    public void Input_WithoutJson_PrintsALinePerElementWithAllDigits()
    {
        var file = _folder.Write("in.json", """{"kind": "softmax-focal", "logits": [[1, 2], [3, 1]], "targets": [0, 1]}""");

        var json = CommandResult.Retina("loss", "--input", file, "--json").IsDone().Json;
        var lines = CommandResult.Retina("loss", "--input", file).IsDone().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.Equal([1, json.GetProperty("loss")[1].GetDouble(), .. Numbers(json.GetProperty("gradient")[1])], lines[2].Split(' ').Select(double.Parse));
    }

    [Fact]
    public void Input_MisspelledMember_IsWarnedOf()
    {
        var ran = CommandResult.Retina("loss", "--input", _folder.Write("in.json", """{"kind": "ce", "logits": [], "targets": [], "gama": 1}"""), "--json").IsDone();

        Assert.Contains("\"gama\" is unknown", ran.Error);
        Assert.Equal(0, ran.Json.GetProperty("loss").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Input_Corrupt_ExitsWith3AndNamesTheElement(string text, string[] words)
    {
        var file = _folder.Write("in.json", text);

        CommandResult.Retina("loss", "--input", file, "--json").IsRefused(ExitCode.BadData, [file, .. words]);
    }

    [Fact]
    public void Input_MissingFile_ExitsWith3()
    {
        CommandResult.Retina("loss", "--input", _folder.At("none.json")).IsRefused(ExitCode.BadData, "none.json");
        CommandResult.Retina("loss", "--input", _folder.Root).IsRefused(ExitCode.BadData, _folder.Root);
    }

    private JsonElement Compute(object input) =>
        CommandResult.Retina("loss", "--input", _folder.Write("in.json", JsonSerializer.Serialize(input)), "--json").IsDone().Json;

    private double Uniform(double from, double to) => from + (to - from) * _random.NextDouble();

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    // Cancellation in the textbook formulas limits their precision.
    private static void Equal(double expected, double actual, double tolerance, int index) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1e-3, Math.Abs(expected)), $"element {index}: {actual} instead of {expected}");
}
