using TorchSharp;

namespace RetinaSharp.Kernels.Tests;

public sealed class CudaDeviceTests
{
    // Without a driver there is no device at all.
    [Fact]
    public void HasBf16_NoSuchDevice_IsFalse()
    {
        Assert.False(CudaDevice.HasBf16(LibTorch.Devices().Count));
        Assert.False(CudaDevice.HasBf16(-1));
    }

    [Fact]
    public void GetPciBusId_NoSuchDevice_IsNull() => Assert.Null(CudaDevice.GetPciBusId(LibTorch.Devices().Count));

    [Fact]
    public void MakeCurrent_NoSuchDevice_Throws() =>
        Assert.Contains("cannot be made the current device", Assert.Throws<TorchOperatorException>(() => CudaDevice.MakeCurrent(LibTorch.Devices().Count).Dispose()).Message);

    [Fact]
    public void MakeCurrent_FirstDevice_AndItsBusId()
    {
        Assert.SkipUnless(torch.cuda.is_available(), "needs a CUDA device");
        using var current = CudaDevice.MakeCurrent(0);

        Assert.NotNull(CudaDevice.GetPciBusId(0));
    }
}
