namespace RetinaSharp.Torch.Modules;

/// <summary>
/// What training moves. The optimiser works on <see cref="Master"/> in single precision; the graph uses
/// <see cref="Value"/>, which is the same tensor, or its copy in a shorter type, made anew once a step.
/// </summary>
public sealed class Parameter : IDisposable
{
    /// <summary>Creates a parameter of zeros, on the processor, that is trained.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="shape">Sizes by dimension.</param>
    public Parameter(ParameterKind kind, params ReadOnlySpan<long> shape)
    {
        Kind = kind;
        Master = TensorScope.Detach(Tensor.Zeros(ScalarType.Float32, Device.Cpu, shape));
        Value = Master;
        Value.RequiresGrad = true;
    }

    /// <summary>What it does.</summary>
    public ParameterKind Kind { get; }

    /// <summary>Single precision; what is saved and what the optimiser moves.</summary>
    public Tensor Master { get; private set; }

    /// <summary>What the graph uses; the leaf that collects the gradient.</summary>
    public Tensor Value { get; private set; }

    /// <summary>Whether it is trained. A frozen parameter collects no gradient and costs no backward pass.</summary>
    public bool IsTrainable
    {
        get => Value.RequiresGrad;
        set => Value.RequiresGrad = value;
    }

    /// <summary>Moves it to a device and chooses the type in which the graph uses it. Gradients collected so far are lost.</summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type.</param>
    public void To(Device device, ScalarType type)
    {
        var trainable = IsTrainable;
        var before = (Master, Value);
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var moved = Master.Detach().To(device, ScalarType.Float32);
        // Convolutions want their weights in the layout of their input; converting once here spares it in every call.
        Master = TensorScope.Detach((moved.Shape.Length == 4 ? moved.ChannelsLast() : moved).Clone());
        Value = type == ScalarType.Float32 ? Master : TensorScope.Detach(Master.To(device, type));
        IsTrainable = trainable;
        before.Master.Dispose();
        before.Value.Dispose();
    }

    /// <summary>Makes <see cref="Value"/> follow <see cref="Master"/>.</summary>
    public void Refresh()
    {
        if (ReferenceEquals(Value, Master))
            return;
        using var guard = Autograd.WithoutGradient();
        Value.Copy_(Master);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Value.Dispose();
        Master.Dispose();
    }
}
