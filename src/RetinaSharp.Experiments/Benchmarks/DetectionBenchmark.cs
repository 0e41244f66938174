using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Postprocessing;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>A benchmark of detection on random square images in memory. It does the same work as torchvision's RetinaNet in <c>eval</c> mode.</summary>
public sealed class DetectionBenchmark : INetworkBenchmark
{
    private readonly NetworkState _state;
    private readonly RetinaNet _network;
    private readonly TorchEngine _engine;
    private readonly AnchorGenerator _anchors = new(PeerModel.Settings.Model.Anchors);
    private readonly Postprocessor _postprocessor = new(PeerModel.Settings.Inference, PeerModel.Categories, BoxHeadOutputs.Delta);
    private readonly PhaseClock _clock = new();
    private readonly BufferPool<PixelBuffer> _pool = new();
    private readonly Image[] _images;
    private readonly InputSize _input;

    /// <summary>Creates the network with random weights, and the images.</summary>
    /// <param name="size">Width and height of the images in pixels.</param>
    /// <param name="batch">Batch size.</param>
    /// <param name="precision">Number type of the network's computation.</param>
    /// <param name="device">The device; null: CPU.</param>
    /// <param name="threads">Number of threads.</param>
    public DetectionBenchmark(int size, int batch, Precision precision, Device? device, int threads)
    {
        LibTorch.EnsureLoaded();
        LibTorch.Threads = threads;
        Operations = batch * NetworkCost.Compute(PeerModel.Settings.Model, PeerModel.Classes, freeze: 0, size).Forward;
        _input = new(size, size);
        _images = [.. Enumerable.Range(0, batch).Select(image => new Image(size, size, PeerModel.Pixels(size, image)))];
        using (var state = PeerModel.CreateState())
            _state = state.To(device ?? CPU);
        _network = new(_state, new(Detection.Modeling.ComputeType.Choose(precision, _state.Device)));
        _engine = new(_network, new()
        {
            Categories = PeerModel.Categories,
            Anchors = PeerModel.Settings.Model.Anchors,
            Input = _input,
            Inference = PeerModel.Settings.Inference,
        }, threads);
    }

    /// <inheritdoc/>
    public ScalarType ComputeType => _network.Type;

    /// <inheritdoc/>
    public Device Device => _network.Device;

    /// <inheritdoc/>
    public double Operations { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Phases => _clock.Seconds;

    /// <inheritdoc/>
    public void ResetPhases() => _clock.Reset();

    /// <summary>Detects the objects of the batch once: preprocessing, forward pass and postprocessing.</summary>
    public void Run()
    {
        _clock.Skip();
        using var batch = ImageBatch.Create(_images, _input, _pool);
        _clock.Lap("data");
        using var output = (IHeadOutput)_engine.Run(batch);
        _clock.Lap("forward");
        _postprocessor.Run(output, _anchors.Generate(batch.Height, batch.Width), batch.Images);
        _clock.Lap("postprocess");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _state.Dispose();
    }
}
