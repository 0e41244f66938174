using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels.Tests.Native;

public sealed class NnpackTests
{
    [Fact]
    public void EnsureLoaded_Linux_DisablesNnpack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems' LibTorch may have no NNPACK");
        LibTorch.EnsureLoaded();

        // Null if a new LibTorch has renamed the functions.
        Assert.Equal(false, Nnpack.Enabled);
    }
}
