using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels.Tests.Native;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Load_FileOfPackage_IsNotModified()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        LibTorch.EnsureLoaded();
        var file = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First();
        var bytes = File.ReadAllBytes(file);
        // In a patched file the requirement would already be weak.
        Assert.NotEqual(bytes, OldLibstdcxx.Weaken([.. bytes], "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void Describe_AnyError_HasRemedy()
    {
        var message = NativeLibraries.Describe(new DllNotFoundException("\n  libgomp.so.1: cannot open shared object file\nmore"));
        Assert.StartsWith("LibTorch cannot be loaded", message);
        Assert.Contains("libgomp.so.1: cannot open shared object file", message);
        Assert.DoesNotContain("more", message);
        Assert.Contains("TorchSharp-cpu", message);
    }

    [Fact]
    public void Describe_ErrorWithoutMessage_HasRemedy() => Assert.Contains("TorchSharp-cpu", NativeLibraries.Describe(new DllNotFoundException("")));

    [Fact]
    public void Install_Again_DoesNotThrow()
    {
        LibTorch.EnsureLoaded();
        // An assembly takes one resolver of native libraries: NativeLibrary.SetDllImportResolver throws at the second.
        Assert.Null(Record.Exception(NativeLibraries.Install));
        Assert.Null(Record.Exception(LibTorch.Prepare));
    }
}
