using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Measures the memory of training steps by running them: network, gradients, optimizer, EMA weights and activations. The images are black and the weights are 0, so
/// that no loss overflows; memory does not depend on values.
/// </summary>
/// <param name="settings">Settings of the run.</param>
/// <param name="architecture">Description of the network.</param>
/// <param name="image">Size and boxes of the images.</param>
/// <param name="options">Precision, threads and components of the run.</param>
/// <param name="device">Device of the network.</param>
internal sealed class StepMemory(RunSettings settings, RetinaNetArchitecture architecture, BatchImage image, TrainerOptions options, Device device)
{
    /// <summary>The memory of a step that could not allocate its memory.</summary>
    public const long OutOfMemory = long.MaxValue;

    // The first step leaves behind what later ones find: scratch memory of kernels, and a fragmented heap.
    private const int Steps = 2;

    private readonly long _usedBefore = DeviceMemory.GetUsed(device);

    /// <summary>
    /// Measures the memory in bytes that training steps need, in addition to what was in use when this object was created. Call it for small batches first, because
    /// memory that was used once may stay with the process.
    /// </summary>
    /// <param name="batch">Number of images in a batch.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    public long Measure(int batch, CancellationToken cancellationToken)
    {
        var training = settings.Training with
        {
            Batch = batch,
            // With two batches, gradients are accumulated; more need no more memory.
            Accumulate = Math.Min(2, settings.Training.Accumulate),
        };
        try
        {
            return Math.Max(0, DeviceMemory.MeasurePeak(device, () => Run(settings with { Training = training }, cancellationToken)) - _usedBefore);
        }
        catch (Exception error) when (DeviceMemory.IsOutOfMemory(error))
        {
            return OutOfMemory;
        }
    }

    private void Run(RunSettings run, CancellationToken cancellationToken)
    {
        var training = run.Training;
        // LibTorch keeps its thread count per calling thread.
        var threadsBefore = LibTorch.Threads;
        var threads = training.GetThreadsPerShard(options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
        LibTorch.Threads = threads;
        try
        {
            using var initial = NetworkState.Create(architecture);
            using var state = new TrainingState(initial.To(device), training, ComputeType.Choose(options.Precision, device));
            using var shards = new ShardThreads(training.EffectiveShards, threads);
            var steps = options.Components.CreateSteps(run, state, new(run.Loss.Normalizer), shards, new());
            var batches = new UniformBatches(image, new(run.Model.Anchors), options.Components.CreateAssigner(run));
            byte[][] pixels = [.. Enumerable.Repeat(new byte[image.Width * image.Height * 3], training.Batch / training.EffectiveShards)];
            using var source = Enumerable.Repeat(pixels, Steps * steps.BatchesPerStep).Select(batches.Create).GetEnumerator();
            for (var step = 0; step < Steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                steps.Run(source, learningRate: 0, step);
            }
        }
        finally
        {
            LibTorch.Threads = threadsBefore;
        }
    }
}
