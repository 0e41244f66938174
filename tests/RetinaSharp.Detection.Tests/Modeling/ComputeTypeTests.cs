using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

public class ComputeTypeTests
{
    [Theory]
    [InlineData(DeviceType.CPU)]
    [InlineData(DeviceType.CUDA)]
    public void Choose_PrecisionGiven_IsUsedOnAnyDevice(DeviceType type)
    {
        var device = new Device(type);

        Assert.Equal((ScalarType.Float32, Precision.Fp32), (ComputeType.Choose(Precision.Fp32, device), ComputeType.Resolve(Precision.Fp32, device)));
        Assert.Equal((ScalarType.BFloat16, Precision.Bf16), (ComputeType.Choose(Precision.Bf16, device), ComputeType.Resolve(Precision.Bf16, device)));
    }

    [Fact]
    public void Resolve_AutoOnCpu_IsBf16WithItsInstructions() =>
        Assert.Equal(CpuFeatures.ReportsCaches && CpuFeatures.HasFastBf16 ? Precision.Bf16 : Precision.Fp32, ComputeType.Resolve(Precision.Auto, CPU));

    [Fact]
    public void Resolve_AutoOnGpuWithoutBf16_IsFp32()
    {
        // A device that does not exist has no instructions.
        var device = new Device(DeviceType.CUDA, LibTorch.Devices().Count);

        Assert.Equal((ScalarType.Float32, Precision.Fp32), (ComputeType.Choose(Precision.Auto, device), ComputeType.Resolve(Precision.Auto, device)));
    }
}
