namespace RetinaSharp.Boxes.Tests;

public sealed class BoxDistributionTests
{
    private const float Stride = 8;

    private static readonly BoxDistribution Coder = new(16);

    private static readonly Box Target = new(10.5f, -3, 60, 42);

    /// <summary>A box loss through the integral: from the logits' change to the loss, by finite differences.</summary>
    [Fact]
    public void Backward_ThroughGiou_MatchesFiniteDifferences()
    {
        var random = new Random(2);
        float[] logits = [.. Enumerable.Range(0, Coder.Length).Select(_ => random.NextSingle() * 6 - 3)];
        double At(int changed, float shift)
        {
            float[] shifted = [.. logits];
            shifted[changed] += shift;
            return Giou.Loss(Coder.Integrate(shifted).Decode(40, 20, Stride), Target);
        }

        Giou.Loss(Coder.Integrate(logits).Decode(40, 20, Stride), Target, out var corners);
        var gradient = new float[Coder.Length];
        Coder.Backward(logits, BoxDistances.Backward(corners, Stride), gradient);

        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal((At(i, .01f) - At(i, -.01f)) / .02, gradient[i], 1e-4);
        Assert.True(gradient.Max() > .001);
    }

    [Fact]
    public void BoxDistances_EncodeAndDecode_AreInverse()
    {
        var distances = BoxDistances.Encode(40, 20, Stride, Target);
        Assert.Equal(new(29.5f / 8, 23f / 8, 20f / 8, 22f / 8), distances);
        Assert.Equal(Target, distances.Decode(40, 20, Stride));
    }

    /// <summary>The two integers around the target are enough; the target n needs no bin beyond it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2.25f)]
    [InlineData(15.5f)]
    [InlineData(16)]
    public void DistributionFocalLoss_BestDistribution_IntegratesToTarget(float y)
    {
        var logits = new float[Coder.Length];
        var low = Math.Min((int)y, 15);
        for (var i = 0; i < logits.Length; i++)
            logits[i] = i % 17 == low ? MathF.Log(1 - (y - low) + 1e-12f) : i % 17 == low + 1 ? MathF.Log(y - low + 1e-12f) : -60;
        var gradient = new float[Coder.Length];

        var loss = Coder.DistributionFocalLoss(logits, new(y, y, y, y), 1, gradient);

        var entropy = new[] { 1 - (y - low), y - low }.Sum(p => p == 0 ? 0 : -p * Math.Log(p));
        Assert.Equal(4 * entropy, loss, 1e-5);
        Assert.All(gradient, number => Assert.Equal(0, number, 1e-6f));
        Assert.Equal(y, Coder.Integrate(logits).Left, 1e-4f);
    }

    [Fact]
    public void DistributionFocalLoss_TargetOutOfRange_IsClamped()
    {
        var logits = new float[Coder.Length];
        float[] inside = new float[Coder.Length], outside = new float[Coder.Length];
        Assert.Equal(
            Coder.DistributionFocalLoss(logits, new(0, 16, 16, 0), 1, inside),
            Coder.DistributionFocalLoss(logits, new(-3, 99, float.PositiveInfinity, float.NegativeInfinity), 1, outside));
        Assert.Equal(inside, outside);
    }

    [Fact]
    public void Evaluate_ExtremeLogits_IsFinite()
    {
        float[] numbers = [-1e38f, -100, 0, 1, 100, 1e38f, float.MaxValue, float.MinValue];
        float[] logits = [.. Enumerable.Range(0, Coder.Length).Select(i => numbers[i * 5 % numbers.Length])];
        var gradient = new float[Coder.Length];
        Assert.True(double.IsFinite(Coder.DistributionFocalLoss(logits, new(.5f, 3, 16, 9.75f), 1, gradient)));
        Coder.Backward(logits, new(1, -1, 1, 1), gradient);
        Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
        Assert.InRange(Coder.Integrate(logits).Top, 0, 16);
    }

    [Fact]
    public void Evaluate_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxDistance", () => new BoxDistribution(0));
        Assert.Throws<ArgumentException>("logits", () => Coder.Integrate(new float[67]));
        Assert.Throws<ArgumentException>("gradient", () => Coder.Backward(new float[68], default, new float[67]));
        Assert.Throws<ArgumentException>("target", () => Coder.DistributionFocalLoss(new float[68], new(0, 0, float.NaN, 0), 1, new float[68]));
    }
}
