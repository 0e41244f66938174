using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Loads training batches on background threads: reads, augments and pads images, transforms their boxes, and assigns anchors. The contents of a batch depend
/// only on the seed, the epoch, the index of the batch and the rank of the process.
/// </summary>
internal sealed class TrainingLoader
{
    private readonly DetectionDataset _set;
    private readonly InputSize _size;
    private readonly AugmentationSettings _augmentation;
    private readonly AnchorGenerator _anchors;
    private readonly IAssigner _assigner;
    private readonly IReadOnlyList<IAugmentation> _augmentations;
    private readonly LoaderOptions _options;
    private readonly ImageStore _store;

    /// <summary>Creates the loader. No image is read yet.</summary>
    /// <exception cref="DatasetException">The dataset has no images, or the size of an image is not known.</exception>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public TrainingLoader(
        DetectionDataset set, InputSize size, AugmentationSettings augmentation, AnchorGenerator anchors, IAssigner assigner, LoaderOptions options,
        IReadOnlyList<IAugmentation>? augmentations = null)
    {
        size.Validate();
        augmentation.Validate();
        options.Validate();
        if (set.Images.Count == 0)
            throw new DatasetException(set.Source, "", "has no images to train on");
        ImageSizes.RequireKnown(set.Images);
        (_set, _size, _augmentation, _anchors, _assigner, _options, _augmentations) = (set, size, augmentation, anchors, assigner, options, augmentations ?? []);
        // If regions of a file are used, it is decoded in its original size, and then the whole image uses the same pixels.
        _store = new(size, set.Images.Any(image => image.Crop is not null) ? double.PositiveInfinity : augmentation.MaxScale, options.CacheBytes);
    }

    /// <summary>
    /// Number of batches of each process in an epoch. Every epoch is shuffled anew; the last images of its order, which do not fill one more batch for every
    /// process, are left out. If the dataset is smaller than one batch, its images are repeated.
    /// </summary>
    public int BatchesPerEpoch => Math.Max(1, _set.Images.Count / ImagesPerStep);

    internal BufferPool<TrainingBuffers> Pool { get; } = new();

    private int ImagesPerStep => checked(_options.BatchSize * _options.Ranks);

    /// <summary>Enumerates the batches of an epoch in order; the caller disposes each of them. Several enumerations may run concurrently.</summary>
    /// <param name="epoch">Index of the epoch, from 0.</param>
    /// <param name="first">Index of the first batch to load, for a run that resumes in the middle of an epoch.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <remarks>
    /// Enumeration throws <see cref="Imaging.ImageException"/> for a file that cannot be read, and <see cref="DatasetException"/> for an image
    /// whose size differs from the annotated one. Both messages have the path of the file.
    /// </remarks>
    public IEnumerable<TrainingBatch> EnumerateEpoch(int epoch, int first = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var order = new int[_set.Images.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        new RandomStream(_options.Seed, "order", epoch).Shuffle<int>(order);
        var batches = Enumerable.Range(first, Math.Max(0, BatchesPerEpoch - first));
        return OrderedPrefetch.Select(batches, (batch, token) => Make(order, epoch, batch, token), _options.Workers, _options.Prefetch, cancellationToken);
    }

    private TrainingBatch Make(int[] order, int epoch, int batch, CancellationToken cancellationToken)
    {
        var sources = new AnnotatedImage[_options.BatchSize];
        var augmented = new Image?[_options.BatchSize];
        var plans = new Augmentation[sources.Length];
        var outputSizes = new (int, int)[sources.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            var position = (long)batch * ImagesPerStep + _options.Rank * _options.BatchSize + i;
            var sample = (long)epoch * BatchesPerEpoch * ImagesPerStep + position;
            sources[i] = _set.Images[order[position % order.Length]];
            if (_augmentations.Count > 0)
                (augmented[i], sources[i]) = Augment(sources[i], sample, cancellationToken);
            plans[i] = Augmentation.Draw(_augmentation, _size, sources[i], new(_options.Seed, "augmentation", sample));
            outputSizes[i] = (plans[i].OutputWidth, plans[i].OutputHeight);
        }

        var size = PaddedSize.Compute(outputSizes);
        var grid = _anchors.Generate(size.Height, size.Width);
        var images = new BatchImage[sources.Length];
        var buffers = Pool.Rent();
        try
        {
            buffers.Reset(size, grid);
            var targets = new BatchTargets(size, buffers.Levels);
            for (var i = 0; i < sources.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                AugmentedPixels.Write(augmented[i] ?? _store.Read(sources[i]), plans[i], buffers.Pixels[i], size.Stride);
                images[i] = BatchImage.Create(sources[i], plans[i], _augmentation.MinVisible);
                if (!_assigner.UsesPredictions)
                    targets.Set(i, grid, _assigner.Assign(grid, images[i].Boxes, images[i].Classes, images[i].Ignored), images[i].Boxes);
            }
            return new(batch, targets, images, buffers, Pool);
        }
        catch
        {
            Pool.Return(buffers);
            throw;
        }
    }

    /// <summary>Reads an image, and applies the custom augmentations to the image and its annotations.</summary>
    private (Image Image, AnnotatedImage Annotated) Augment(AnnotatedImage source, long sample, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var image = _store.Read(source);
        var (scaleX, scaleY) = ((double)image.Width / source.Width, (double)image.Height / source.Height);
        IReadOnlyList<Annotation> annotations =
        [
            .. source.Annotations.Where(annotation => !source.IsDegenerate(annotation)).Select(annotation => annotation with { Box = Scaled(annotation.Box) }),
        ];
        foreach (var (index, augmentation) in _augmentations.Index())
            (image, annotations) = augmentation.Apply(image, annotations, new(_options.Seed, $"augmentation {index}", sample));
        return (image, source with { Width = image.Width, Height = image.Height, Annotations = annotations });

        BoxXywh Scaled(BoxXywh box) => new(box.X * scaleX, box.Y * scaleY, box.Width * scaleX, box.Height * scaleY);
    }
}
