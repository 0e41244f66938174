using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// What a training run changes: master weights in fp32, their values in the type of the computation, the networks of the shards, which share these,
/// the optimizer's state and the EMA weights.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly NetworkState _masters;
    private readonly NetworkState _values;
    private readonly string[] _trained;
    private readonly Optimizer _optimizer;
    private readonly ExponentialMovingAverage? _ema;
    private readonly NetworkState? _averages;

    /// <param name="initial">Initial tensors, on the device; taken over.</param>
    /// <param name="settings">How they are trained.</param>
    /// <param name="type">Type of the computation.</param>
    public TrainingState(NetworkState initial, TrainingSettings settings, ScalarType type)
    {
        _masters = initial;
        _values = initial.Values(type, settings.Freeze);
        Shards = [.. Enumerable.Range(0, settings.EffectiveShards).Select(shard => new RetinaNet(_values, new(type, IsTraining: true, settings.Freeze) { Shard = shard }))];
        TensorLayout[] trained = [.. initial.Architecture.Tensors().Where(layout => layout.IsTrained(settings.Freeze))];
        _trained = [.. trained.Select(layout => layout.Name)];
        var parameters = Shards.Select(shard => shard.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter)).ToArray();
        Gradients = new([.. parameters.Select(byName => _trained.Select(name => byName[name]).ToArray())]);
        OptimizedParameter[] optimized = [.. trained.Select(layout =>
            new OptimizedParameter(layout.Name, initial[layout.Name], _values[layout.Name], Decays: settings.DecayNormsAndBiases || layout.Kind == TensorKind.Weight))];
        _optimizer = settings.Optimizer == OptimizerKind.Sgd
            ? new Sgd(optimized, weightDecay: settings.WeightDecay)
            : new AdamW(optimized, weightDecay: settings.WeightDecay);
        if (settings.Ema > 0)
        {
            var names = initial.Entries.ToList();
            _ema = new(names, settings.Ema);
            var indices = names.Index().ToDictionary(entry => entry.Item.Name, entry => entry.Index);
            _averages = NetworkState.Fill(initial.Architecture, layout => _ema.Averages[indices[layout.Name]].alias());
        }

        Evaluation = new(_averages ?? _masters, new(type));
    }

    /// <summary>A network for each shard of a batch; their parameters share memory, their gradients do not.</summary>
    public IReadOnlyList<RetinaNet> Shards { get; }

    /// <summary>A network in evaluation mode with the weights that are saved: the EMA weights, where there are.</summary>
    public RetinaNet Evaluation { get; }

    /// <summary>The gradients of the step at hand.</summary>
    public Gradients Gradients { get; }

    /// <summary>The tensors that are saved as a model: the EMA weights, where there are.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Model => (_averages ?? _masters).Entries;

    /// <summary>Applies the update, and moves the EMA weights.</summary>
    /// <param name="learningRate">Step size.</param>
    /// <param name="maxNorm">Norm to which the gradients are clipped; 0: they are not.</param>
    /// <returns>The norm of the gradients before clipping. If it is not finite, nothing was changed.</returns>
    public double Update(double learningRate, double maxNorm)
    {
        var gradients = Gradients.Sums;
        var norm = GradientNorm.Compute(gradients);
        if (double.IsFinite(norm))
            _optimizer.Step(gradients, learningRate, maxNorm > 0 ? GradientNorm.ClipFactor(norm, maxNorm) : 1, _ema);
        Gradients.Clear();
        return norm;
    }

    /// <summary>Moves the running statistics of batch norm by those of the shards, in their order.</summary>
    public void UpdateRunningStats()
    {
        foreach (var shard in Shards)
            shard.UpdateRunningStats();
    }

    /// <summary>All that must be kept to go on as if never interrupted, under names of its own: master weights, EMA weights, the optimizer's state.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> All()
    {
        var weights = _masters.Entries.Select(entry => ($"weights.{entry.Name}", entry.Tensor));
        var averages = _averages is null ? [] : _averages.Entries.Select(entry => ($"averages.{entry.Name}", entry.Tensor));
        var memory = _optimizer.State.SelectMany(part => _trained.Zip(part.Tensors, (name, tensor) => ($"{part.Name}.{name}", tensor)));
        return weights.Concat(averages).Concat(memory);
    }

    /// <summary>Takes note that all of <see cref="All"/> was put back to what it was after so many steps.</summary>
    public void Restored(long steps)
    {
        using var guard = no_grad();
        _optimizer.Steps = steps;
        _ema?.Updates = steps;
        // Where they share memory, this copies a tensor to itself.
        foreach (var (name, value) in _values.Entries)
            if (value.dtype != _masters[name].dtype)
                value.copy_(_masters[name]);
        foreach (var shard in Shards)
            shard.InvalidateCache();
        Evaluation.InvalidateCache();
    }

    public void Dispose()
    {
        Gradients.Dispose();
        foreach (var shard in Shards)
            shard.Dispose();
        Evaluation.Dispose();
        _averages?.Dispose();
        _ema?.Dispose();
        _optimizer.Dispose();
        _values.Dispose();
        _masters.Dispose();
    }
}
