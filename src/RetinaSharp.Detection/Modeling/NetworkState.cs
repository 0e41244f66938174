using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The state dictionary of a network: parameters and buffers by name. Convolution weights are channels-last.</summary>
public sealed class NetworkState : IDisposable
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private NetworkState(RetinaNetArchitecture architecture) => Architecture = architecture;

    /// <summary>Description of the network that the tensors belong to.</summary>
    public RetinaNetArchitecture Architecture { get; }

    /// <summary>Names and tensors, in the order of the state dictionary.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Entries => _tensors.Select(entry => (entry.Key, entry.Value));

    /// <summary>Gets a tensor by name.</summary>
    /// <param name="name">Name in the state dictionary.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Tensor this[string name] => _tensors[name];

    /// <summary>Device of the tensors.</summary>
    public Device Device => _tensors.GetAt(0).Value.device;

    /// <summary>Creates the tensors of a network in fp32, with weights and biases of 0 and normalizations that are the identity.</summary>
    /// <param name="architecture">Description of the network.</param>
    public static NetworkState Create(RetinaNetArchitecture architecture) => Create(architecture, layout =>
    {
        var isOne = layout.Kind is not (TensorKind.Weight or TensorKind.Bias) && (layout.Name.EndsWith(".weight", StringComparison.Ordinal) || layout.Name.EndsWith(".running_var", StringComparison.Ordinal));
        return isOne ? ones(layout.Shape) : zeros(layout.Shape);
    });

    /// <summary>Creates a state whose tensors are returned by a function, which is called for each parameter and buffer of the network.</summary>
    /// <param name="architecture">Description of the network.</param>
    /// <param name="create">Returns the fp32 tensor for a parameter or buffer of the given name, kind and shape.</param>
    public static NetworkState Create(RetinaNetArchitecture architecture, Func<TensorLayout, Tensor> create)
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

    /// <summary>Copies the tensors to a device. If they are already on the device, the result shares their memory.</summary>
    /// <param name="device">Target device.</param>
    public NetworkState To(Device device) => Derive((_, tensor) => tensor.to(device));

    /// <summary>
    /// Returns the tensors that the forward and backward pass of training compute with. Weights and biases of trained layers have the given data type. If it
    /// is bf16, buffers, normalization parameters and frozen built-in layers remain fp32. Tensors that already have their data type share the memory of this
    /// state.
    /// </summary>
    /// <param name="type">Data type of the computation.</param>
    /// <param name="frozenParts">
    /// Number of frozen backbone parts. Their weights remain fp32, because their normalization is folded into them before they are rounded to bf16.
    /// </param>
    public NetworkState ToComputeType(ScalarType type, int frozenParts)
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
        try
        {
            foreach (var (name, tensor) in _tensors)
            {
                using var scope = NewDisposeScope();
                // `to` returns the same tensor if device and data type do not change.
                state._tensors.Add(name, convert(name, tensor).alias().DetachFromDisposeScope());
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }
}
