using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// Computes the logits of a model's anchors on annotated images, together with the label that training would assign to each anchor; that of ATSS if the model's
/// assigner uses predictions.
/// </summary>
internal sealed class AnchorOutputs : IDisposable
{
    private readonly NetworkState _state;
    private readonly RetinaNet _network;
    private readonly InputSize _input;
    private readonly AnchorGenerator _anchors;
    private readonly IAssigner _assigner;
    private readonly int _threads;

    /// <summary>Loads a model.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <param name="options">Options, of which device, precision, threads and input size are used.</param>
    /// <exception cref="WeightsException">The model is missing or corrupt.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch or the device is not available.</exception>
    public AnchorOutputs(string path, DetectorOptions options)
    {
        var device = LibTorch.Require(options.Device);
        (var state, Description) = ModelFile.Load(ModelFile.Find(path));
        using (state)
            _state = state.To(device);
        _network = new(_state, new(ComputeType.Choose(options.Precision, device)));
        _input = options.Input ?? Description.Settings.Input;
        _anchors = new(Description.Settings.Model.Anchors);
        _assigner = Assigner.CreateWithoutPredictions(Description.Settings.Assigner);
        _threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
    }

    /// <summary>Metadata of the model.</summary>
    public ModelDescription Description { get; }

    /// <summary>Runs the network on a dataset and passes its logits to a visitor.</summary>
    /// <param name="set">
    /// The annotated images. Their classes are matched with the model's by name; boxes of classes that the model does not have are treated as crowds.
    /// </param>
    /// <param name="batch">Batch size.</param>
    /// <param name="visit">Called for each pyramid level of each image.</param>
    /// <param name="imagesDone">Receives the number of processed images.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="DatasetException">The dataset has no images or none of the model's classes, or an image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The computation was canceled.</exception>
    public void Visit(DetectionDataset set, int batch, AnchorVisitor visit, IProgress<int>? imagesDone, CancellationToken cancellationToken)
    {
        if (set.Images.Count == 0)
            throw new DatasetException(set.Source, "", "there are no images");
        var images = InClassesOfTheModel(set);
        var threads = LibTorch.Threads;
        LibTorch.Threads = _threads;
        try
        {
            using var guard = no_grad();
            var done = 0;
            foreach (var pixels in new EvaluationLoader(images, _input, new() { BatchSize = batch }).Batches(cancellationToken))
            {
                using var owned = pixels;
                Visit(pixels, images.AsSpan(done, pixels.Count), visit);
                done += pixels.Count;
                imagesDone?.Report(done);
            }
        }
        finally
        {
            LibTorch.Threads = threads;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _state.Dispose();
    }

    private void Visit(ImageBatch batch, ReadOnlySpan<AnnotatedImage> images, AnchorVisitor visit)
    {
        using var scope = NewDisposeScope();
        var outputs = _network.call(Preprocessing.Input(batch, _network));
        var levels = outputs.Select(output => output.Logits.detach().to(ScalarType.Float32, CPU)).ToList();
        var grid = _anchors.Generate(batch.Height, batch.Width);
        for (var n = 0; n < images.Length; n++)
        {
            var labels = Labels(images[n], grid);
            for (var i = 0; i < levels.Count; i++)
            {
                var logits = levels[i].Elements<float>();
                var length = logits.Length / images.Length;
                visit(images[n], logits.Slice(n * length, length), labels.AsSpan(grid.Levels[i].Offset, grid.Levels[i].Count));
            }
        }
    }

    private int[] Labels(AnnotatedImage image, AnchorGrid grid)
    {
        var seen = BatchImage.Create(image, _input);
        return _assigner.Assign(grid, seen.Boxes, seen.Classes, seen.Ignored).Labels;
    }

    private AnnotatedImage[] InClassesOfTheModel(DetectionDataset set)
    {
        var names = Description.Categories.Select(category => category.Name).ToList();
        int[] classes = [.. set.Categories.Select(category => names.IndexOf(category.Name))];
        if (Array.TrueForAll(classes, index => index < 0))
            throw new DatasetException(set.Source, "", $"the dataset has none of the model's classes ({string.Join(", ", names)})");
        return
        [
            .. set.Images.Select(image => image with
            {
                Annotations =
                [
                    .. image.Annotations.Select(one => classes[one.Category] is >= 0 and var index
                        ? one with { Category = index }
                        : one with { Category = 0, IsCrowd = true }),
                ],
            }),
        ];
    }
}
