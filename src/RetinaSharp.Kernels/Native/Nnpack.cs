using System.Runtime.InteropServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// The switch of NNPACK, LibTorch's other library for fp32 convolutions. On CPUs that NNPACK does not support, such as some virtual ones, LibTorch prints a warning for
/// each convolution that it asks NNPACK about. <c>torch.backends.nnpack.set_flags</c> of PyTorch calls the same functions; TorchSharp does not have it.
/// </summary>
internal static unsafe class Nnpack
{
    // at::globalContext(), at::Context::setUserEnabledNNPACK(bool) and userEnabledNNPACK() const, of the Itanium C++ ABI. LibTorch for Windows has no NNPACK.
    private const string GlobalContext = "_ZN2at13globalContextEv";
    private const string SetEnabled = "_ZN2at7Context20setUserEnabledNNPACKEb";
    private const string IsEnabled = "_ZNK2at7Context17userEnabledNNPACKEv";

    /// <summary>Lets LibTorch use its own kernels where it would use NNPACK. Does nothing if this LibTorch has no such switch.</summary>
    public static void Disable()
    {
        if (Find(GlobalContext, out var context) && Find(SetEnabled, out var set))
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
    }

    /// <summary>Whether LibTorch may use NNPACK; null if this LibTorch has no such switch.</summary>
    public static bool? Enabled => Find(GlobalContext, out var context) && Find(IsEnabled, out var get)
        ? ((delegate* unmanaged<nint, byte>)get)(((delegate* unmanaged<nint>)context)()) != 0
        : null;

    private static bool Find(string name, out nint function)
    {
        function = 0;
        return NativeLibrary.TryLoad(NativeLibraries.Torch, typeof(torch).Assembly, null, out var library) && NativeLibrary.TryGetExport(library, name, out function);
    }
}
