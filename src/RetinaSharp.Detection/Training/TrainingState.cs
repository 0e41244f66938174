using System.Runtime.InteropServices;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The tensors and networks of a training run: the fp32 master weights; their copies in the data type of the computation; one replica of the network per
/// shard (part) of a batch, all of which share these copies; the optimizer state; and the EMA weights. Several processes share the update (<see cref="TensorPartition"/>): master
/// and EMA weights of the others' parts, and their optimizer state, are out of date until they are gathered.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly NetworkState _masters;
    private readonly NetworkState _graphWeights;
    private readonly TensorLayout[] _trained;
    private readonly Tensor[] _trainedMasters;
    private readonly Tensor[] _trainedGraphWeights;
    private readonly ScalarType[] _gradientTypes;
    private readonly TensorPartition? _partition;
    private readonly List<Tensor> _views = [];
    private readonly Optimizer _optimizer;
    private readonly ExponentialMovingAverage? _ema;
    private readonly NetworkState? _emaWeights;
    private Tensor[] _ownGradients = [];

    /// <param name="initial">Initial tensors, on the device. This object takes ownership.</param>
    /// <param name="settings">Optimizer, number of shards, number of frozen parts, and EMA.</param>
    /// <param name="type">Data type of the computation: fp32 or bf16.</param>
    /// <param name="group">The processes that train together; null: this one.</param>
    /// <param name="sendsBFloat16">Whether processes send gradients in bf16 even if they were computed or added up in fp32.</param>
    /// <param name="devices">Exchanges the memory of the processes' GPUs; null: they exchange host memory. The caller keeps ownership.</param>
    public TrainingState(NetworkState initial, TrainingSettings settings, ScalarType type, IProcessGroup? group = null, bool sendsBFloat16 = false, IDeviceExchange? devices = null)
    {
        Layout = new(settings.EffectiveShards, group ?? SingleProcess.Instance);
        _masters = initial;
        _graphWeights = initial.ToComputeType(type, settings.Freeze);
        Shards = [.. Enumerable.Range(0, Layout.OwnShards).Select(shard => new RetinaNet(_graphWeights, new(type, IsTraining: true, settings.Freeze) { Shard = shard }))];
        _trained = [.. initial.Architecture.Tensors().Where(layout => layout.IsTrained(settings.Freeze))];
        _trainedMasters = [.. _trained.Select(layout => initial[layout.Name])];
        _trainedGraphWeights = [.. _trained.Select(layout => _graphWeights[layout.Name])];
        var parameters = Shards.Select(shard => shard.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter)).ToArray();
        Gradients = new([.. parameters.Select(byName => _trained.Select(layout => byName[layout.Name]).ToArray())]);
        _partition = Layout.Group.Size == 1 ? null : new(Layout.Group, _trainedMasters, devices);
        // A gradient that is a sum is fp32.
        var isSum = Layout.OwnShards * settings.Accumulate > 1;
        _gradientTypes = [.. _trainedGraphWeights.Select(weights => sendsBFloat16 ? ScalarType.BFloat16 : isSum ? ScalarType.Float32 : weights.dtype)];
        OptimizedParameter[] optimized = [.. Own.Select(slice => new OptimizedParameter(
            _trained[slice.Tensor].Name, View(_trainedMasters, slice), View(_trainedGraphWeights, slice), Decays: settings.DecayNormsAndBiases || _trained[slice.Tensor].Kind == TensorKind.Weight)
        {
            LearningRateFactor = _trained[slice.Tensor].Name.StartsWith(RetinaNetArchitecture.BackbonePrefix, StringComparison.Ordinal) ? settings.BackboneLearningRate : 1,
        })];
        _optimizer = settings.Optimizer == OptimizerKind.Sgd
            ? new Sgd(optimized, weightDecay: settings.WeightDecay)
            : new AdamW(optimized, weightDecay: settings.WeightDecay);
        if (settings.Ema > 0)
        {
            _emaWeights = NetworkState.Create(initial.Architecture, layout => initial[layout.Name].detach().clone());
            _ema = new([.. Averaged(initial)], settings.Ema, [.. Averaged(_emaWeights).Select(entry => entry.Tensor)]);
        }

        Evaluation = new(_emaWeights ?? _masters, new(type));
        Modules = new(_graphWeights, Shards, Layout, settings.Seed);
    }

    /// <summary>How the shards of a batch are spread over processes.</summary>
    public ShardLayout Layout { get; }

    /// <summary>The replicas of the network, one per shard of a batch that this process computes. Their parameters share memory, but have separate gradients.</summary>
    public IReadOnlyList<RetinaNet> Shards { get; }

    /// <summary>A network in evaluation mode with the weights of <see cref="Model"/>.</summary>
    public RetinaNet Evaluation { get; }

    /// <summary>What replicas of custom modules do not share by themselves.</summary>
    public ModuleReplicas Modules { get; }

    /// <summary>The gradients of the current step, summed over the replicas.</summary>
    public GradientSums Gradients { get; }

    /// <summary>The tensors that are saved as a model: the EMA weights if EMA is enabled, otherwise the master weights. With several processes, call <see cref="GatherModel"/> before.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Model => (_emaWeights ?? _masters).Entries;

    /// <summary>Adds the gradients of all processes.</summary>
    public void SumGradients()
    {
        if (_partition is not null)
            _ownGradients = _partition.Sum(Gradients.GetSums(), _gradientTypes);
    }

    /// <summary>Applies an optimizer step, and updates the EMA weights: of this process's part.</summary>
    /// <param name="learningRate">Learning rate.</param>
    /// <param name="maxNorm">Maximum norm of all gradients together, for gradient clipping; 0 for no clipping.</param>
    /// <returns>The norm of the gradients before clipping. If it is not finite, no weight was changed.</returns>
    public double Update(double learningRate, double maxNorm)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // In the memory order of the weights, so that the norm does not depend on how the gradients were computed.
        var gradients = _partition is not null ? _ownGradients : _optimizer.Fit(Gradients.GetSums());
        var norm = Math.Sqrt(SumOverProcesses(GradientNorm.SumSquares(gradients)));
        if (double.IsFinite(norm))
            _optimizer.Step(gradients, learningRate, maxNorm > 0 ? GradientNorm.ClipFactor(norm, maxNorm) : 1, _ema);
        ClearGradients();
        return norm;
    }

    /// <summary>Frees the gradients, so that the next step starts from zero.</summary>
    public void ClearGradients()
    {
        foreach (var gradient in _ownGradients)
            gradient.Dispose();
        _ownGradients = [];
        Gradients.Clear();
    }

    /// <summary>Gives all processes the updated weights that the network computes with.</summary>
    public void ShareWeights() => _partition?.Gather(_trainedGraphWeights);

    /// <summary>Completes the tensors of <see cref="Model"/> and <see cref="Evaluation"/> in all processes.</summary>
    public void GatherModel() => _partition?.Gather(_emaWeights is null ? _trainedMasters : Trained(_emaWeights));

    /// <summary>Completes the tensors that a checkpoint contains, in all processes.</summary>
    public CheckpointTensors GatherCheckpoint()
    {
        GatherModel();
        if (_emaWeights is not null)
            _partition?.Gather(_trainedMasters);
        return GetCheckpoint(isGathered: true);
    }

    /// <summary>Returns the tensors of a checkpoint, to write values into, which take effect with <see cref="OnRestored"/>. Before, they have the values of this process.</summary>
    public CheckpointTensors GetCheckpoint() => GetCheckpoint(isGathered: false);

    private CheckpointTensors GetCheckpoint(bool isGathered)
    {
        var copies = new List<Tensor>();
        var weights = _masters.Entries.Select(entry => ($"weights.{entry.Name}", entry.Tensor));
        var averages = _emaWeights is null ? [] : _emaWeights.Entries.Select(entry => ($"averages.{entry.Name}", entry.Tensor));
        var memory = _optimizer.State.SelectMany(part => Whole(part.Tensors).Zip(_trained, (tensor, layout) => ($"{part.Name}.{layout.Name}", tensor)));
        return new([.. weights, .. averages, .. memory], copies);

        Tensor[] Whole(Tensor[] own)
        {
            if (_partition is null)
                return own;
            using var guard = no_grad();
            Tensor[] whole = [.. _trainedMasters.Select(master => zeros_like(master).DetachFromDisposeScope())];
            copies.AddRange(whole);
            foreach (var (slice, tensor) in _partition.Own.Zip(own))
            {
                using var view = TensorPartition.View(whole[slice.Tensor], slice);
                view.copy_(tensor);
            }

            if (isGathered)
                _partition.Gather(whole);
            return whole;
        }
    }

    /// <summary>
    /// Updates the running statistics of batch norm with the batch statistics of each replica, in all processes, in the order of the shards. Buffers of custom modules take the
    /// values of the first replica of rank 0.
    /// </summary>
    public void UpdateRunningStats()
    {
        RunningStatistics.Update(Shards, Layout.Group);
        Modules.ShareBuffers(isEqualInAllProcesses: false);
    }

    /// <summary>Computes the SHA-256 digest of the weights that the network computes with, which are equal in all processes.</summary>
    public string DigestWeights() => TensorDigest.Compute(_graphWeights.Entries.Select(entry => entry.Tensor));

    /// <summary>
    /// Called after values were written into the tensors of a checkpoint. Sets the step counts, takes the optimizer state of this process's part, copies the master weights
    /// to their copies in the data type of the computation, and invalidates caches.
    /// </summary>
    /// <param name="tensors">The tensors, from <see cref="GetCheckpoint()"/>.</param>
    /// <param name="steps">Number of steps done at the checkpoint.</param>
    public void OnRestored(CheckpointTensors tensors, long steps)
    {
        using var guard = no_grad();
        _optimizer.Steps = steps;
        _ema?.Updates = steps;
        if (_partition is not null)
        {
            var byName = tensors.Entries.ToDictionary(entry => entry.Name, entry => entry.Tensor);
            foreach (var (name, own) in _optimizer.State)
            {
                foreach (var (slice, tensor) in Own.Zip(own))
                {
                    using var view = TensorPartition.View(byName[$"{name}.{_trained[slice.Tensor].Name}"], slice);
                    tensor.copy_(view);
                }
            }
        }

        // Tensors of equal type share memory with the master weights, so there is nothing to copy.
        foreach (var (name, value) in _graphWeights.Entries)
            if (value.dtype != _masters[name].dtype)
                value.copy_(_masters[name]);
        Modules.ShareBuffers(isEqualInAllProcesses: true);
        foreach (var shard in Shards)
            shard.InvalidateCache();
        Evaluation.InvalidateCache();
    }

    public void Dispose()
    {
        ClearGradients();
        _partition?.Dispose();
        foreach (var view in _views)
            view.Dispose();
        foreach (var shard in Shards)
            shard.Dispose();
        Evaluation.Dispose();
        _emaWeights?.Dispose();
        _ema?.Dispose();
        _optimizer.Dispose();
        _graphWeights.Dispose();
        _masters.Dispose();
    }

    // The elements that this process updates: all, or those of its part.
    private IEnumerable<TensorSlice> Own => _partition?.Own ?? _trainedMasters.Index().Select(one => new TensorSlice(one.Index, 0, one.Item.numel()));

    /// <summary>Returns a tensor if this process updates all of it, otherwise a view of the slice, which this object owns.</summary>
    private Tensor View(IReadOnlyList<Tensor> tensors, TensorSlice slice)
    {
        if (_partition is null)
            return tensors[slice.Tensor];
        var view = TensorPartition.View(tensors[slice.Tensor], slice).DetachFromDisposeScope();
        _views.Add(view);
        return view;
    }

    private Tensor[] Trained(NetworkState network) => [.. _trained.Select(layout => network[layout.Name])];

    /// <summary>Returns the tensors whose EMA this process updates: its part of the trained ones, and all others, which are equal in all processes.</summary>
    private IEnumerable<(string Name, Tensor Tensor)> Averaged(NetworkState network)
    {
        if (_partition is null)
            return network.Entries;
        var (names, trained) = (_trained.Select(layout => layout.Name).ToHashSet(), Trained(network));
        return [.. Own.Select(slice => (_trained[slice.Tensor].Name, View(trained, slice))), .. network.Entries.Where(entry => !names.Contains(entry.Name))];
    }

    /// <summary>Adds up the sums of squares of all processes in the order of the tensors.</summary>
    private double SumOverProcesses(double[] sums) => Layout.Group.Size == 1
        ? sums.Sum()
        : Layout.Group.Gather(MemoryMarshal.AsBytes<double>(sums)).SelectMany(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray()).Sum();
}
