using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace RetinaSharp.Imaging.Native;

/// <summary>Finds and loads libretinasharp_vision.so.</summary>
internal static class VisionLibrary
{
    public const string Name = "retinasharp_vision";
    public const string FileName = "libretinasharp_vision.so";

    private static readonly Lazy<nint> Handle = new(() => Load(DefaultFolders));

    private static string[] DefaultFolders =>
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];

    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(VisionLibrary).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name == Name ? Handle.Value : 0;

    /// <summary>
    /// Loads the library from the first of the folders where it works, and readies it for use. It loads only with the series of
    /// OpenCV that it was built against, so a folder may hold more builds, under names with a suffix: libretinasharp_vision-4.10.so.
    /// </summary>
    public static nint Load(IReadOnlyList<string> folders)
    {
        var tried = new StringBuilder();
        foreach (var path in folders.SelectMany(Builds))
        {
            var reason = TryLoad(path, out var handle);
            if (reason is null)
                return handle;
            tried.Append($"\n  {path}: {reason}");
        }
        throw new VisionUnavailableException(
            $"The image library {FileName} could not be loaded. Looked for:{tried}\n"
            + "It needs OpenCV 4 (core, imgproc, imgcodecs). In a checkout run eng/setup.sh, which installs OpenCV and builds the library, then "
            + "build again. Elsewhere install OpenCV (Debian: apt-get install libopencv-imgcodecs-dev libopencv-imgproc-dev).");
    }

    private static IEnumerable<string> Builds(string folder) =>
        [Path.Combine(folder, FileName), .. (Directory.Exists(folder) ? Directory.GetFiles(folder, $"lib{Name}-*.so") : []).Order(StringComparer.Ordinal)];

    private static unsafe string? TryLoad(string path, out nint handle)
    {
        handle = 0;
        if (!File.Exists(path))
            return "not there";
        try
        {
            handle = NativeLibrary.Load(path);
            var abi = ((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "vision_abi_version"))();
            if (abi != NativeMethods.Abi)
                return $"is of version {abi}, but version {NativeMethods.Abi} is needed; build it again";
            var status = ((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "vision_start"))();
            return status == 0 ? null : $"did not start (status {status})";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            return e.Message;
        }
    }
}
