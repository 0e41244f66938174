using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels.Tests.Native;

public sealed class TorchContextTests
{
    // Null if a new LibTorch has renamed the functions.
    [Fact]
    public void EnsureLoaded_Linux_DisablesNnpackAndAnUnreliableOneDnn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the names of the functions are those of LibTorch for Linux");

        LibTorch.EnsureLoaded();

        Assert.Equal((false, CpuFeatures.ReportsCaches), (TorchContext.UsesNnpack, TorchContext.UsesOneDnn));
    }
}
