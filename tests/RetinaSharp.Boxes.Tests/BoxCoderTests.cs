namespace RetinaSharp.Boxes.Tests;

public sealed class BoxCoderTests
{
    [SharedDataFact]
    public void Encode_GoldenBoxes_EqualsTorchvision()
    {
        var golden = TorchvisionGolden.Section("boxcoder");
        var anchors = golden.BoxesOf("anchors");
        var deltas = new BoxDelta[anchors.Length];

        BoxCoder.Encode(anchors, golden.BoxesOf("gt"), deltas);

        foreach (var (expected, actual) in golden.DeltasOf("deltas").Zip(deltas))
        {
            Assert.Equal(expected.Dx, actual.Dx, 2e-6f);
            Assert.Equal(expected.Dy, actual.Dy, 2e-6f);
            Assert.Equal(expected.Dw, actual.Dw, 2e-6f);
            Assert.Equal(expected.Dh, actual.Dh, 2e-6f);
        }
    }

    [SharedDataFact]
    public void Decode_GoldenDeltas_EqualsTorchvision()
    {
        var golden = TorchvisionGolden.Section("boxcoder");
        var anchors = golden.BoxesOf("anchors");
        var boxes = new Box[anchors.Length];

        BoxCoder.Decode(anchors, golden.DeltasOf("deltas"), boxes);

        AssertClose(golden.BoxesOf("decoded"), boxes, 1e-5f);
    }

    [Fact]
    public void Decode_EncodedBox_RoundTrips()
    {
        var anchor = new Box(10, 20, 42, 84);
        var box = new Box(0, 30, 100, 40);

        AssertClose([box], [BoxCoder.Decode(anchor, BoxCoder.Encode(anchor, box))], 1e-4f);
    }

    [Fact]
    public void Decode_LogScaleAboveMax_IsClamped()
    {
        var anchor = new Box(0, 0, 16, 16);

        var box = BoxCoder.Decode(anchor, new(0, 0, float.PositiveInfinity, -1000));

        Assert.Equal(1000, box.Width, 1e-2f);
        Assert.Equal(0, box.Height);
    }

    [Fact]
    public void Encode_BoxOrAnchorWithoutArea_Throws()
    {
        var good = new Box(0, 0, 1, 1);

        Assert.Throws<ArgumentException>("box", () => BoxCoder.Encode(good, new(3, 0, 3, 1)));
        Assert.Throws<ArgumentException>("anchor", () => BoxCoder.Encode(new(0, 2, 1, 1), good));
        Assert.Throws<ArgumentException>("box", () => BoxCoder.Encode(good, good with { X1 = float.NaN }));
    }

    [Fact]
    public void EncodeAndDecode_DifferentLengths_Throws()
    {
        Assert.Throws<ArgumentException>(() => BoxCoder.Encode(new Box[2], new Box[2], new BoxDelta[1]));
        Assert.Throws<ArgumentException>(() => BoxCoder.Decode(new Box[2], new BoxDelta[1], new Box[2]));
    }

    private static void AssertClose(ReadOnlySpan<Box> expected, ReadOnlySpan<Box> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].X1, actual[i].X1, tolerance);
            Assert.Equal(expected[i].Y1, actual[i].Y1, tolerance);
            Assert.Equal(expected[i].X2, actual[i].X2, tolerance);
            Assert.Equal(expected[i].Y2, actual[i].Y2, tolerance);
        }
    }
}
