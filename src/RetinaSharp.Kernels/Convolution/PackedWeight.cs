using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Caches a convolution's weight in the memory layouts of the kernels: reordered for oneDNN, and transformed to the Winograd domain. A
/// layout is created when it is first used. The owner must call <see cref="Invalidate"/> when the weight changes. Thread-safe.
/// </summary>
/// <remarks>
/// oneDNN chooses a layout for the shape of the input, and reorders a weight that has another one in each call: with a slow loop that took
/// 27 ms for a weight that is used in .1 ms. The levels of a pyramid need two layouts.
/// </remarks>
public sealed class PackedWeight : IDisposable
{
    // More than the shapes of a pyramid's levels for the sizes of images in use.
    private const int MaxShapes = 1024;

    private readonly Lock _lock = new();
    private readonly List<(byte[] Layout, Tensor Weight)> _reordered = [];
    private readonly Dictionary<(long, long, long), Tensor> _byShape = [];
    private Tensor? _winograd;

    /// <summary>
    /// Discards the cached layouts. Call this method when the weight changes, but not while a convolution uses the layouts.
    /// </summary>
    public void Invalidate()
    {
        lock (_lock)
        {
            foreach (var (_, weight) in _reordered)
                weight.Dispose();
            _winograd?.Dispose();
            _winograd = null;
            _reordered.Clear();
            _byShape.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Invalidate();

    /// <summary>Number of layouts for oneDNN.</summary>
    internal int Layouts
    {
        get
        {
            lock (_lock)
                return _reordered.Count;
        }
    }

    /// <summary>Returns the weight in oneDNN's layout for inputs of a shape [N, C, H, W].</summary>
    internal Tensor Reordered(long[] shape, Func<Tensor> create)
    {
        var key = (shape[0], shape[2], shape[3]);
        lock (_lock)
        {
            if (_byShape.TryGetValue(key, out var known))
                return known;
            if (_byShape.Count == MaxShapes)
                _byShape.Clear();
            return _byShape[key] = Add(create().DetachFromDisposeScope());
        }
    }

    internal Tensor Winograd(Func<Tensor> create)
    {
        lock (_lock)
            return _winograd ??= create().DetachFromDisposeScope();
    }

    /// <summary>Keeps a reordered weight, unless there is one with the same layout.</summary>
    private Tensor Add(Tensor weight)
    {
        var layout = OneDnn.GetLayout(weight);
        foreach (var (known, same) in _reordered)
        {
            if (known.AsSpan().SequenceEqual(layout))
            {
                weight.Dispose();
                return same;
            }
        }

        _reordered.Add((layout, weight));
        return weight;
    }
}
