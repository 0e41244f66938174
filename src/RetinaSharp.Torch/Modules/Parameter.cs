namespace RetinaSharp.Torch.Modules;

/// <summary>
/// What training moves. The optimiser works on <see cref="Master"/> in single precision; the graph uses
/// <see cref="Value"/>, which shares its memory, or is a copy in a shorter type, made anew once a step.
/// </summary>
public sealed class Parameter : IDisposable
{
    // One leaf for each shard, all of the same memory: each collects its own gradient.
    private Tensor[] _leaves;
    private bool _isTrainable = true;

    /// <summary>Creates a parameter of zeros, on the processor, that is trained.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="shape">Sizes by dimension.</param>
    public Parameter(ParameterKind kind, params ReadOnlySpan<long> shape)
    {
        Kind = kind;
        Master = TensorScope.Detach(Tensor.Zeros(ScalarType.Float32, Device.Cpu, shape));
        _leaves = Leaves(Master, 1);
    }

    /// <summary>What it does.</summary>
    public ParameterKind Kind { get; }

    /// <summary>Single precision; what is saved and what the optimiser moves. Not part of any graph.</summary>
    public Tensor Master { get; private set; }

    /// <summary>What the graph of this thread's shard uses; the leaf that collects its gradient.</summary>
    public Tensor Value => _leaves[Shard.Index];

    /// <summary>The leaves of all shards, in their order.</summary>
    internal IReadOnlyList<Tensor> Values => _leaves;

    /// <summary>Whether it is trained. A frozen parameter collects no gradient and costs no backward pass.</summary>
    public bool IsTrainable
    {
        get => _isTrainable;
        set
        {
            _isTrainable = value;
            foreach (var leaf in _leaves)
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
        var before = Master;
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var moved = Master.To(device, ScalarType.Float32);
        // Convolutions want their weights in the layout of their input; converting once here spares it in every call.
        Master = TensorScope.Detach(moved.Shape.Length == 4 ? moved.ChannelsLast() : moved);
        DisposeLeaves();
        _leaves = Leaves(type == ScalarType.Float32 ? Master : Master.To(device, type), shards);
        before.Dispose();
    }

    /// <summary>Makes <see cref="Value"/> follow <see cref="Master"/>.</summary>
    public void Refresh()
    {
        if (_leaves[0].Type == ScalarType.Float32)
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

    private Tensor[] Leaves(Tensor memory, int count)
    {
        var leaves = new Tensor[count];
        for (var i = 0; i < count; i++)
        {
            leaves[i] = TensorScope.Detach(memory.Detach());
            leaves[i].RequiresGrad = _isTrainable;
        }

        return leaves;
    }

    private void DisposeLeaves()
    {
        foreach (var leaf in _leaves)
            leaf.Dispose();
    }
}
