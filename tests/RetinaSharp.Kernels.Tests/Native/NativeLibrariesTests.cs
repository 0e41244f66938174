using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels.Tests.Native;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Load_ThePackagesFile_StaysAsItIs()
    {
        if (!OperatingSystem.IsLinux())
            return;
        LibTorch.EnsureLoaded();
        var file = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First();
        var bytes = File.ReadAllBytes(file);
        // In a patched file the requirement would be weak already.
        Assert.NotEqual(bytes, OldLibstdcxx.Weaken([.. bytes], "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void Explain_AnyError_SaysWhatToDo()
    {
        var message = NativeLibraries.Explain(new DllNotFoundException("\n  libgomp.so.1: cannot open shared object file\nmore"));
        Assert.StartsWith("LibTorch cannot be loaded", message);
        Assert.Contains("libgomp.so.1: cannot open shared object file", message);
        Assert.DoesNotContain("more", message);
        Assert.Contains("TorchSharp-cpu", message);
    }

    [Fact]
    public void Explain_ErrorWithoutWords_SaysWhatToDo() => Assert.Contains("TorchSharp-cpu", NativeLibraries.Explain(new DllNotFoundException("")));

    [Fact]
    public void Install_Again_DoesNothing()
    {
        NativeLibraries.Install();
        LibTorch.Prepare();
        LibTorch.EnsureLoaded();
    }
}
