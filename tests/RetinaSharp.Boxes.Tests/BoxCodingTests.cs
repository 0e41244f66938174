namespace RetinaSharp.Boxes.Tests;

public class BoxCodingTests
{
    private const float Stride = 8;
    private static readonly Box Anchor = new(12, 20, 44, 52);

    private static readonly Dictionary<string, BoxCoding> Codings = new()
    {
        ["delta"] = BoxCoding.Delta,
        ["distance"] = BoxCoding.Distance,
        ["distribution"] = BoxCoding.Distribution(6),
    };

    public static TheoryData<string> Names => [.. Codings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_RandomOutputs_IsTheSlope(string name)
    {
        const float Step = 1e-3f;
        var coding = Codings[name];
        var random = new Random(3);
        float[] outputs = [.. Enumerable.Range(0, coding.Outputs).Select(_ => (float)(random.NextDouble() * 2 - (name == "distance" ? .5 : 1)))];
        var corners = new Box(.3f, -.7f, 1.1f, .4f);
        var gradient = new float[coding.Outputs];

        coding.Backward(Anchor, Stride, outputs, corners, gradient);

        for (var i = 0; i < outputs.Length; i++)
        {
            var value = outputs[i];
            outputs[i] = value + Step;
            var above = Loss();
            outputs[i] = value - Step;
            var below = Loss();
            outputs[i] = value;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 5e-2);
        }

        double Loss()
        {
            var box = coding.Decode(Anchor, Stride, outputs);
            return (double)box.X1 * corners.X1 + (double)box.Y1 * corners.Y1 + (double)box.X2 * corners.X2 + (double)box.Y2 * corners.Y2;
        }
    }

    [Fact]
    public void Decode_Distances_MovesSidesFromTheCenter()
    {
        Assert.Equal(new(28 - 8, 36 - 16, 28 + 24, 36), BoxCoding.Distance.Decode(Anchor, Stride, [1, 2, 3, -4]));
    }

    [Fact]
    public void Decode_Distribution_IsTheMean()
    {
        // Left: all in bin 2; top: half in 0 and half in 1; right: uniform over 0 to 3, whose mean is 1.5; bottom: all in bin 0.
        float[] logits = [-99, -99, 0, -99, 0, 0, -99, -99, 5, 5, 5, 5, 0, -99, -99, -99];
        var box = BoxCoding.Distribution(3).Decode(Anchor, Stride, logits);
        Assert.Equal((12, 32, 40, 36), (box.X1, box.Y1, box.X2, box.Y2));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e30f)]
    [InlineData(300f)]
    public void Decode_ExtremeLogits_IsFinite(float logit)
    {
        var outputs = new float[BoxCoding.Distribution(4).Outputs];
        (outputs[0], outputs[7]) = (logit, -logit);
        var gradient = new float[outputs.Length];

        var box = BoxCoding.Distribution(4).Decode(Anchor, Stride, outputs);
        BoxCoding.Distribution(4).Backward(Anchor, Stride, outputs, new(1, 1, 1, 1), gradient);

        Assert.True(float.IsFinite(box.Area));
        Assert.All(gradient, one => Assert.True(float.IsFinite(one)));
    }

    [Fact]
    public void Centerness_OfAPoint_IsFcosEquation3()
    {
        Assert.Equal(Math.Sqrt(1.0 / 3 * 2 / 5), new BoxDistances(1, 5, 3, 2).Centerness, 1e-6);
        Assert.Equal(1, new BoxDistances(4, 4, 4, 4).Centerness);
        Assert.Equal(0, new BoxDistances(-1, 4, 4, 4).Centerness);
        Assert.Equal(0, new BoxDistances(0, 0, 0, 0).Centerness);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Distribution_NoBins_IsRefused(int bins) => Assert.Throws<ArgumentOutOfRangeException>(() => BoxCoding.Distribution(bins));
}
