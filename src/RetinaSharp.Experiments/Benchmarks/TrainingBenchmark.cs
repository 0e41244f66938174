using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Training;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// A benchmark of training steps on one batch of random square images in memory: anchor assignment, forward pass, loss, backward pass and optimizer step. It
/// does the same work as a training step of torchvision's RetinaNet, with the code of the trainer.
/// </summary>
public sealed class TrainingBenchmark : INetworkBenchmark
{
    private static readonly RunSettings Model = PeerModel.Settings;

    private readonly byte[][] _pixels;
    private readonly UniformBatches _batches;
    private readonly TrainingState _state;
    private readonly ShardThreads _shards;
    private readonly StepRunner _steps;
    private readonly PhaseClock _clock = new();
    private int _step;

    /// <summary>Creates the network with random weights, and the images and boxes.</summary>
    /// <param name="size">Width and height of the images in pixels, a multiple of 32.</param>
    /// <param name="batch">Batch size.</param>
    /// <param name="precision">Number type of the network's computation.</param>
    /// <param name="device">The device; null: CPU.</param>
    /// <param name="threads">Number of threads.</param>
    public TrainingBenchmark(int size, int batch, Precision precision, Device? device, int threads)
    {
        _pixels = [.. Enumerable.Range(0, batch).Select(image => PeerModel.Pixels(size, image))];
        _batches = new(Image(size), new(Model.Model.Anchors), new IouAssigner(Model.Assigner));
        LibTorch.EnsureLoaded();
        LibTorch.Threads = threads;
        var settings = Model with { Training = Model.Training with { Batch = batch } };
        var cost = NetworkCost.Compute(PeerModel.Settings.Model, PeerModel.Classes, settings.Training.Freeze, size);
        Operations = batch * (cost.Forward + cost.Backward);
        using var state = PeerModel.CreateState();
        Device = device ?? CPU;
        ComputeType = Detection.Modeling.ComputeType.Choose(precision, Device);
        _state = new(state.To(Device), settings.Training, ComputeType);
        _shards = new(1, threads);
        _steps = new(settings.Training, _state, new(settings.Loss), new(settings.Loss.Normalizer), assignment: null, sampler: null, weighting: null, _shards, _clock);
    }

    /// <inheritdoc/>
    public ScalarType ComputeType { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public double Operations { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Phases => _clock.Seconds;

    /// <inheritdoc/>
    public void ResetPhases() => _clock.Reset();

    /// <summary>Runs one training step on the batch.</summary>
    public void Run()
    {
        _clock.Skip();
        using var batches = Batches().GetEnumerator();
        _steps.Run(batches, Model.Training.LearningRate, _step++);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shards.Dispose();
        _state.Dispose();
    }

    private IEnumerable<TrainingBatch> Batches()
    {
        yield return _batches.Create(_pixels);
    }

    private static BatchImage Image(int size)
    {
        var scale = size / 512f;
        Box[] boxes = [.. new Box[] { new(50, 50, 200, 200), new(100, 120, 300, 400), new(10, 10, 40, 60) }.Select(box => box.Scale(scale, scale))];
        return new(new() { Id = 1, FileName = "noise", Path = "noise", Width = size, Height = size, Annotations = [] }, size, size, boxes, [1, 5, 17], []);
    }
}
