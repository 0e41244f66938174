using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Caches a convolution's weight in the memory layouts of the kernels: reordered for oneDNN, and transformed to the Winograd domain. A
/// layout is created when it is first used. The owner must call <see cref="Invalidate"/> when the weight changes. Thread-safe.
/// </summary>
public sealed class PackedWeight : IDisposable
{
    private readonly Lock _lock = new();
    private Tensor? _reordered;
    private Tensor? _winograd;

    /// <summary>
    /// Discards the cached layouts. Call this method when the weight changes, but not while a convolution uses the layouts.
    /// </summary>
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

    internal Tensor Reordered(Func<Tensor> create) => Get(ref _reordered, create);

    internal Tensor Winograd(Func<Tensor> create) => Get(ref _winograd, create);

    private Tensor Get(ref Tensor? cached, Func<Tensor> create)
    {
        lock (_lock)
            return cached ??= create().DetachFromDisposeScope();
    }
}
