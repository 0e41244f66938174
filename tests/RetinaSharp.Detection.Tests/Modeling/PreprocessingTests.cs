using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class PreprocessingTests : LeakCheck
{
    [Fact]
    public void Normalize_ImageAndPadding_ImageNetStatisticsAndZero()
    {
        using var scope = NewDisposeScope();
        const int Height = 4;
        const int Width = 6;
        var pixels = Enumerable.Range(0, 2 * Height * Width * 3).Select(i => (byte)(i * 37)).ToArray();

        var result = Preprocessing.Normalize(pixels, Height, Width, [(5, 2), (6, 4)], CPU, ScalarType.Float32);

        Assert.Equal([2, 3, Height, Width], result.shape);
        double[] mean = [.485, .456, .406];
        double[] deviation = [.229, .224, .225];
        var values = result.ToArray();
        for (var n = 0; n < 2; n++)
            for (var c = 0; c < 3; c++)
                for (var y = 0; y < Height; y++)
                    for (var x = 0; x < Width; x++)
                    {
                        var padding = n == 0 && (x >= 5 || y >= 2);
                        var expected = padding ? 0 : ((pixels[(((n * Height) + y) * Width + x) * 3 + c] / 255.0) - mean[c]) / deviation[c];
                        Assert.Equal(expected, values[(((n * 3 + c) * Height) + y) * Width + x], padding ? 0 : 1e-5);
                    }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void Normalize_EveryByte_WhatTheOperatorsMakeOfIt(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var pixels = Enumerable.Range(0, 256 * 3).Select(i => (byte)(i / 3)).ToArray();

        var found = Preprocessing.Normalize(pixels, 16, 16, [(16, 16)], CPU, type);

        var bytes = TensorMemory.Create<byte>(pixels, ScalarType.Byte, 1, 16, 16, 3).to(ScalarType.Float32);
        var wanted = ((bytes * tensor(Preprocessing.Scale)) + tensor(Preprocessing.Shift)).to(type);
        Assert.Equal(type, found.dtype);
        Assert.Equal(wanted.permute(0, 3, 1, 2).ToArray(), found.ToArray());
    }
}
