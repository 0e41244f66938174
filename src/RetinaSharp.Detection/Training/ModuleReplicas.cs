using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// What the replicas of custom modules do not share by themselves: floating-point buffers, of which each replica but the first has its own, and LibTorch's random generator. Without
/// custom modules there is nothing to do.
/// </summary>
internal sealed class ModuleReplicas
{
    private readonly (Tensor Shared, Tensor[] Copies)[] _buffers;
    private readonly ShardLayout _layout;
    private readonly long _seed;
    private readonly bool _hasModules;
    private readonly bool _isCuda;

    /// <param name="weights">The tensors that the replicas compute with.</param>
    /// <param name="shards">The replicas of this process.</param>
    /// <param name="layout">How the shards of a batch are spread over processes.</param>
    /// <param name="seed">Seed of the run.</param>
    public ModuleReplicas(NetworkState weights, IReadOnlyList<RetinaNet> shards, ShardLayout layout, long seed)
    {
        IModulePart[] modules = [.. weights.Architecture.Parts.OfType<IModulePart>()];
        (_layout, _seed, _hasModules, _isCuda) = (layout, seed, modules.Length > 0, weights.Device.type == TorchSharp.DeviceType.CUDA);
        // Parameters of norms that are not trained are buffers in the state, and shared like other parameters.
        var parameters = shards[0].named_parameters().Select(entry => entry.name).ToHashSet();
        var buffers = shards.Skip(1).Select(shard => shard.named_buffers().ToDictionary(entry => entry.name, entry => entry.buffer)).ToArray();
        _buffers = [.. modules.SelectMany(part => part.Tensors()).Where(layout => layout.Kind == TensorKind.Buffer && !parameters.Contains(layout.Name))
            .Select(layout => (weights[layout.Name], Array.ConvertAll(buffers, byName => byName[layout.Name])))];
    }

    /// <summary>Gives the buffers of all replicas the values of the first replica of rank 0.</summary>
    /// <param name="isEqualInAllProcesses">Whether the first replicas of all processes have the same values.</param>
    public void ShareBuffers(bool isEqualInAllProcesses)
    {
        if (_buffers.Length == 0)
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (!isEqualInAllProcesses && _layout.Group.Size > 1)
        {
            // Together, because each broadcast waits for all processes.
            var flat = cat([.. _buffers.Select(one => one.Shared.flatten())]);
            TensorBroadcast.Run(_layout.Group, flat);
            foreach (var (values, buffer) in flat.split([.. _buffers.Select(one => one.Shared.numel())]).Zip(_buffers))
                buffer.Shared.copy_(values.view(buffer.Shared.shape));
        }

        foreach (var (shared, copies) in _buffers)
            foreach (var copy in copies)
                copy.copy_(shared);
    }

    /// <summary>
    /// Seeds LibTorch's generator for the next batch, so that a resumed run draws the same numbers. With several shards, which draw side by side, their order is not fixed.
    /// </summary>
    /// <param name="firstSample">Position of the batch's first image in the run.</param>
    public void Seed(long firstSample)
    {
        if (_hasModules && _layout.OwnShards == 1)
        {
            var seed = (long)new RandomStream(_seed, "modules", firstSample).NextBits();
            using var generator = random.manual_seed(seed);
            if (_isCuda)
                cuda.manual_seed_all(seed);
        }
    }
}
