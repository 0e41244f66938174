namespace RetinaSharp.Torch.Modules;

/// <summary>
/// What training moves. The optimiser works on <see cref="Master"/> in single precision; the graph uses
/// <see cref="Value"/>, which shares its memory, or is a copy in a shorter type, made anew once a step.
/// </summary>
public sealed class Parameter : IDisposable
{
    private readonly Lock _lock = new();
    private ScalarType _type = ScalarType.Float32;
    private int _shards = 1;

    // One leaf for each shard, all of the same memory: each collects its own gradient. Made when first asked for: of weights that are folded with a normalisation nobody does.
    private Tensor[]? _leaves;
    private bool _isTrainable = true;

    /// <summary>Creates a parameter of zeros, on the processor unless <see cref="Birthplace"/> says otherwise, that is trained.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="shape">Sizes by dimension.</param>
    public Parameter(ParameterKind kind, params ReadOnlySpan<long> shape)
    {
        Kind = kind;
        Master = TensorScope.Detach(Tensor.Zeros(ScalarType.Float32, Birthplace.Current, shape));
    }

    /// <summary>What it does.</summary>
    public ParameterKind Kind { get; }

    /// <summary>Single precision; what is saved and what the optimiser moves. Not part of any graph.</summary>
    public Tensor Master { get; private set; }

    /// <summary>What the graph of this thread's shard uses; the leaf that collects its gradient.</summary>
    public Tensor Value => Values[Shard.Index];

    /// <summary>Type of <see cref="Value"/>.</summary>
    public ScalarType ValueType => _type;

    /// <summary>The leaves of all shards, in their order.</summary>
    internal Tensor[] Values
    {
        get
        {
            if (Volatile.Read(ref _leaves) is { } leaves)
                return leaves;
            lock (_lock)
                return _leaves ??= MakeLeaves();
        }
    }

    /// <summary>Whether it is trained. A frozen parameter collects no gradient and costs no backward pass.</summary>
    public bool IsTrainable
    {
        get => _isTrainable;
        set
        {
            _isTrainable = value;
            foreach (var leaf in _leaves ?? [])
                leaf.RequiresGrad = value;
        }
    }

    /// <summary>Moves it to a device and chooses the type in which the graph uses it. Gradients collected so far are lost.</summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type.</param>
    /// <param name="shards">How many parts of a batch will use it side by side.</param>
    public void To(Device device, ScalarType type, int shards = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var moved = Master.To(device, ScalarType.Float32);
        // Convolutions want their weights in the layout of their input; converting once here spares it in every call.
        Replace(TensorScope.Detach(moved.Shape.Length == 4 ? moved.ChannelsLast() : moved));
        (_type, _shards) = (type, shards);
    }

    /// <summary>Makes <see cref="Value"/> follow <see cref="Master"/>.</summary>
    public void Refresh()
    {
        if (_type == ScalarType.Float32 || _leaves is null)
            return;
        using var guard = Autograd.WithoutGradient();
        _leaves[0].Copy_(Master);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeLeaves();
        Master.Dispose();
    }

    /// <summary>Takes other memory, of the same shape.</summary>
    internal void Replace(Tensor master)
    {
        DisposeLeaves();
        var before = Master;
        Master = master;
        before.Dispose();
    }

    private Tensor[] MakeLeaves()
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var memory = _type == ScalarType.Float32 ? Master : Master.To(_type);
        var leaves = new Tensor[_shards];
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = TensorScope.Detach(memory.Detach());
            leaves[i].RequiresGrad = _isTrainable;
        }

        return leaves;
    }

    private void DisposeLeaves()
    {
        foreach (var leaf in _leaves ?? [])
            leaf.Dispose();
        _leaves = null;
    }
}
