using System.Text.Json;

namespace RetinaSharp.Boxes.Tests;

/// <summary>Compares with torchvision and MMDetection's formulas in fp64; see Golden/make_box_loss_golden.py.</summary>
public sealed class BoxLossGoldenTests
{
    private delegate double CornerGradient(Box predicted, Box target, out Box gradient);

    private static readonly JsonElement Golden = Read();

    [Theory]
    [InlineData("giou")]
    [InlineData("diou")]
    [InlineData("ciou")]
    public void Loss_Golden_MatchesTorchvision(string name)
    {
        CornerGradient loss = name switch { "giou" => Giou.Loss, "diou" => Diou.Loss, _ => Ciou.Loss };
        var boxes = Numbers(Golden, "boxes");
        var target = Box(Numbers(Golden, "target"), 0);
        var expected = Golden.GetProperty(name);
        var (values, gradients) = (Numbers(expected, "value"), Numbers(expected, "gradient"));
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], loss(Box(boxes, i), target, out var gradient), 1e-13);
            double[] actual = [gradient.X1, gradient.Y1, gradient.X2, gradient.Y2];
            for (var k = 0; k < 4; k++)
                Assert.Equal(gradients[4 * i + k], actual[k], 1e-7 * Math.Abs(gradients[4 * i + k]) + 1e-12);
        }
    }

    [Fact]
    public void BoxDistribution_Golden_MatchesFormula()
    {
        var coder = new BoxDistribution(7);
        var (integral, dfl) = (Golden.GetProperty("integral"), Golden.GetProperty("dfl"));
        float[] logits = [.. Numbers(integral, "logits").Select(logit => (float)logit)];
        for (var i = 0; i < 3; i++)
        {
            var own = logits.AsSpan(i * coder.Length, coder.Length);
            var distances = coder.Integrate(own);
            Check(Numbers(integral, "distances")[(4 * i)..(4 * i + 4)], [distances.Left, distances.Top, distances.Right, distances.Bottom]);
            var gradient = new float[coder.Length];
            coder.Backward(own, Distances(Numbers(integral, "weights"), i), gradient);
            Check(Numbers(integral, "gradient")[(coder.Length * i)..(coder.Length * (i + 1))], gradient);

            // Adds to what is there.
            Array.Fill(gradient, 1);
            Assert.Equal(Numbers(dfl, "value")[i], coder.DistributionFocalLoss(own, Distances(Numbers(dfl, "targets"), i), 2, gradient), 1e-12);
            Check([.. Numbers(dfl, "gradient")[(coder.Length * i)..(coder.Length * (i + 1))].Select(number => 2 * number + 1)], gradient);
        }

        static void Check(double[] expected, float[] actual)
        {
            for (var k = 0; k < expected.Length; k++)
                Assert.Equal(expected[k], actual[k], 3e-7 * Math.Max(1, Math.Abs(expected[k])));
        }
    }

    private static Box Box(double[] numbers, int i) => new((float)numbers[4 * i], (float)numbers[4 * i + 1], (float)numbers[4 * i + 2], (float)numbers[4 * i + 3]);

    private static BoxDistances Distances(double[] numbers, int i) =>
        new((float)numbers[4 * i], (float)numbers[4 * i + 1], (float)numbers[4 * i + 2], (float)numbers[4 * i + 3]);

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Repository.Root, "tests", "RetinaSharp.Boxes.Tests", "Golden", "box-losses.json")));
        return document.RootElement.Clone();
    }

    private static double[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
