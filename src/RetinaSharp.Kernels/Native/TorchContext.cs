using System.Runtime.InteropServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// Switches of LibTorch's libraries of CPU kernels, <c>at::globalContext()</c>. PyTorch has them as <c>torch.backends.mkldnn.enabled</c> and
/// <c>torch.backends.nnpack</c>; TorchSharp does not.
/// </summary>
internal static unsafe class TorchContext
{
    // Names of the Itanium C++ ABI, that of Linux and macOS. Where a name is not found, the switch cannot be changed.
    private const string GlobalContext = "_ZN2at13globalContextEv";

    /// <summary>Lets LibTorch use its own convolutions where it would use NNPACK's.</summary>
    public static void DisableNnpack() => Disable("_ZN2at7Context20setUserEnabledNNPACKEb");

    /// <summary>Lets LibTorch use its own operators where it would use oneDNN's.</summary>
    public static void DisableOneDnn() => Disable("_ZN2at7Context20setUserEnabledMkldnnEb");

    /// <summary>Whether LibTorch may use NNPACK; null if that is not known.</summary>
    public static bool? UsesNnpack => Read("_ZNK2at7Context17userEnabledNNPACKEv");

    /// <summary>Whether LibTorch's operators may use oneDNN; null if that is not known.</summary>
    public static bool? UsesOneDnn => Read("_ZNK2at7Context17userEnabledMkldnnEv");

    private static void Disable(string setter)
    {
        if (TryFind(GlobalContext, out var context) && TryFind(setter, out var set))
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
    }

    private static bool? Read(string getter) => TryFind(GlobalContext, out var context) && TryFind(getter, out var get)
        ? ((delegate* unmanaged<nint, byte>)get)(((delegate* unmanaged<nint>)context)()) != 0
        : null;

    private static bool TryFind(string name, out nint function)
    {
        function = 0;
        return NativeLibrary.TryLoad(NativeLibraries.Torch, typeof(torch).Assembly, null, out var library) && NativeLibrary.TryGetExport(library, name, out function);
    }
}
