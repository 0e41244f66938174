using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Detection.Training;

/// <summary>What a training moves: weights through the optimiser, and their average.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly RetinaNet _network;
    private readonly string[] _trained;
    private readonly Optimizer _optimizer;
    private readonly ExponentialMovingAverage? _average;

    public TrainingState(RetinaNet network, TrainingSettings settings)
    {
        var trained = network.NamedParameters().Where(entry => entry.Parameter.IsTrainable).ToArray();
        (_network, _trained) = (network, [.. trained.Select(entry => entry.Name)]);
        Gradients = new(trained.Select(entry => entry.Parameter));
        _optimizer = settings.Optimizer == OptimizerKind.Sgd
            ? new Sgd(Gradients.Parameters, weightDecay: settings.WeightDecay, decayNormsAndBiases: settings.DecayNormsAndBiases)
            : new AdamW(Gradients.Parameters, weightDecay: settings.WeightDecay, decayNormsAndBiases: settings.DecayNormsAndBiases);
        _average = settings.Ema > 0 ? new(network, settings.Ema) : null;
    }

    public Gradients Gradients { get; }

    /// <summary>Moves the weights along the gradients, and the average towards the weights.</summary>
    public void Update(double learningRate, ShardThreads threads)
    {
        _optimizer.Step(Gradients, learningRate, threads);
        _network.Forget();
        _average?.Update(threads);
    }

    /// <summary>Exchanges weights and averages, for validation and back.</summary>
    public void SwapAverages() => _average?.Swap();

    /// <summary>The weights that are saved: the averages, where there are.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Averages() => _average is null
        ? _network.State()
        : _network.State().Zip(_average.Averages, (entry, average) => (entry.Name, average));

    /// <summary>All that must be kept to go on as if never interrupted, under names of its own: weights as they are, averages, what the optimiser remembers.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> All()
    {
        var weights = _network.State().Select(entry => ($"weights.{entry.Name}", entry.Tensor));
        var averages = _average is null ? [] : Averages().Select(entry => ($"averages.{entry.Name}", entry.Tensor));
        var memory = _optimizer.State.SelectMany(part => _trained.Zip(part.Tensors, (name, tensor) => ($"{part.Name}.{name}", tensor)));
        return weights.Concat(averages).Concat(memory);
    }

    /// <summary>Takes note that all of <see cref="All"/> was put back to what it was after so many steps.</summary>
    public void Restored(long steps)
    {
        _optimizer.Steps = steps;
        _average?.Updates = steps;
        _network.Refresh();
    }

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
        Gradients.Dispose();
    }
}
