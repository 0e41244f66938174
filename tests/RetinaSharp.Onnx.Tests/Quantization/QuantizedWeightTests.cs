using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Onnx.Tests.Quantization;

public class QuantizedWeightTests
{
    private const int Channels = 6, PerChannel = 45;

    [Theory]
    [InlineData(127)]
    [InlineData(63)]
    public void Create_RandomWeights_AreWithinHalfAStep(int limit)
    {
        var (weights, bias) = Random();

        var quantized = QuantizedWeight.Create(weights, bias, .02f, limit);

        Assert.All(quantized.Values, value => Assert.InRange(value, -limit, limit));
        for (var i = 0; i < weights.Length; i++)
        {
            var scale = quantized.Scales[i / PerChannel];
            Assert.InRange(Math.Abs(weights[i] - (quantized.Values[i] * scale)), 0, .5001f * scale);
        }

        // The largest weight of a channel uses the whole range.
        for (var channel = 0; channel < Channels; channel++)
            Assert.Equal(limit, quantized.Values.Skip(channel * PerChannel).Take(PerChannel).Max(value => Math.Abs((int)value)));
    }

    [Fact]
    public void Create_ZeroChannel_KeepsBias()
    {
        var (weights, bias) = Random();
        weights.AsSpan(PerChannel, 2 * PerChannel).Clear();
        bias[1] = 3;
        bias[2] = 0;

        var quantized = QuantizedWeight.Create(weights, bias, 1e-6f, 127);
        var (values, scales) = quantized.QuantizeBias(bias, 1e-6f);

        Assert.All(quantized.Values.Skip(PerChannel).Take(2 * PerChannel), value => Assert.Equal(0, value));
        Assert.All(quantized.Scales, scale => Assert.True(scale > 0 && float.IsFinite(scale)));
        for (var channel = 0; channel < Channels; channel++)
            Assert.Equal(bias[channel], (double)values[channel] * scales[channel], 1e-5);
    }

    [Fact]
    public void Create_OneHugeWeight_LeavesTheOtherChannelsAlone()
    {
        var (weights, bias) = Random();
        var before = QuantizedWeight.Create(weights, bias, .02f, 127);
        weights[0] = 1e6f;

        var quantized = QuantizedWeight.Create(weights, bias, .02f, 127);

        Assert.Equal(127, quantized.Values[0]);
        Assert.Equal(before.Values[PerChannel..], quantized.Values[PerChannel..]);
        Assert.Equal(before.Scales[1..], quantized.Scales[1..]);
    }

    [Theory]
    [InlineData(1e30f, 1e-12f)]
    [InlineData(1e-38f, 1e-12f)]
    [InlineData(0, 1e30f)]
    [InlineData(1, 1e-12f)]
    public void QuantizeBias_HostileBias_FitsInt32(float bias, float inputScale)
    {
        var quantized = QuantizedWeight.Create([1e-30f, 0], [bias], inputScale, 127);

        var (values, scales) = quantized.QuantizeBias([bias], inputScale);

        // Room for the sum of products.
        Assert.InRange(Math.Abs((long)values[0]), 0, 1.001 * (1 << 29));
        Assert.True(float.IsFinite(scales[0]) && scales[0] > 0);
    }

    [Fact]
    public void QuantizeBias_ZeroPointOfTheOutput_FitsInt32()
    {
        ActivationScale[] output = [new(.5f, 255)];
        var quantized = QuantizedWeight.Create([1e-9f], [0], 1e-6f, 127, output);

        var (values, scales) = quantized.QuantizeBias([0], 1e-6f, output);

        Assert.InRange(values[0], 1, 1.001 * (1 << 29));
        Assert.Equal(255, values[0] * (double)scales[0], 1e-3);
    }

    private static (float[] Weights, float[] Bias) Random()
    {
        var random = new Random(3);
        return (Draw(Channels * PerChannel), Draw(Channels));

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}
