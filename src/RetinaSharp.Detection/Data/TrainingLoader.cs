using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Loads training batches on background threads: reads, augments and pads images, transforms their boxes, and assigns anchors. The contents of a batch depend
/// only on the seed, the epoch, the index of the batch and the rank of the process.
/// </summary>
internal sealed class TrainingLoader
{
    private readonly IReadOnlyList<InputSize> _sizes;
    private readonly AugmentationSettings _augmentation;
    private readonly AnchorGenerator _anchors;
    private readonly IAssigner _assigner;
    private readonly LoaderOptions _options;
    private readonly EpochOrder _order;
    private readonly ImageStore _store;
    private readonly SampleComposer _composer;

    // For the epochs without mosaic, mixup and copy-paste.
    private readonly SampleComposer _singleImageComposer;

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
        (_augmentation, _anchors, _assigner, _options) = (augmentation, anchors, assigner, options);
        _sizes = augmentation.GetInputSizes(size);
        _order = new(set.Images.Count, options.Repeats, options.Seed, ShardWindows.Create(set.Images));
        // If regions of a file are used, it is decoded in its original size, and then the whole image uses the same pixels.
        _store = new(_sizes[^1], set.Images.Any(image => image.Crop is not null) ? double.PositiveInfinity : augmentation.MaxZoom, options.CacheBytes);
        _composer = new(set, augmentation, augmentations ?? [], _store, options.Seed);
        _singleImageComposer = new(set, augmentation.WithoutComposition(), augmentations ?? [], _store, options.Seed);
    }

    /// <summary>
    /// Number of batches of each process in an epoch. Every epoch is shuffled anew; the last images of its order, which do not fill one more batch for every
    /// process, are left out. If the dataset is smaller than one batch, its images are repeated.
    /// </summary>
    public int BatchesPerEpoch => Math.Max(1, BatchesOfAllRanks / _options.Ranks);

    /// <summary>Number of samples of an epoch, before those that fill no batch are left out.</summary>
    public int SamplesPerEpoch => _order.Count;

    internal BufferPool<TrainingBuffers> Pool { get; } = new();

    // The draws of a sample depend on its position in the run, which must not depend on the number of processes.
    private int BatchesOfAllRanks => Math.Max(1, _order.Count / _options.BatchSize);

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
        var order = _order.Create(epoch);
        var batches = Enumerable.Range(first, Math.Max(0, BatchesPerEpoch - first));
        return OrderedPrefetch.Select(batches, (batch, token) => Make(order, epoch, batch, token), _options.Workers, _options.Prefetch, cancellationToken);
    }

    private TrainingBatch Make(int[] order, int epoch, int batch, CancellationToken cancellationToken)
    {
        var inputSize = DrawInputSize(epoch, batch);
        var composer = epoch < _options.ComposedEpochs ? _composer : _singleImageComposer;
        var samples = new TrainingSample[_options.BatchSize];
        for (var i = 0; i < samples.Length; i++)
        {
            var position = (IndexInEpoch(batch) * _options.BatchSize) + i;
            var sample = ((long)epoch * BatchesOfAllRanks * _options.BatchSize) + position;
            samples[i] = composer.Compose(order[position % order.Length], _order.GetNeighbors(order, (int)(position % order.Length)), sample, inputSize, cancellationToken);
        }

        var size = PaddedSize.Compute([.. samples.Select(sample => (sample.Width, sample.Height))]);
        var grid = _anchors.Generate(size.Height, size.Width);
        var images = new BatchImage[samples.Length];
        var buffers = Pool.Rent();
        try
        {
            buffers.Reset(size, grid);
            var targets = new BatchTargets(size, buffers.Levels);
            for (var i = 0; i < samples.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SamplePixels.Write(samples[i], image => image.Pixels ?? _store.Read(image.Source), buffers.Pixels[i], size.Stride);
                images[i] = BatchImage.Create(samples[i], _augmentation.MinVisible);
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

    /// <summary>Draws the input size of the optimizer step that a batch is part of.</summary>
    private InputSize DrawInputSize(int epoch, int batch)
    {
        if (_sizes.Count == 1)
            return _sizes[0];
        var firstOfStep = (batch - (batch % _options.BatchesPerStep)) * (long)_options.Ranks;
        return _sizes[new RandomStream(_options.Seed, "input size", ((long)epoch * BatchesOfAllRanks) + firstOfStep).NextInt(_sizes.Count)];
    }

    /// <summary>Returns the index of a batch of this process among those of all processes, which take turns.</summary>
    private long IndexInEpoch(int batch) => ((long)batch * _options.Ranks) + _options.Rank;
}
