using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Detection on square images in memory: the work of torchvision's model in <c>eval</c> mode.</summary>
public sealed class DetectionBenchmark : INetworkBenchmark
{
    private readonly NetworkState _state;
    private readonly RetinaNet _network;
    private readonly Predictor _predictor;
    private readonly PhaseClock _clock = new();
    private readonly BufferPool<PixelBuffer> _pool = new();
    private readonly Image[] _images;
    private readonly InputSize _input;

    /// <summary>Creates the network.</summary>
    /// <param name="size">Side length of the images in pixels.</param>
    /// <param name="batch">Batch size.</param>
    /// <param name="precision">Precision of the network.</param>
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
        _network = new(_state, new(Detection.Modeling.ComputeType.Choose(precision, _state.Device.type)));
        _predictor = new(_network, new AnchorGenerator(PeerModel.Settings.Model.Anchors), PeerModel.Settings.Inference, PeerModel.Categories);
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

    /// <summary>Detects on the batch once.</summary>
    public void Run()
    {
        _clock.Skip();
        using var batch = ImageBatch.Create(_images, _input, _pool);
        _clock.Lap("data");
        var outputs = _predictor.Forward(batch);
        _clock.Lap("forward");
        _predictor.Finish(outputs, batch);
        _clock.Lap("postprocess");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _state.Dispose();
    }
}
