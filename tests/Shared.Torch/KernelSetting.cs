using RetinaSharp.Kernels;

namespace RetinaSharp.Testing;

/// <summary>Kernels of this project or LibTorch's own operators, until it is disposed.</summary>
public sealed class KernelSetting : IDisposable
{
    private readonly bool _before = FusedKernels.AreEnabled;

    public KernelSetting(bool fused) => FusedKernels.AreEnabled = fused;

    public void Dispose() => FusedKernels.AreEnabled = _before;
}
