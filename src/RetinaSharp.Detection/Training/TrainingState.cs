using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The tensors and networks of a training run: the fp32 master weights; their copies in the data type of the computation; one replica of the network per
/// shard (part) of a batch, all of which share these copies; the optimizer state; and the EMA weights.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly NetworkState _masters;
    private readonly NetworkState _graphWeights;
    private readonly string[] _trained;
    private readonly Optimizer _optimizer;
    private readonly ExponentialMovingAverage? _ema;
    private readonly NetworkState? _emaWeights;
    private readonly GradientBuckets? _buckets;

    /// <param name="initial">Initial tensors, on the device. This object takes ownership.</param>
    /// <param name="settings">Optimizer, number of shards, number of frozen parts, and EMA.</param>
    /// <param name="type">Data type of the computation: fp32 or bf16.</param>
    /// <param name="group">The processes that train together; null: this one.</param>
    /// <param name="sumType">Data type in which gradients are summed over processes: fp32 or bf16.</param>
    public TrainingState(NetworkState initial, TrainingSettings settings, ScalarType type, IProcessGroup? group = null, ScalarType sumType = ScalarType.Float32)
    {
        Layout = new(settings.EffectiveShards, group ?? SingleProcess.Instance);
        _buckets = Layout.Group.Size == 1 ? null : new(Layout.Group, sumType);
        _masters = initial;
        _graphWeights = initial.ToComputeType(type, settings.Freeze);
        Shards = [.. Enumerable.Range(0, Layout.OwnShards).Select(shard => new RetinaNet(_graphWeights, new(type, IsTraining: true, settings.Freeze) { Shard = shard }))];
        TensorLayout[] trained = [.. initial.Architecture.Tensors().Where(layout => layout.IsTrained(settings.Freeze))];
        _trained = [.. trained.Select(layout => layout.Name)];
        var parameters = Shards.Select(shard => shard.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter)).ToArray();
        Gradients = new([.. parameters.Select(byName => _trained.Select(name => byName[name]).ToArray())]);
        OptimizedParameter[] optimized = [.. trained.Select(layout =>
            new OptimizedParameter(layout.Name, initial[layout.Name], _graphWeights[layout.Name], Decays: settings.DecayNormsAndBiases || layout.Kind == TensorKind.Weight)
            {
                LearningRateFactor = layout.Name.StartsWith(RetinaNetArchitecture.BackbonePrefix, StringComparison.Ordinal) ? settings.BackboneLearningRate : 1,
            })];
        _optimizer = settings.Optimizer == OptimizerKind.Sgd
            ? new Sgd(optimized, weightDecay: settings.WeightDecay)
            : new AdamW(optimized, weightDecay: settings.WeightDecay);
        if (settings.Ema > 0)
        {
            var names = initial.Entries.ToList();
            _ema = new(names, settings.Ema);
            var indices = names.Index().ToDictionary(entry => entry.Item.Name, entry => entry.Index);
            _emaWeights = NetworkState.Create(initial.Architecture, layout => _ema.Averages[indices[layout.Name]].alias());
        }

        Evaluation = new(_emaWeights ?? _masters, new(type));
    }

    /// <summary>How the shards of a batch are spread over processes.</summary>
    public ShardLayout Layout { get; }

    /// <summary>The replicas of the network, one per shard of a batch that this process computes. Their parameters share memory, but have separate gradients.</summary>
    public IReadOnlyList<RetinaNet> Shards { get; }

    /// <summary>A network in evaluation mode with the weights of <see cref="Model"/>.</summary>
    public RetinaNet Evaluation { get; }

    /// <summary>The gradients of the current step, summed over the replicas.</summary>
    public GradientSums Gradients { get; }

    /// <summary>The tensors that are saved as a model: the EMA weights if EMA is enabled, otherwise the master weights.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Model => (_emaWeights ?? _masters).Entries;

    /// <summary>Adds the gradients of all processes.</summary>
    public void SumGradients()
    {
        if (_buckets is not null)
            Gradients.Sum(_buckets);
    }

    /// <summary>Applies an optimizer step, and updates the EMA weights.</summary>
    /// <param name="learningRate">Learning rate.</param>
    /// <param name="maxNorm">Maximum norm of all gradients together, for gradient clipping; 0 for no clipping.</param>
    /// <returns>The norm of the gradients before clipping. If it is not finite, no weight was changed.</returns>
    public double Update(double learningRate, double maxNorm)
    {
        var gradients = Gradients.GetSums();
        var norm = GradientNorm.Compute(gradients);
        if (double.IsFinite(norm))
            _optimizer.Step(gradients, learningRate, maxNorm > 0 ? GradientNorm.ClipFactor(norm, maxNorm) : 1, _ema);
        Gradients.Clear();
        return norm;
    }

    /// <summary>Updates the running statistics of batch norm with the batch statistics of each replica, in all processes, in the order of the shards.</summary>
    public void UpdateRunningStats() => RunningStatistics.Update(Shards, Layout.Group);

    /// <summary>Copies the tensors of rank 0 to all processes. <see cref="OnRestored"/> must be called in all of them afterwards.</summary>
    public void Broadcast()
    {
        foreach (var (_, tensor) in CheckpointTensors())
            TensorBroadcast.Run(Layout.Group, tensor);
    }

    /// <summary>Computes the SHA-256 digest of the master weights, which are equal in all processes.</summary>
    public string DigestWeights() => TensorDigest.Compute(_masters.Entries.Select(entry => entry.Tensor));

    /// <summary>Enumerates the tensors that a checkpoint contains, with unique names: master weights, EMA weights and optimizer state.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> CheckpointTensors()
    {
        var weights = _masters.Entries.Select(entry => ($"weights.{entry.Name}", entry.Tensor));
        var averages = _emaWeights is null ? [] : _emaWeights.Entries.Select(entry => ($"averages.{entry.Name}", entry.Tensor));
        var memory = _optimizer.State.SelectMany(part => _trained.Zip(part.Tensors, (name, tensor) => ($"{part.Name}.{name}", tensor)));
        return weights.Concat(averages).Concat(memory);
    }

    /// <summary>
    /// Called after the <see cref="CheckpointTensors"/> were loaded from a checkpoint. Sets the step counts, copies the master weights to their copies in the
    /// data type of the computation, and invalidates caches.
    /// </summary>
    /// <param name="steps">Number of steps done at the checkpoint.</param>
    public void OnRestored(long steps)
    {
        using var guard = no_grad();
        _optimizer.Steps = steps;
        _ema?.Updates = steps;
        // Tensors of equal type share memory with the master weights, so there is nothing to copy.
        foreach (var (name, value) in _graphWeights.Entries)
            if (value.dtype != _masters[name].dtype)
                value.copy_(_masters[name]);
        foreach (var shard in Shards)
            shard.InvalidateCache();
        Evaluation.InvalidateCache();
    }

    public void Dispose()
    {
        Gradients.Dispose();
        _buckets?.Dispose();
        foreach (var shard in Shards)
            shard.Dispose();
        Evaluation.Dispose();
        _emaWeights?.Dispose();
        _ema?.Dispose();
        _optimizer.Dispose();
        _graphWeights.Dispose();
        _masters.Dispose();
    }
}
