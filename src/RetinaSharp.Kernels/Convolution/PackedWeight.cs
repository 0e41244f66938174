using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// A convolution's weight in the layouts that kernels read it in: reordered for oneDNN, or in the Winograd domain. Made when first used, and
/// valid until the weight changes. Safe for concurrent callers.
/// </summary>
public sealed class PackedWeight : IDisposable
{
    private readonly Lock _lock = new();
    private Tensor? _reordered;
    private Tensor? _winograd;

    /// <summary>Forgets the layouts: the weight has changed, or will not be used any more. Not while a convolution uses them.</summary>
    public void Invalidate()
    {
        lock (_lock)
        {
            _reordered?.Dispose();
            _winograd?.Dispose();
            (_reordered, _winograd) = (null, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Invalidate();

    internal Tensor Reordered(Func<Tensor> make) => Get(ref _reordered, make);

    internal Tensor Winograd(Func<Tensor> make) => Get(ref _winograd, make);

    private Tensor Get(ref Tensor? kept, Func<Tensor> make)
    {
        lock (_lock)
            return kept ??= make().DetachFromDisposeScope();
    }
}
