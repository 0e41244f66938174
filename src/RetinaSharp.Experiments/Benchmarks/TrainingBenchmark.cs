using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Training;
using RetinaSharp.Inference.Batching;
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

    private readonly int _size;
    private readonly byte[][] _pixels;
    private readonly Box[] _boxes;
    private readonly TrainingState _state;
    private readonly ShardThreads _shards;
    private readonly StepRunner _steps;
    private readonly PhaseClock _clock = new();
    private readonly AnchorGenerator _anchors = new(Model.Model.Anchors);
    private readonly IouAssigner _assigner = new(Model.Assigner);
    private readonly BufferPool<TrainingBuffers> _pool = new();
    private int _step;

    /// <summary>Creates the network with random weights, and the images and boxes.</summary>
    /// <param name="size">Width and height of the images in pixels, a multiple of 32.</param>
    /// <param name="batch">Batch size.</param>
    /// <param name="precision">Number type of the network's computation.</param>
    /// <param name="device">The device; null: CPU.</param>
    /// <param name="threads">Number of threads.</param>
    public TrainingBenchmark(int size, int batch, Precision precision, Device? device, int threads)
    {
        _size = size;
        _pixels = [.. Enumerable.Range(0, batch).Select(image => PeerModel.Pixels(size, image))];
        var scale = size / 512f;
        _boxes = [.. new Box[] { new(50, 50, 200, 200), new(100, 120, 300, 400), new(10, 10, 40, 60) }.Select(box => box.Scale(scale, scale))];
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
        _steps = new(settings.Training, _state, new(settings.Loss), new(settings.Loss.Normalizer), assignment: null, sampler: null, _shards, _clock);
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
        var size = new PaddedSize(_pixels.Length, _size, _size);
        var grid = _anchors.Generate(_size, _size);
        var buffers = _pool.Rent();
        buffers.Reset(size, grid);
        var targets = new BatchTargets(size, buffers.Levels);
        int[] classes = [1, 5, 17];
        for (var i = 0; i < _pixels.Length; i++)
        {
            _pixels[i].CopyTo(buffers.Pixels[i]);
            targets.Set(i, grid, _assigner.Assign(grid, _boxes, classes), _boxes);
        }

        var image = new AnnotatedImage { Id = 1, FileName = "noise", Path = "noise", Width = _size, Height = _size, Annotations = [] };
        yield return new(0, targets, [.. _pixels.Select(_ => new BatchImage(image, _size, _size, _boxes, classes, []))], buffers, _pool);
    }
}
