using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Tests.Native;

public class ShimTests
{
    private static readonly string Header = File.ReadAllText(Path.Combine(Repository.Root, "native", "torch", "shim.h"));

    [Fact]
    public void Value_ItsFields_AreWhereTheHeaderHasThem()
    {
        Assert.Equal(16, Unsafe.SizeOf<Value>());
        Assert.Equal(0, Marshal.OffsetOf<Value>(nameof(Value.Tag)));
        Assert.Equal(4, Marshal.OffsetOf<Value>(nameof(Value.Count)));
        Assert.Equal(8, Marshal.OffsetOf<Value>(nameof(Value.Integer)));
        Assert.Equal(8, Marshal.OffsetOf<Value>(nameof(Value.Real)));
        Assert.Equal(8, Marshal.OffsetOf<Value>(nameof(Value.Pointer)));
        Assert.Matches(@"struct Value \{\s*Tag tag;\s*int32_t count;.*\s*union \{\s*int64_t integer;\s*double real;\s*void\* pointer;\s*\};\s*\};", Header);
    }

    [Fact]
    public void Tag_ItsNumbers_AreTheHeaders()
    {
        var list = Regex.Match(Header, @"enum class Tag : int32_t \{ (.*) \};").Groups[1].Value;
        Assert.Equal(list.Split(", "), Enum.GetValues<Tag>().Select(tag => $"{tag} = {(int)tag}"));
    }

    [Fact]
    public void AbiVersion_OfHeaderLibraryAndAssembly_IsOne()
    {
        Shim.EnsureLoaded();
        Assert.Contains($"constexpr int32_t kAbiVersion = {Shim.AbiVersion};", Header);
        Assert.Equal(Shim.AbiVersion, NativeMethods.rt_abi_version());
    }

    [Fact]
    public void NativeMethods_EachOfThem_IsExportedByTheLibrary()
    {
        var library = Shim.LoadFrom(AppContext.BaseDirectory);
        var imports = typeof(NativeMethods).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name).ToList();
        Assert.Contains("rt_call", imports);
        Assert.All(imports, name => Assert.True(NativeLibrary.TryGetExport(library, name, out _), name));
    }

    [Fact]
    public void LoadFrom_FoldersWithoutALibrary_SaysWhatWasTriedAndWhatToDo()
    {
        var root = Directory.CreateTempSubdirectory("shim-");
        try
        {
            var empty = root.CreateSubdirectory("empty").FullName;
            var broken = root.CreateSubdirectory("broken").FullName;
            File.WriteAllText(Path.Combine(broken, Shim.FileName), "this is no library, however long it goes on: it does not start as one would, nor does it end so");
            var message = Assert.Throws<TorchUnavailableException>(() => Shim.LoadFrom(empty, broken)).Message;
            Assert.Contains($"{Path.Combine(empty, Shim.FileName)}: not there", message);
            Assert.Contains($"{Path.Combine(broken, Shim.FileName)}: invalid ELF header", message);
            Assert.DoesNotContain("strace", message);
            Assert.Contains("eng/setup.sh", message);
            Assert.Contains("libtorch-dev", message);
            Assert.Contains("LIBTORCH", message);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void LoadFrom_BuildsForSeveralSeries_TakesTheOneThatLoads()
    {
        var folder = Directory.CreateTempSubdirectory("shim-");
        try
        {
            var (broken, good) = (Path.Combine(folder.FullName, "libretinasharp_torch-0.1.so"), Path.Combine(folder.FullName, "libretinasharp_torch-9.9.so"));
            File.WriteAllText(broken, "this is no library, however long it goes on: it does not start as one would, nor does it end so");
            Assert.Contains($"{broken}: invalid ELF header", Assert.Throws<TorchUnavailableException>(() => Shim.LoadFrom(folder.FullName)).Message);

            File.Copy(Path.Combine(AppContext.BaseDirectory, Shim.FileName), good);
            Assert.True(NativeLibrary.TryGetExport(Shim.LoadFrom(folder.FullName), "rt_abi_version", out _));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
