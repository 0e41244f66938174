namespace RetinaSharp.Kernels.Tests;

public sealed class CudaFeaturesTests
{
    // Without a driver there is no device at all.
    [Fact]
    public void HasBf16_NoSuchDevice_IsFalse()
    {
        Assert.False(CudaFeatures.HasBf16(LibTorch.Devices().Count));
        Assert.False(CudaFeatures.HasBf16(-1));
    }
}
