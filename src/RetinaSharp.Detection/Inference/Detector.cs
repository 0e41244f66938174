using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// A trained model, ready to look at images. Safe for concurrent callers, whose results are those of a single one: as many go through
/// the network at a time as there are processors for (<see cref="DetectorOptions.Threads"/>), the others wait for their turn.
/// </summary>
public sealed partial class Detector : IDisposable
{
    private readonly NetworkState _state;
    private readonly RetinaNet _network;
    private readonly Predictor _predictor;
    private readonly ViewPlanner _planner;
    private readonly DetectionPipeline _pipeline;
    private readonly BufferPool<PixelBuffer> _pool = new();
    private readonly int _threads;
    private readonly int _turns;
    private readonly SemaphoreSlim _freeTurns;
    private int _isDisposed;

    private Detector(NetworkState state, ModelDescription description, DetectorOptions options)
    {
        Description = description;
        options.ValidateTiles();
        _planner = new(options.Input ?? description.Settings.Input, options.Tile, options.TileOverlap, options.TestTimeAugmentation);
        Input.Validate();
        var defaults = description.Settings.Inference;
        var inference = defaults with
        {
            ScoreThreshold = options.ScoreThreshold ?? defaults.ScoreThreshold,
            NmsIou = options.NmsIou ?? defaults.NmsIou,
            MaxDetections = options.MaxDetections ?? defaults.MaxDetections,
        };
        inference.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        _threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        _turns = Math.Max(1, Environment.ProcessorCount / _threads);
        _freeTurns = new(_turns);
        _state = state;
        _network = new(state, new(ComputeType.Choose(options.Precision, state.Device.type)));
        _predictor = new(_network, new AnchorGenerator(description.Settings.Model.Anchors), inference, description.Categories);
        _pipeline = new(_planner, new(inference, options.MaxDetections is not null, _planner.SharedPixels), Forward, _predictor.Finish, _pool);
    }

    /// <summary>What the model is, and how it was trained.</summary>
    public ModelDescription Description { get; }

    /// <summary>The classes it knows.</summary>
    public IReadOnlyList<Category> Categories => Description.Categories;

    /// <summary>Size to which it scales images.</summary>
    public InputSize Input => _planner.Input;

    /// <summary>Loads a model.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <param name="options">Where it runs, and what it does otherwise than the model says.</param>
    /// <exception cref="WeightsException">There is no model, or it is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="TorchUnavailableException">The engine or the device is not there.</exception>
    public static Detector Load(string path, DetectorOptions? options = null)
    {
        options ??= new();
        var device = LibTorch.Require(options.Device);
        var (state, description) = ModelFile.Load(ModelFile.Find(path), options.Components);
        try
        {
            if (device.type != TorchSharp.DeviceType.CPU)
            {
                using var onCpu = state;
                state = onCpu.To(device);
            }

            return new(state, description, options);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Reads only what is said of a model, without its weights and without the engine.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <exception cref="WeightsException">There is no model, or it is damaged.</exception>
    public static ModelDescription Describe(string path) => ModelFile.Describe(ModelFile.Find(path));

    /// <summary>Finds objects in an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>Detections by falling score, in pixels of the upright image.</returns>
    /// <exception cref="ImageException">The image cannot be read, or is damaged; names the file.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<DetectedObject> Detect(string path, CancellationToken cancellationToken = default) => DetectOne(options => Image.Load(path, options), cancellationToken);

    /// <summary>Finds objects in an image file that is in memory.</summary>
    /// <param name="encoded">The whole file: JPEG, PNG, WebP, BMP or TIFF.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <inheritdoc cref="Detect(string, CancellationToken)" path="/returns|/exception"/>
    public IReadOnlyList<DetectedObject> Detect(ReadOnlySpan<byte> encoded, CancellationToken cancellationToken = default)
    {
        var bytes = encoded.ToArray();
        return DetectOne(options => Image.Decode(bytes, options), cancellationToken);
    }

    /// <summary>Finds objects in an image file that is read from a stream.</summary>
    /// <param name="stream">The file, from where the stream stands to its end; it is not closed.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <inheritdoc cref="Detect(string, CancellationToken)" path="/returns|/exception"/>
    public IReadOnlyList<DetectedObject> Detect(Stream stream, CancellationToken cancellationToken = default) => DetectOne(options => Image.Load(stream, options), cancellationToken);

    /// <summary>Finds objects in an image.</summary>
    /// <param name="image">The image; <see cref="Image(int, int, ReadOnlySpan{byte})"/> makes one of RGB pixels.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>Detections by falling score, in pixels of the image.</returns>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<DetectedObject> Detect(Image image, CancellationToken cancellationToken = default) => Detect([image], cancellationToken)[0];

    /// <summary>Finds objects in several images, which go through the network together; best where their shapes are alike.</summary>
    /// <param name="images">One image or more.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>For each image its detections by falling score, in pixels of the image.</returns>
    /// <exception cref="ArgumentException">There is no image.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<DetectedObject>> Detect(IReadOnlyList<Image> images, CancellationToken cancellationToken = default)
    {
        if (images.Count == 0)
            throw new ArgumentException("There is no image to look at.", nameof(images));
        if (!_planner.IsPlain)
            return [.. DetectMany(images, cancellationToken: cancellationToken)];
        using var batch = ImageBatch.Create(images, Input, _pool);
        return Predict(batch, cancellationToken);
    }

    /// <summary>Frees the network, once the callers that are in it are done; those that wait, and later ones, get <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        for (var turn = 0; turn < _turns; turn++)
            _freeTurns.Wait();
        _network.Dispose();
        _state.Dispose();
        _freeTurns.Release(_turns);
    }

    private IReadOnlyList<DetectedObject> DetectOne(Func<ImageDecodeOptions, Image> decode, CancellationToken cancellationToken) =>
        _pipeline.Run([decode], Read, 1, null, cancellationToken).Single().Detections;

    /// <summary>Takes a batch through the network when it is its turn.</summary>
    internal IReadOnlyList<DetectedObject>[] Predict(ImageBatch batch, CancellationToken cancellationToken) => InTurn(() => _predictor.Predict(batch), cancellationToken);

    private LevelOutput[] Forward(ImageBatch batch, Action<LevelOutput[]>? observe, CancellationToken cancellationToken) => InTurn(() => _predictor.Forward(batch, observe), cancellationToken);

    /// <summary>Computes with the network when it is the caller's turn.</summary>
    private T InTurn<T>(Func<T> compute, CancellationToken cancellationToken)
    {
        // The number of threads is the calling thread's own, which may be one of a training that reports its progress.
        var threads = LibTorch.Threads;
        _freeTurns.Wait(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            if (threads != _threads)
                LibTorch.Threads = _threads;
            return compute();
        }
        finally
        {
            if (threads != _threads)
                LibTorch.Threads = threads;
            _freeTurns.Release();
        }
    }
}
