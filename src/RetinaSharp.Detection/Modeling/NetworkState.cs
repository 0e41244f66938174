using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The tensors of a network by name: parameters and buffers. Weights of convolutions are channels-last.</summary>
public sealed class NetworkState : IDisposable
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private NetworkState(RetinaNetArchitecture architecture) => Architecture = architecture;

    /// <summary>The network that the tensors belong to.</summary>
    public RetinaNetArchitecture Architecture { get; }

    /// <summary>Names and tensors, in the order of the state dictionary.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Entries => _tensors.Select(entry => (entry.Key, entry.Value));

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">Name in the state dictionary.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Tensor this[string name] => _tensors[name];

    /// <summary>Device of the tensors.</summary>
    public Device Device => _tensors.GetAt(0).Value.device;

    /// <summary>Creates the tensors of a network in fp32: weights and biases 0, normalizations the identity.</summary>
    /// <param name="architecture">The network.</param>
    public static NetworkState Create(RetinaNetArchitecture architecture) => Fill(architecture, layout =>
    {
        var isOne = layout.Kind is not (TensorKind.Weight or TensorKind.Bias) && (layout.Name.EndsWith(".weight", StringComparison.Ordinal) || layout.Name.EndsWith(".running_var", StringComparison.Ordinal));
        return isOne ? ones(layout.Shape) : zeros(layout.Shape);
    });

    /// <summary>Creates the tensors of a network.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="create">Creates a tensor from its layout, in fp32.</param>
    public static NetworkState Fill(RetinaNetArchitecture architecture, Func<TensorLayout, Tensor> create)
    {
        LibTorch.EnsureLoaded();
        using var guard = no_grad();
        var state = new NetworkState(architecture);
        try
        {
            foreach (var layout in architecture.Tensors())
            {
                using var scope = NewDisposeScope();
                var tensor = create(layout);
                state._tensors.Add(layout.Name, (layout.Shape.Length == 4 ? tensor.ChannelsLast() : tensor.alias()).DetachFromDisposeScope());
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>The tensors on a device. They share memory with these where the device is the same.</summary>
    /// <param name="device">The device.</param>
    public NetworkState To(Device device) => Derive((_, tensor) => tensor.to(device));

    /// <summary>
    /// The tensors that training computes with: weights and biases of trained layers in the type of the computation, normalizations in fp32
    /// at least. Tensors that have their type already share memory with these.
    /// </summary>
    /// <param name="type">Type of the computation.</param>
    /// <param name="frozenParts">Number of frozen parts. Their weights stay in fp32, since they are folded with their normalization before rounding.</param>
    public NetworkState Values(ScalarType type, int frozenParts)
    {
        var layouts = Architecture.Tensors().ToDictionary(layout => layout.Name);
        return Derive((name, tensor) => tensor.to(layouts[name].Kind switch
        {
            TensorKind.Buffer => tensor.dtype,
            TensorKind.FrozenParameter => type,
            TensorKind.NormParameter => type == ScalarType.BFloat16 ? tensor.dtype : type,
            _ => type == ScalarType.BFloat16 && !layouts[name].IsTrained(frozenParts) ? tensor.dtype : type,
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }

    private NetworkState Derive(Func<string, Tensor, Tensor> convert)
    {
        using var guard = no_grad();
        var state = new NetworkState(Architecture);
        foreach (var (name, tensor) in _tensors)
        {
            using var scope = NewDisposeScope();
            // `to` returns the tensor itself where nothing changes.
            state._tensors.Add(name, convert(name, tensor).alias().DetachFromDisposeScope());
        }

        return state;
    }
}
