using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>A trained model, ready to look at images. Safe for concurrent callers.</summary>
public sealed class Detector : IDisposable
{
    private readonly RetinaNet _network;
    private readonly BufferPool<PixelBuffer> _pool = new();

    private Detector(RetinaNet network, ModelDescription description, DetectorOptions options)
    {
        (_network, Description) = (network, description);
        Input = options.Input ?? description.Settings.Input;
        Input.Validate();
        var defaults = description.Settings.Inference;
        var inference = defaults with
        {
            ScoreThreshold = options.ScoreThreshold ?? defaults.ScoreThreshold,
            NmsIou = options.NmsIou ?? defaults.NmsIou,
            MaxDetections = options.MaxDetections ?? defaults.MaxDetections,
        };
        inference.Validate();
        network.To(options.Device, ComputeType.Choose(options.Precision, options.Device));
        Predictor = new(network, new AnchorGenerator(description.Settings.Model.Anchors), inference, description.Categories);
    }

    /// <summary>What the model is, and how it was trained.</summary>
    public ModelDescription Description { get; }

    /// <summary>The classes it knows.</summary>
    public IReadOnlyList<Category> Categories => Description.Categories;

    /// <summary>Size to which it scales images.</summary>
    public InputSize Input { get; }

    internal Predictor Predictor { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <param name="options">Where it runs, and what it does otherwise than the model says.</param>
    /// <exception cref="WeightsException">There is no model, or it is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="TorchUnavailableException">The engine or the device is not there.</exception>
    public static Detector Load(string path, DetectorOptions? options = null)
    {
        options ??= new();
        Engine.Require(options.Device);
        Engine.Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var (network, description) = ModelFile.Load(ModelFile.Find(path));
        try
        {
            return new(network, description, options);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Reads only what is said of a model, without its weights and without the engine.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <exception cref="WeightsException">There is no model, or it is damaged.</exception>
    public static ModelDescription Describe(string path) => ModelFile.Describe(ModelFile.Find(path));

    /// <summary>Finds objects in an image file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Detections by falling score, in pixels of the image.</returns>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public IReadOnlyList<Detection> Detect(string path) => Detect(Image.Load(path));

    /// <summary>Finds objects in an image.</summary>
    /// <param name="image">The image.</param>
    /// <returns>Detections by falling score, in pixels of the image.</returns>
    public IReadOnlyList<Detection> Detect(Image image) => Detect([image])[0];

    /// <summary>Finds objects in several images, which go through the network together; best where their shapes are alike.</summary>
    /// <param name="images">One image or more.</param>
    /// <returns>For each image its detections by falling score, in pixels of the image.</returns>
    /// <exception cref="ArgumentException">There is no image.</exception>
    public IReadOnlyList<IReadOnlyList<Detection>> Detect(IReadOnlyList<Image> images)
    {
        if (images.Count == 0)
            throw new ArgumentException("There is no image to look at.", nameof(images));
        using var batch = ImageBatch.Of(images, Input, _pool);
        return Predictor.Predict(batch);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
