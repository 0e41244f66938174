using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The tensors of a network by name: parameters and buffers. Weights of convolutions are channels-last.</summary>
internal sealed class NetworkState : IDisposable
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private NetworkState(RetinaNetArchitecture architecture) => Architecture = architecture;

    /// <summary>The network that the tensors are of.</summary>
    public RetinaNetArchitecture Architecture { get; }

    /// <summary>Names and tensors, in the order of the state dictionary.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Entries => _tensors.Select(entry => (entry.Key, entry.Value));

    /// <summary>The tensor of a name.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>Where the tensors are.</summary>
    public Device Device => _tensors.GetAt(0).Value.device;

    /// <summary>Makes the tensors of a network in fp32: weights and biases 0, normalizations the identity.</summary>
    public static NetworkState Create(RetinaNetArchitecture architecture) => Fill(architecture, layout =>
    {
        var isOne = layout.Kind is not (TensorKind.Weight or TensorKind.Bias) && (layout.Name.EndsWith(".weight", StringComparison.Ordinal) || layout.Name.EndsWith(".running_var", StringComparison.Ordinal));
        return isOne ? ones(layout.Shape) : zeros(layout.Shape);
    });

    /// <summary>Makes the tensors of a network.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="create">Makes one of a layout, in fp32.</param>
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

    /// <summary>The tensors on another device, or the same ones.</summary>
    public NetworkState To(Device device) => Derive((_, tensor) => tensor.to(device));

    /// <summary>
    /// The values that a training computes with: weights and biases of trained layers in the type of the computation, normalizations in fp32
    /// at least. What has its type already shares its memory.
    /// </summary>
    /// <param name="type">Type of the computation.</param>
    /// <param name="frozenParts">Parts that are not trained; their weights stay as they are, since they are folded with their normalization before they are rounded.</param>
    public NetworkState Values(ScalarType type, int frozenParts)
    {
        var frozen = Architecture.Layers().Where(layer => layer.Part < frozenParts).SelectMany(layer => layer.Tensors()).Select(layout => layout.Name).ToHashSet();
        var kinds = Architecture.Tensors().ToDictionary(layout => layout.Name, layout => layout.Kind);
        return Derive((name, tensor) => tensor.to(kinds[name] switch
        {
            TensorKind.Buffer => tensor.dtype,
            TensorKind.NormParameter => type == ScalarType.BFloat16 ? tensor.dtype : type,
            _ => type == ScalarType.BFloat16 && frozen.Contains(name) ? tensor.dtype : type,
        }));
    }

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
