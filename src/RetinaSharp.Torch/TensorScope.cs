namespace RetinaSharp.Torch;

/// <summary>
/// Frees every tensor that its thread makes while it is open, except what is kept. Scopes nest; a scope is closed on the
/// thread that opened it.
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? _current;

    private readonly TensorScope? _outer = _current;
    private readonly List<Tensor> _tensors = [];

    /// <summary>Opens a scope.</summary>
    public TensorScope() => _current = this;

    internal static TensorScope? Current => _current;

    /// <summary>Hands a tensor to the scope around this one; where there is none, to the caller.</summary>
    /// <param name="tensor">A tensor of this scope.</param>
    public Tensor Keep(Tensor tensor)
    {
        if (tensor.Scope == this)
        {
            tensor.Scope = null;
            _outer?.Add(tensor);
        }

        return tensor;
    }

    /// <summary>Hands a tensor to the caller, whatever scopes are open: it lives until it is disposed.</summary>
    /// <param name="tensor">Any tensor.</param>
    public static Tensor Detach(Tensor tensor)
    {
        tensor.Scope = null;
        return tensor;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Another thread closes it, or a scope inside is still open.</exception>
    public void Dispose()
    {
        if (_current != this)
            throw new InvalidOperationException("A tensor scope is closed by the thread that opened it, inner scopes first.");
        _current = _outer;
        foreach (var tensor in _tensors)
        {
            if (tensor.Scope == this)
                tensor.Dispose();
        }

        TensorCount.FreeForgotten();
    }

    internal void Add(Tensor tensor)
    {
        tensor.Scope = this;
        _tensors.Add(tensor);
    }
}
