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
    private readonly Optimizer _optimizer;
    private readonly ExponentialMovingAverage? _average;

    public TrainingState(RetinaNet network, TrainingSettings settings)
    {
        _network = network;
        Gradients = new(network.NamedParameters().Select(entry => entry.Parameter).Where(parameter => parameter.IsTrainable));
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
        _network.Refresh();
        _average?.Update(threads);
    }

    /// <summary>Exchanges weights and averages, for validation and back.</summary>
    public void SwapAverages() => _average?.Swap();

    /// <summary>The weights that are saved: the averages, where there are.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Averages() => _average is null
        ? _network.State()
        : _network.State().Zip(_average.Averages, (entry, average) => (entry.Name, average));

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
        Gradients.Dispose();
    }
}
