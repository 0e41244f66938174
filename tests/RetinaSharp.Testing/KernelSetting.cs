using RetinaSharp.Kernels;

namespace RetinaSharp.Testing;

/// <summary>Turns the kernels of RetinaSharp on, or off in favor of LibTorch's operators, until it is disposed.</summary>
public sealed class KernelSetting : IDisposable
{
    private readonly bool _before = FusedKernels.AreEnabled;

    /// <summary>Sets <see cref="FusedKernels.AreEnabled"/>.</summary>
    public KernelSetting(bool fused) => FusedKernels.AreEnabled = fused;

    /// <summary>Restores it.</summary>
    public void Dispose() => FusedKernels.AreEnabled = _before;
}
