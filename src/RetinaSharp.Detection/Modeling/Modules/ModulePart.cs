using RetinaSharp.Detection.Modeling.Architecture;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>
/// Base class of network parts that wrap a TorchSharp module. Parameters and floating-point buffers share the memory of the network's
/// <see cref="NetworkState"/>, so that training, EMA, checkpoints and model files treat them like the tensors of the built-in parts.
/// </summary>
/// <typeparam name="TInput">Input type of the module.</typeparam>
/// <remarks>
/// In training, replicas of the network process shards (parts) of a batch concurrently. Before each batch, the floating-point buffers of all replicas, such as the running
/// statistics of batch norm, get the values of the first one, as in PyTorch's DistributedDataParallel. Parameters whose <c>requires_grad</c> is false are not trained. Random
/// numbers that a module draws from LibTorch's generator, such as those of dropout, are the same in every run with one shard; several shards draw them side by side, in no fixed order.
/// </remarks>
public abstract class ModulePart<TInput> : IModulePart
{
    private readonly Func<nn.Module<TInput, Tensor[]>> _create;
    private readonly string _prefix;
    private readonly Lazy<TensorLayout[]> _layouts;

    private protected ModulePart(string name, string prefix, Func<nn.Module<TInput, Tensor[]>> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        (Name, _prefix, _create) = (name, prefix, create);
        _layouts = new(() =>
        {
            using var module = Create();
            return [.. Layouts(module)];
        });
    }

    /// <summary>Name recorded in the model file.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<TensorLayout> Tensors() => _layouts.Value;

    /// <summary>
    /// Sets the tensors to the values that a newly created module has. LibTorch's random generator is seeded with <paramref name="seed"/> before the module
    /// is created.
    /// </summary>
    /// <inheritdoc/>
    public void Initialize(NetworkState state, long seed)
    {
        random.manual_seed(seed);
        using var module = Create();
        using var guard = no_grad();
        foreach (var (name, tensor) in Entries(module))
            state[_prefix + name].copy_(tensor);
    }

    /// <summary>Creates the module. Its parameters and floating-point buffers share the memory of <paramref name="state"/>.</summary>
    /// <param name="state">Tensors of the network.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    /// <exception cref="NotSupportedException">The parameters of a submodule are bf16, and it has floating-point buffers of its own, which remain fp32.</exception>
    public nn.Module<TInput, Tensor[]> CreateModule(NetworkState state, NetworkOptions options)
    {
        var module = Create();
        try
        {
            module.to(state.Device);
            MatchTypes(module, state);
            Share(module, state, options);
            if (!options.IsTraining && options.Type == ScalarType.BFloat16)
            {
                // In bf16 evaluation the module still computes in fp32, because it shares the fp32 weights with training and model files.
                module.register_forward_pre_hook((_, input) => ToFp32(input));
                module.register_forward_hook((_, _, outputs) => Array.ConvertAll(outputs, output => output.to(options.Type)));
            }

            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    private protected abstract TInput ToFp32(TInput input);

    private nn.Module<TInput, Tensor[]> Create() => _create() ?? throw new InvalidOperationException($"The factory of '{Name}' returned null.");

    private IEnumerable<TensorLayout> Layouts(nn.Module module)
    {
        var norms = module.named_modules().Where(entry => IsNorm(entry.module)).Select(entry => entry.name).ToHashSet();
        var parameters = module.named_parameters().Select(entry => entry.name).ToHashSet();
        var trained = module.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name).ToHashSet();
        foreach (var (name, tensor) in Entries(module))
        {
            var dot = name.LastIndexOf('.');
            var isOfNorm = norms.Contains(dot < 0 ? "" : name[..dot]);
            var kind = !parameters.Contains(name) || (isOfNorm && !trained.Contains(name)) ? TensorKind.Buffer
                : !trained.Contains(name) ? TensorKind.FrozenParameter
                : isOfNorm ? TensorKind.NormParameter
                : name[(dot + 1)..] == "bias" ? TensorKind.Bias : TensorKind.Weight;
            yield return new(_prefix + name, kind, tensor.shape);
        }
    }

    private void Share(nn.Module module, NetworkState state, NetworkOptions options)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var trained = _layouts.Value.Where(layout => layout.IsTrained(options.FrozenParts)).Select(layout => layout.Name).ToHashSet();
        foreach (var (name, parameter) in module.named_parameters())
        {
            parameter.set_(state[_prefix + name]);
            parameter.requires_grad = options.IsTraining && trained.Contains(_prefix + name);
        }

        foreach (var (name, buffer) in FloatBuffers(module))
        {
            var type = state[_prefix + name].dtype;
            // TorchSharp converts a module's buffers with its parameters.
            if (buffer.dtype != type)
                throw new NotSupportedException($"'{Name}': the buffer {name} is {buffer.dtype}, but the network's buffers are {type}: register it in a submodule without parameters, or train in fp32.");
            if (options.Shard == 0)
                buffer.set_(state[_prefix + name]);
            else
                buffer.copy_(state[_prefix + name]);
        }
    }

    /// <summary>
    /// Converts each submodule to the data type of its parameters in the state, or of its buffers if it has no parameters. Parents are converted first, since a conversion includes the children.
    /// </summary>
    private void MatchTypes(nn.Module module, NetworkState state)
    {
        foreach (var (path, submodule) in module.named_modules().Prepend(("", module)).ToList())
        {
            // All parameters of a submodule have the same data type, because one operator uses them together.
            var (name, tensor) = Entries(submodule, recurse: false).FirstOrDefault();
            if (tensor is null)
                continue;
            var type = state[_prefix + (path.Length == 0 ? name : $"{path}.{name}")].dtype;
            if (tensor.dtype != type)
                submodule.to(type);
        }
    }

    // Also an application's own, such as LayerNorm2d or RMSNorm, but not a module that contains a norm.
    private static bool IsNorm(nn.Module module) => module is NormBase or GroupNorm or LayerNorm
        || (module.GetType().Name.Contains("Norm", StringComparison.Ordinal) && !module.children().Any());

    private static IEnumerable<(string Name, Tensor Tensor)> Entries(nn.Module module, bool recurse = true) =>
        module.named_parameters(recurse).Select(entry => (entry.name, (Tensor)entry.parameter)).Concat(FloatBuffers(module, recurse));

    // Integer buffers, such as batch norm's num_batches_tracked, are not shared.
    private static IEnumerable<(string Name, Tensor Tensor)> FloatBuffers(nn.Module module, bool recurse = true) =>
        module.named_buffers(recurse).Where(entry => entry.buffer.is_floating_point()).Select(entry => (entry.name, entry.buffer));
}
