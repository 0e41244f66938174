using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class TorchOutputTests : LeakCheck
{
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5f)]
    [InlineData(ScalarType.BFloat16, 1e-5f)]
    public void Logits_BackgroundAmongTheOutputs_SigmoidIsTheSoftmaxOfTheClasses(ScalarType type, float tolerance)
    {
        using var scope = NewDisposeScope();
        // Far from zero, as only differences count; the background is the first of three.
        float[] values = [100, 98, 101, 95, 102, 99, 0, 0, 0];

        using var output = TorchOutput.Create([new(TensorValues.Create(values, 1, 3, 3).to(type), zeros([1, 3, 4], type))], classes: 2);

        var e = Math.E;
        double[] expected =
        [
            Math.Exp(-2) / (1 + Math.Exp(-2) + e), e / (1 + Math.Exp(-2) + e),
            Math.Pow(e, 7) / (1 + Math.Pow(e, 7) + Math.Pow(e, 4)), Math.Pow(e, 4) / (1 + Math.Pow(e, 7) + Math.Pow(e, 4)),
            1 / 3.0, 1 / 3.0,
        ];
        Assert.Equal(expected, output.Logits(0, 0).Single.ToArray().Select(logit => 1 / (1 + Math.Exp(-logit))), (a, b) => Math.Abs(a - b) < tolerance);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Logits_SigmoidOutputs_AreTheTensorsMemoryByImage(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var logits = arange(2 * 3 * 5, dtype: type).reshape(2, 3, 5);
        var deltas = arange(2 * 3 * 4, dtype: type).reshape(2, 3, 4);

        using var output = TorchOutput.Create([new(logits, deltas)], classes: 5);

        Assert.Equal(1, output.LevelCount);
        Assert.Equal(type == ScalarType.BFloat16, output.Logits(0, 1).IsBFloat16);
        var found = type == ScalarType.BFloat16
            ? Array.ConvertAll(output.Logits(0, 1).BFloat16Bits.ToArray(), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))
            : output.Logits(0, 1).Single.ToArray();
        Assert.Equal(Enumerable.Range(15, 15).Select(value => (float)value), found);
        Assert.Equal([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], output.BoxOutputs(0, 1).ToArray());
        // Shared, not copied.
        logits.fill_(7);
        Assert.Equal(15, output.Logits(0, 0).Length);
        Assert.True(type == ScalarType.BFloat16 ? output.Logits(0, 0).BFloat16Bits[0] == 0x40E0 : output.Logits(0, 0).Single[0] == 7);
    }

    [Fact]
    public void Dispose_Output_FreesItsTensors()
    {
        var before = TensorCount.Alive;
        using (var scope = NewDisposeScope())
        {
            var output = TorchOutput.Create([new LevelOutput(zeros(1, 3, 2), zeros(1, 3, 4))], classes: 2);
            output.Dispose();
        }

        Assert.Equal(before, TensorCount.Alive);
    }
}
