using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using TorchSharp;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Finds the largest batch that fits into the memory of a device. Training steps with up to four images per shard are run and their memory is measured; that of
/// larger batches is extrapolated linearly. Use the batch size that was found as a number from then on: another call may find another one, because the available
/// memory differs, and a run resumes with the batch size that it was started with.
/// </summary>
public static class BatchSizeFinder
{
    /// <summary>Maximum batch size. A larger batch is better chosen by hand, together with the learning rate.</summary>
    public const int MaxBatch = 64;

    /// <summary>
    /// Minimum number of optimizer steps that an epoch keeps, because a small dataset needs steps more than large batches. It does not reduce the batch below one
    /// image per shard.
    /// </summary>
    public const int MinStepsPerEpoch = 20;

    // From two and four images, memory of large networks is predicted to about 10 %; from one and two, it is underestimated.
    private const int MaxMeasuredPerShard = 4;

    // Share of the available memory that steps may use. The rest is for validation, batches that are loaded ahead, fragmentation of the heap and other processes.
    private const double UsableShare = .8;

    /// <summary>
    /// Finds the largest batch of 1 image, or of <see cref="TrainingSettings.Shards"/> times a power of two, whose training step fits into the available memory with a
    /// reserve. No file is read or written.
    /// </summary>
    /// <param name="train">The training images. Those whose size is not known are left out.</param>
    /// <param name="settings">Settings of the run. Their batch size is ignored.</param>
    /// <param name="options">Device, precision, threads and components of the run; its folder is not used.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    /// <returns>The batch size.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="DatasetException">There are no images, or none of known size.</exception>
    /// <exception cref="InsufficientMemoryException">Not even one image fits into the memory.</exception>
    /// <exception cref="TorchUnavailableException">The device is not available, or its memory cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static BatchSizeFit Find(DetectionDataset train, RunSettings settings, TrainerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(options);
        settings.Validate();
        train = train with { Images = [.. train.Images.Where(image => image is { Width: > 0, Height: > 0 })] };
        if (train.Images.Count == 0)
            throw new DatasetException(train.Source, "", "has no images of known size to train on");
        var device = LibTorch.Require(options.Device);
        var set = settings.Model.BackgroundClass ? BackgroundClass.AddTo(train) : train;
        var samples = TrainingSamples.Create(set, settings);
        var epoch = settings.Training.GetSamplesPerEpoch(samples);

        var architecture = RetinaNetArchitecture.Create(settings, set.Categories.Count, options.Components.Network);
        var available = DeviceMemory.GetAvailable(device);
        var memory = new StepMemory(settings, architecture, LargestImage(samples, settings, options.Components), options, device);
        return Choose(batch => memory.Measure(batch, cancellationToken), available, Budget(available, device.type, train, settings), settings.Training, epoch);
    }

    /// <summary>Returns the memory in bytes that a training step may use. On a CPU, the loader's cache of decoded images needs memory, too.</summary>
    internal static long Budget(long available, DeviceType device, DetectionDataset train, RunSettings settings)
    {
        var cache = Math.Min(LoaderOptions.GetCacheBytes(settings), train.Images.Sum(image => 3L * image.Width * image.Height));
        return (long)(UsableShare * available) - (device == DeviceType.CPU ? cache : 0);
    }

    /// <summary>Chooses the batch size.</summary>
    /// <param name="measure">Measures the memory in bytes of a training step with a number of images.</param>
    /// <param name="available">Available memory in bytes.</param>
    /// <param name="budget">Memory in bytes that a training step may use.</param>
    /// <param name="training">Number of shards, and of accumulated batches.</param>
    /// <param name="epoch">Number of samples in an epoch.</param>
    internal static BatchSizeFit Choose(Func<int, long> measure, long available, long budget, TrainingSettings training, int epoch)
    {
        var shards = Math.Min(training.Shards, epoch);
        var maxForSteps = epoch / ((long)MinStepsPerEpoch * training.Accumulate);
        var max = Math.Max(shards, Math.Min(MaxBatch, maxForSteps));
        var measured = new List<(int Batch, long Bytes)>();
        BatchSizeFit? fit = null;
        // Memory grows linearly only from one image per shard on: with fewer images, there are fewer replicas of the network.
        for (var batch = 1; batch <= max; batch = batch < shards ? shards : 2 * batch)
        {
            var bytes = Predict(measured, batch);
            if (batch <= MaxMeasuredPerShard * shards && bytes <= available)
                measured.Add((batch, bytes = measure(batch)));
            if (bytes > budget)
                return fit is null ? throw TooLarge(bytes, available, budget) : fit with { Limit = BatchSizeLimit.Memory };
            fit = new(batch, bytes, available, maxForSteps < MaxBatch ? BatchSizeLimit.Dataset : BatchSizeLimit.Maximum);
        }

        return fit!;
    }

    /// <summary>Predicts the memory of a step from the last two smaller batches that were measured; from only one by an upper bound.</summary>
    private static long Predict(List<(int Batch, long Bytes)> measured, int batch) => measured switch
    {
        [] => 0,
        // A part of the memory, such as the weights, does not grow with the batch.
        [var only] => (long)((double)only.Bytes * batch / only.Batch),
        [.., var first, var last] => last.Bytes + (long)(Math.Max(0, last.Bytes - first.Bytes) * ((double)(batch - last.Batch) / (last.Batch - first.Batch))),
    };

    private static InsufficientMemoryException TooLarge(long bytes, long available, long budget) => new(
        $"A training step with one image needs {(bytes == StepMemory.OutOfMemory ? "more memory than there is" : $"{Gigabytes(bytes)} of memory")}, but only {Gigabytes(Math.Max(0, budget))} of {Gigabytes(available)} available memory can be used: "
        + "choose a smaller input size or a narrower network, or close other programs.");

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.0} GB");

    /// <summary>Returns an image of the largest size that a batch of the samples can be padded to, with the boxes of the sample that has most of them.</summary>
    internal static BatchImage LargestImage(DetectionDataset samples, RunSettings settings, TrainingComponents components)
    {
        var (augmentation, input) = (settings.Augmentation, settings.Augmentation.GetInputSizes(settings.Input)[^1]);
        // Crops and custom augmentations give images of any shape.
        var sizes = augmentation.Crop > 0 || components.Augmentations.Count > 0
            ? [(input.Long, input.Long)]
            : samples.Images.Select(image => ImageAugmentation.SampleSize(augmentation, input, image.Width, image.Height)).ToHashSet();
        if (augmentation.Rotate90 > 0)
            sizes = [.. sizes, .. sizes.Select(size => (size.Height, size.Width))];
        var padded = PaddedSize.Compute([.. sizes]);
        var image = BatchImage.Create(samples.Images.MaxBy(image => image.Annotations.Count)!, input);
        return image with { Width = padded.Width, Height = padded.Height };
    }
}
