using TorchSharp;

namespace RetinaSharp.Kernels.Tests;

public sealed class LibTorchTests
{
    [Fact]
    public void Version_ThisProcess_IsThatOfPackage() => Assert.StartsWith("2.10.", LibTorch.Version);

    [Fact]
    public void Require_Cpu_IsIt() => Assert.Equal(DeviceType.CPU, LibTorch.Require(torch.CPU).type);

    [Fact]
    public void Require_Null_IsCpu() => Assert.Equal(DeviceType.CPU, LibTorch.Require(null).type);

    [Fact]
    public void Require_UnsupportedDevice_Throws() =>
        Assert.Contains("use cpu or cuda", Assert.Throws<TorchUnavailableException>(() => LibTorch.Require(new torch.Device(DeviceType.META))).Message);

    [Fact]
    public void Require_CudaIndexOutOfRange_Throws()
    {
        var missing = new torch.Device(DeviceType.CUDA, LibTorch.Devices().Count);
        Assert.Contains(missing.ToString(), Assert.Throws<TorchUnavailableException>(() => LibTorch.Require(missing)).Message);
    }

    [Fact]
    public void Devices_ThisProcess_StartWithCpu() => Assert.Equal("cpu", LibTorch.Devices()[0]);

    [Fact]
    public void Require_UnavailableCuda_ThrowsWithRemedy()
    {
        LibTorch.EnsureLoaded();
        Assert.SkipWhen(torch.cuda.is_available(), "there is a CUDA device");
        var error = Assert.Throws<TorchUnavailableException>(() => LibTorch.Require(new torch.Device(DeviceType.CUDA, 0)));
        Assert.Contains("cuda:0", error.Message);
        Assert.Contains("TorchSharp-cuda", error.Message);
    }
}
