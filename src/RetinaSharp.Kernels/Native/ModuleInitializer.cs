using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RetinaSharp.Kernels.Native;

internal static class ModuleInitializer
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads LibTorch at its first use, anywhere; a search that failed once is not repeated.")]
    internal static void Initialize() => NativeLibraries.Install();
}
