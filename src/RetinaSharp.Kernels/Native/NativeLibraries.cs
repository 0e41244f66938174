using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// Resolves the native libraries of the TorchSharp and LibTorch packages, <c>LibTorchSharp</c> and <c>torch_cpu</c>, and that of NVIDIA's
/// driver. TorchSharp and the imports of this assembly must get the same files, because a second copy of LibTorch in a process crashes.
/// </summary>
internal static class NativeLibraries
{
    public const string TorchSharp = "LibTorchSharp";
    public const string Torch = "torch_cpu";

    private static readonly Lock Gate = new();
    private static readonly List<string> Tried = [];
    private static bool _isInstalled;
    private static nint _torchSharp;

    /// <summary>Installs the resolvers of the native libraries, unless they are already installed.</summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (_isInstalled)
                return;
            // Called only after .NET's own search has failed.
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == TorchSharp ? LoadTorchSharp() : 0;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
            _isInstalled = true;
        }
    }

    /// <summary>Returns a message that says why LibTorch cannot be loaded and what to do.</summary>
    public static string Describe(Exception error)
    {
        var lines = new List<string> { $"LibTorch cannot be loaded ({RuntimeInformation.RuntimeIdentifier})." };
        lock (Gate)
            lines.AddRange(Tried);
        if (Tried.Count == 0)
            lines.Add(error.Message.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? error.GetType().Name);
        if (Files(Torch).FirstOrDefault(File.Exists) is null)
            lines.Add($"{FileName(Torch)} was not found in: {string.Join(", ", Folders())}.");
        lines.Add(RuntimeInformation.ProcessArchitecture == Architecture.X64 || OperatingSystem.IsMacOS()
            ? "Reference the package TorchSharp-cpu (or one TorchSharp-cuda package) in the application, and deploy its runtimes folder. On Windows, install the Visual C++ redistributable."
            : "LibTorch has packages for linux-x64, win-x64 and osx-arm64 only.");
        return string.Join(Environment.NewLine + "  ", lines);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        TorchSharp or Torch => NativeLibrary.Load(name, typeof(torch).Assembly, path),
        CudaDriver.Library => NativeLibrary.Load(CudaDriver.FileName),
        _ => 0,
    };

    private static nint LoadTorchSharp()
    {
        lock (Gate)
        {
            if (_torchSharp != 0)
                return _torchSharp;
            foreach (var file in Files(TorchSharp).Where(File.Exists))
            {
                try
                {
                    return _torchSharp = NativeLibrary.Load(file);
                }
                catch (DllNotFoundException error) when (OperatingSystem.IsLinux() && OldLibstdcxx.IsReason(error))
                {
                    try
                    {
                        return _torchSharp = OldLibstdcxx.Load(file);
                    }
                    catch (Exception second) when (second is DllNotFoundException or IOException or UnauthorizedAccessException or InvalidDataException)
                    {
                        Tried.Add($"{file}: {Reason(second)}");
                    }
                }
                catch (DllNotFoundException error)
                {
                    Tried.Add($"{file}: {Reason(error)}");
                }
            }

            return 0;
        }
    }

    // The last line is the message of the dynamic loader.
    private static string Reason(Exception error) => error.Message.Trim().Split('\n')[^1];

    private static IEnumerable<string> Files(string name) => Folders().Select(folder => Path.Combine(folder, FileName(name)));

    private static string FileName(string name) => OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static IEnumerable<string> Folders()
    {
        // A single-file application has no assembly location.
        var known = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return known.Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")).Distinct();
    }
}
