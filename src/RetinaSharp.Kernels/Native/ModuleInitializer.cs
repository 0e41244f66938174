using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RetinaSharp.Kernels.Native;

internal static class ModuleInitializer
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads LibTorch at its first use, which may be anywhere, and does not retry a failed load.")]
    internal static void Initialize() => NativeLibraries.Install();
}
