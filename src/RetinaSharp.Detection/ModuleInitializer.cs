using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection;

internal static class ModuleInitializer
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Code in this assembly uses TorchSharp before it uses any type of RetinaSharp.Kernels.")]
    internal static void Initialize() => LibTorch.Prepare();
}
