using System.Text.Json;

namespace RetinaSharp.Losses.Tests;

public class BinaryLossTests
{
    [Theory]
    [MemberData(nameof(LossCases.Settings), MemberType = typeof(LossCases))]
    public void Derivative_OverLogits_MatchesFiniteDifference(double gamma, double? alpha)
    {
        CheckDerivative(new FocalLoss(gamma, alpha));
        CheckDerivative(new CrossEntropy(alpha));
        foreach (var beta in new[] { 0, .1, 1, 4, -2.5 })
            if (gamma > 0)
                CheckDerivative(new FocalStarLoss(gamma, beta, alpha));
    }

    [Fact]
    public void FocalStarLoss_OneAndZero_IsCrossEntropy()
    {
        foreach (var x in new[] { -1e4, -30, -1.5, 0, .2, 7, 100, 1e4 })
            foreach (var loss in new[] { new FocalStarLoss(1), default })
            {
                Assert.Equal(default(CrossEntropy).Value(x), loss.Value(x));
                Assert.Equal(default(CrossEntropy).Derivative(x), loss.Derivative(x));
            }
    }

    [Theory]
    [InlineData(2, 1, .5, 0)]
    [InlineData(4, 0, .1, 0)]
    [InlineData(2, 1, -1.5, 1)]
    [InlineData(.5, -3, 2, 1)]
    public void FocalStarLoss_ModerateLogits_MatchesPaper(double gamma, double beta, double logit, double target)
    {
        var xt = target == 1 ? logit : -logit;
        var p = 1 / (1 + Math.Exp(-(gamma * xt + beta)));
        Assert.Equal(-Math.Log(p) / gamma, new FocalStarLoss(gamma, beta).Value(logit, target), 1e-14);
        Assert.Equal((target == 1 ? 1 : -1) * (p - 1), new FocalStarLoss(gamma, beta).Derivative(logit, target), 1e-14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e-300)]
    public void FocalStarLoss_GammaOutOfRange_Throws(double gamma) =>
        Assert.Equal("gamma", Assert.Throws<ArgumentOutOfRangeException>(() => new FocalStarLoss(gamma)).ParamName);

    [Fact]
    public void FocalStarLoss_HugeLogits_AreFinite()
    {
        foreach (var gamma in new[] { 1e-30, .1, 5, 1e30 })
            foreach (var beta in new[] { -1e30, 0, 4, 1e30 })
                foreach (var x in new[] { 0, 1e-300, 1, 710, 1e38, 1e300 })
                    foreach (var y in new double[] { 0, 1 })
                    {
                        var loss = new FocalStarLoss(gamma, beta);
                        Assert.True(double.IsFinite(loss.Value(x, y)) && double.IsFinite(loss.Derivative(x, y)), $"{gamma} {beta} {x} {y}");
                    }
    }

    private static void CheckDerivative<TLoss>(TLoss loss) where TLoss : struct, IBinaryLoss
    {
        double[] near = [.. Enumerable.Range(-300, 601).Select(i => i * .1)];
        double[] logits = [-1e4, -1000, -100, .. near, 100, 1000, 1e4];
        foreach (var x in logits)
            foreach (var y in new[] { 0, .3, 1 })
            {
                var step = 1e-3 * Math.Max(1, Math.Abs(x) / 100);
                // Fourth-order central difference.
                var difference = (8 * (loss.Value(x + step, y) - loss.Value(x - step, y))
                    - (loss.Value(x + 2 * step, y) - loss.Value(x - 2 * step, y))) / (12 * step);
                var derivative = loss.Derivative(x, y);
                var tolerance = 1e-9 + 1e-8 * Math.Abs(derivative) + 1e-12 * loss.Value(x, y);
                if (!(Math.Abs(derivative - difference) <= tolerance))
                    Assert.Fail($"x {x} y {y}: {derivative} against {difference}");
            }
    }

    [SharedDataFact]
    public void FocalLoss_Golden_MatchesTorchvision()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedData.At("golden", "torchvision-0.14.1.json")));
        var focal = golden.RootElement.GetProperty("focal");
        var logits = Numbers(focal, "logits");
        var targets = Numbers(focal, "targets");
        foreach (var example in focal.GetProperty("cases").EnumerateArray())
        {
            var alpha = example.GetProperty("alpha").GetDouble();
            var loss = new FocalLoss(example.GetProperty("gamma").GetDouble(), alpha < 0 ? null : alpha);
            var values = Numbers(example, "loss");
            var gradients = Numbers(example, "grad");
            // The reference computes 1 - p_t by subtraction, which loses digits below 1e-16.
            for (var i = 0; i < logits.Length; i++)
            {
                Assert.Equal(values[i], loss.Value(logits[i], targets[i]), 1e-13 + 1e-12 * Math.Abs(values[i]));
                Assert.Equal(gradients[i], loss.Derivative(logits[i], targets[i]), 2e-11 + 1e-12 * Math.Abs(gradients[i]));
            }
        }
        Assert.Equal(focal.GetProperty("prior_bias_0.01").GetDouble(), PriorProbability.Bias(.01), 1e-14);

        static double[] Numbers(JsonElement element, string name) =>
            [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
    }

    [Theory]
    [MemberData(nameof(LossCases.Settings), MemberType = typeof(LossCases))]
    public void FocalLoss_MirroredLogitTargetAndAlpha_IsSymmetric(double gamma, double? alpha)
    {
        var loss = new FocalLoss(gamma, alpha);
        var mirrored = new FocalLoss(gamma, 1 - alpha);
        foreach (var x in new[] { -1e4, -30, -1.5, 0, .2, 7, 100 })
            foreach (var y in new[] { 0, .25, 1 })
            {
                Assert.Equal(loss.Value(x, y), mirrored.Value(-x, 1 - y));
                Assert.Equal(loss.Derivative(x, y), -mirrored.Derivative(-x, 1 - y));
            }
    }

    [Theory]
    [InlineData(.9, 0, .105360515657826)]
    [InlineData(.9, 1, .010536051565782)]
    [InlineData(.9, 2, .00105360515657826)]
    [InlineData(.1, 0, 2.30258509299405)]
    [InlineData(.1, 1, 2.07232658369464)]
    [InlineData(.1, 2, 1.86509392532518)]
    public void FocalLoss_WorkedExamples_MatchFormula(double probability, double gamma, double value) =>
        Assert.Equal(value, new FocalLoss(gamma, null).Value(Math.Log(probability / (1 - probability)), 1), 1e-12);

    [Fact]
    public void FocalLoss_NoArguments_HasPaperParametersAndDefaultIsCrossEntropy()
    {
        Assert.Equal((2, .25), (new FocalLoss().Gamma, new FocalLoss().Alpha));
        Assert.Equal((0, null), (default(FocalLoss).Gamma, default(FocalLoss).Alpha));
        Assert.Equal(default(CrossEntropy).Value(1.5), default(FocalLoss).Value(1.5));
    }

    [Fact]
    public void FocalLoss_HugeGammaAndLogit_IsFinite()
    {
        foreach (var gamma in new[] { 0, 1e-300, 1e-40, .1, 5, 100, 1e30, 1e300, double.MaxValue })
            foreach (var x in new[] { 0, 1e-300, 1, 40, 710, 1e38, 1e300, double.MaxValue })
                foreach (var y in new double[] { 0, 1 })
                {
                    var loss = new FocalLoss(gamma, .25);
                    Assert.True(double.IsFinite(loss.Value(x, y)) && double.IsFinite(loss.Derivative(x, y)), $"{gamma} {x} {y}");
                }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void FocalLoss_GammaOutOfRange_Throws(double gamma) =>
        Assert.Equal("gamma", Assert.Throws<ArgumentOutOfRangeException>(() => new FocalLoss(gamma)).ParamName);

    [Theory]
    [InlineData(-.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Losses_AlphaOrTargetOutOfRange_Throws(double number)
    {
        Assert.Equal("alpha", Assert.Throws<ArgumentOutOfRangeException>(() => new FocalLoss(2, number)).ParamName);
        Assert.Equal("alpha", Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropy(number)).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentOutOfRangeException>(() => new FocalLoss().Value(0, number)).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentOutOfRangeException>(() => new FocalLoss().Derivative(0, number)).ParamName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Bias_PriorOutOfRange_Throws(double prior) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PriorProbability.Bias(prior));
}
