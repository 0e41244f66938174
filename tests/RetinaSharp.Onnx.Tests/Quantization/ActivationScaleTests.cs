using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.Onnx.Tests.Quantization;

public class ActivationScaleTests
{
    [Theory]
    [InlineData(-1.5f, 4)]
    [InlineData(0, 7)]
    [InlineData(-3, 0)]
    public void Create_Range_CoversIt(float low, float high)
    {
        var (scale, zero) = ActivationScale.Create(new(low, high));

        Assert.InRange(scale * (0 - zero), low - (.51f * scale), low + (.51f * scale));
        Assert.InRange(scale * (255 - zero), high - (.51f * scale), high + (.51f * scale));
    }

    [Theory]
    [InlineData(-4.59512f, 3.1f)]
    [InlineData(-4.59512f, 6)]
    [InlineData(-4.59512f, 0)]
    public void Create_CoversLow_BothEndsAreWithin(float low, float high)
    {
        var (scale, zero) = ActivationScale.Create(new(low, high), coversLow: true);

        Assert.InRange(scale * (0 - zero), low - scale, low);
        Assert.InRange(scale * (255 - zero), high, high + scale);
    }

    [Theory]
    [InlineData(2, 3, 0)]
    [InlineData(-3, -2, 255)]
    [InlineData(5, 5, 0)]
    public void Create_RangeWithoutZero_IsExtendedToIt(float low, float high, byte zero) => Assert.Equal(zero, ActivationScale.Create(new(low, high)).ZeroPoint);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1e-45f, 1e-45f)]
    [InlineData(float.MinValue, float.MaxValue)]
    [InlineData(0, float.MaxValue)]
    [InlineData(float.MinValue, 0)]
    [InlineData(-1e-30f, float.MaxValue)]
    public void Create_HostileRange_IsFinite(float low, float high)
    {
        var scale = ActivationScale.Create(new(low, high)).Scale;

        Assert.True(float.IsFinite(scale) && scale >= ActivationScale.MinScale);
    }

    [Fact]
    public void IsFinite_NotANumberOrEmpty_IsFalse()
    {
        Assert.False(TensorRange.Empty.IsFinite);
        Assert.False(new TensorRange(float.NaN, 1).IsFinite);
        Assert.False(new TensorRange(0, float.PositiveInfinity).IsFinite);
        Assert.False(new TensorRange(0, 1).Include(new(float.NaN, 1)).IsFinite);
        Assert.True(TensorRange.Empty.Include(new(2, 3)).IsFinite);
    }
}
