using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Torch.Native;

/// <summary>Loads the shim, checks that it is the one this assembly was written for, and turns its status codes into exceptions.</summary>
internal static unsafe class Shim
{
    public const int AbiVersion = 4;
    public const string FileName = "lib" + NativeMethods.Library + ".so";

    private static readonly Lazy<string> LoadedVersion = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Loads the shim where that has not happened yet.</summary>
    /// <exception cref="TorchUnavailableException">The shim or LibTorch cannot be loaded.</exception>
    public static string EnsureLoaded() => LoadedVersion.Value;

    /// <summary>Throws where a call did not return 0.</summary>
    public static void Check(int status, [CallerMemberName] string what = "")
    {
        if (status != 0)
            throw new TorchException($"{what}: {Error()}");
    }

    public static string Error() => Marshal.PtrToStringUTF8((nint)NativeMethods.rt_error()) ?? "no reason was given";

    /// <summary>
    /// Loads the shim from the first folder where it is and can be loaded. A shim loads only with the series of LibTorch that it
    /// was built against, so a folder may hold more builds, under names with a suffix: libretinasharp_torch-2.6.so.
    /// </summary>
    /// <exception cref="TorchUnavailableException">There is none; says what was tried, and why it did not do.</exception>
    public static nint LoadFrom(params ReadOnlySpan<string> folders)
    {
        var tried = new List<string>();
        foreach (var folder in folders)
        {
            foreach (var file in Builds(folder))
            {
                if (!File.Exists(file))
                {
                    tried.Add($"{file}: not there");
                    continue;
                }

                try
                {
                    return NativeLibrary.Load(file);
                }
                catch (DllNotFoundException error)
                {
                    // Only the last line is the loader's own; it names the library that is missing, most often one of LibTorch's.
                    tried.Add($"{file}: {error.Message.Trim().Split('\n')[^1]}");
                }
            }
        }

        throw new TorchUnavailableException(
            $"The engine cannot be loaded ({RuntimeInformation.RuntimeIdentifier}). Tried:{Environment.NewLine}  " + string.Join(Environment.NewLine + "  ", tried)
            + $"{Environment.NewLine}In a checkout run eng/setup.sh, which installs LibTorch and builds the shim. Elsewhere install LibTorch (Debian: apt-get install libtorch-dev libopenblas0-pthread)"
            + " or set LIBTORCH to the folder of one when building.");
    }

    private static IEnumerable<string> Builds(string folder) =>
        [Path.Combine(folder, FileName), .. (Directory.Exists(folder) ? Directory.GetFiles(folder, $"lib{NativeMethods.Library}-*.so") : []).Order(StringComparer.Ordinal)];

    private static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(Shim).Assembly, Resolve);
        var version = NativeMethods.rt_abi_version();
        if (version != AbiVersion)
            throw new TorchUnavailableException($"{FileName} has ABI version {version}, this assembly needs {AbiVersion}. Build it again with eng/setup.sh.");
        var torch = Marshal.PtrToStringUTF8((nint)NativeMethods.rt_torch_version()) ?? "?";
        return torch;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name != NativeMethods.Library
        ? 0
        : LoadFrom(AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));
}
