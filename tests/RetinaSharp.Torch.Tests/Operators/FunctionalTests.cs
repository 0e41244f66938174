namespace RetinaSharp.Torch.Tests.Operators;

public class FunctionalTests : LeakCheck
{
    private const double Epsilon = 1e-3;

    public static TheoryData<ScalarType, double> Precisions => new()
    {
        { ScalarType.Float64, 1e-13 },
        { ScalarType.Float32, 1e-5 },
        { ScalarType.BFloat16, 2e-2 },
    };

    [Theory]
    [InlineData(1, 1, 0, true)]
    [InlineData(3, 1, 1, true)]
    [InlineData(3, 2, 1, false)]
    [InlineData(3, 1, 0, false)]
    [InlineData(1, 2, 0, false)]
    [InlineData(7, 2, 3, true)]
    public void Conv2d_OverWindows_IsTheSum(int kernel, int stride, int padding, bool bias)
    {
        using var scope = new TensorScope();
        var (input, weight, shift) = (Image.Random(1, 2, 3, 8, 11), Image.Random(2, 4, 3, kernel, kernel), bias ? Numbers.Uniform(3, 4) : null);
        var expected = input.Conv(weight, shift, stride, padding);
        Check(expected, 1e-13, Functional.Conv2d(input.ToTensor(), weight.ToTensor(), shift is null ? null : Numbers.Make(shift, [4]), stride, padding));
        // Single precision takes another way through LibTorch, and the layout one more.
        var single = shift is null ? null : Numbers.Make(shift, [4], ScalarType.Float32);
        var (x, w) = (input.ToTensor(ScalarType.Float32), weight.ToTensor(ScalarType.Float32));
        Check(expected, 1e-5, Functional.Conv2d(x, w, single, stride, padding));
        Check(expected, 1e-5, Functional.Conv2d(x.ChannelsLast(), w.ChannelsLast(), single, stride, padding));
    }

    [Fact]
    public void Conv2d_OfChannelsLast_StaysSo()
    {
        using var scope = new TensorScope();
        var (input, weight) = (Image.Random(1, 2, 3, 6, 6).ToTensor(ScalarType.Float32).ChannelsLast(), Image.Random(2, 4, 3, 3, 3).ToTensor(ScalarType.Float32).ChannelsLast());
        Assert.Equal(2 * 4 * 4 * 4, Functional.Conv2d(input, weight, null).Permute(0, 2, 3, 1).Data<float>().Length);
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void BatchNorm_InTraining_UsesAndMovesTheStatistics(ScalarType type, double tolerance)
    {
        using var scope = new TensorScope();
        var input = Image.Random(1, 2, 3, 4, 5);
        var (weight, bias, mean, variance) = (Numbers.Uniform(2, 3), Numbers.Uniform(3, 3), Numbers.Uniform(4, 3), Numbers.Uniform(5, 3, .5, 2));
        var moments = Enumerable.Range(0, 3).Select(c => input.Moments(0, 2, c, c + 1)).ToArray();
        var expected = input.Affine([.. moments.Select(m => m.Mean)], [.. moments.Select(m => m.Variance)], weight, bias, Epsilon);
        var (runningMean, runningVariance) = (Channel(mean), Channel(variance));
        Check(expected, tolerance, Functional.BatchNorm(input.ToTensor(type), Channel(weight), Channel(bias), runningMean, runningVariance, true, .3, Epsilon));
        // The running variance is the unbiased one.
        const double Unbiased = 40 / 39d;
        Numbers.Close([.. mean.Zip(moments, (old, m) => (.7 * old) + (.3 * m.Mean))], Numbers.Read(runningMean), tolerance);
        Numbers.Close([.. variance.Zip(moments, (old, m) => (.7 * old) + (.3 * m.Variance * Unbiased))], Numbers.Read(runningVariance), tolerance);

        Tensor Channel(double[] values) => Numbers.Make(values, [3], type == ScalarType.Float64 ? type : ScalarType.Float32);
    }

    [Fact]
    public void BatchNorm_AtInference_UsesTheRunningStatistics()
    {
        using var scope = new TensorScope();
        var input = Image.Random(1, 2, 3, 4, 5);
        var (weight, bias, mean, variance) = (Numbers.Uniform(2, 3), Numbers.Uniform(3, 3), Numbers.Uniform(4, 3), Numbers.Uniform(5, 3, .5, 2));
        var (runningMean, runningVariance) = (Numbers.Make(mean, [3]), Numbers.Make(variance, [3]));
        Check(input.Affine(mean, variance, weight, bias, Epsilon), 1e-13,
            Functional.BatchNorm(input.ToTensor(), Numbers.Make(weight, [3]), Numbers.Make(bias, [3]), runningMean, runningVariance, false, .3, Epsilon));
        Assert.Equal(mean, Numbers.Read(runningMean));
        Assert.Equal(variance, Numbers.Read(runningVariance));
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void GroupNorm_OfGroups_NormalisesEach(ScalarType type, double tolerance)
    {
        using var scope = new TensorScope();
        var input = Image.Random(1, 2, 6, 3, 4);
        var (weight, bias) = (Numbers.Uniform(2, 6), Numbers.Uniform(3, 6));
        foreach (var groups in new[] { 1, 2, 6 })
        {
            Check(input.GroupNorm(groups, weight, bias, Epsilon), tolerance,
                Functional.GroupNorm(input.ToTensor(type), groups, Numbers.Make(weight, [6], type), Numbers.Make(bias, [6], type), Epsilon));
        }
    }

    [Theory]
    [InlineData(3, 2, 1, 8)]
    [InlineData(3, 2, 1, 7)]
    [InlineData(2, 2, 0, 6)]
    [InlineData(1, 2, 0, 5)]
    public void MaxPool2d_OverWindows_IsTheLargest(int kernel, int stride, int padding, int side)
    {
        using var scope = new TensorScope();
        // All below zero, so that a padding of zeros would show.
        var input = new Image(2, 3, side, side) { Values = Numbers.Uniform(1, 2 * 3 * side * side, -3, -1) };
        Check(input.MaxPool(kernel, stride, padding), 0, Functional.MaxPool2d(input.ToTensor(), kernel, stride, padding));
    }

    [Theory]
    [InlineData(6, 8)]
    [InlineData(5, 7)]
    [InlineData(3, 4)]
    [InlineData(9, 5)]
    public void UpsampleNearest_ToASize_RepeatsElements(int height, int width)
    {
        using var scope = new TensorScope();
        var input = Image.Random(1, 2, 3, 3, 4);
        Check(input.UpsampleNearest(height, width), 0, Functional.UpsampleNearest(input.ToTensor(), height, width));
        Check(input.UpsampleNearest(height, width), 0, Functional.UpsampleNearest(input.ToTensor().ChannelsLast(), height, width));
    }

    private static void Check(Image expected, double tolerance, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape.ToArray());
        Numbers.Close(expected.Values, Numbers.Read(actual), tolerance);
    }
}
