using System.Collections.Concurrent;
using RetinaSharp.Boxes;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Tests;

/// <summary>An engine whose network finds the rectangles of <see cref="ColorImages"/>.</summary>
internal sealed class ColorEngine : IInferenceEngine
{
    private readonly AnchorGenerator _anchors = new(new());
    private int _outputs;

    public DetectionModel Model { get; init; } = new() { Categories = ColorImages.Categories, Anchors = new(), Input = new(64, 128) };

    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Called with each batch, in the network.</summary>
    public Action<ImageBatch>? Running { get; init; }

    /// <summary>Positions of the images of each batch.</summary>
    public ConcurrentQueue<long[]> Batches { get; } = [];

    /// <summary>Threads that the engine ran on.</summary>
    public ConcurrentDictionary<Thread, bool> Threads { get; } = [];

    /// <summary>Outputs that were not disposed.</summary>
    public int Outputs => Volatile.Read(ref _outputs);

    public bool IsDisposed { get; private set; }

    public IInferenceOutput Run(ImageBatch batch)
    {
        Threads[Thread.CurrentThread] = true;
        Batches.Enqueue([.. batch.Indices]);
        Running?.Invoke(batch);
        var grid = _anchors.Generate(batch.Height, batch.Width);
        Interlocked.Increment(ref _outputs);
        var output = new ArrayOutput(grid, batch.Count, ColorImages.Categories.Length, () => Interlocked.Decrement(ref _outputs));
        for (var image = 0; image < batch.Count; image++)
            foreach (var (color, box) in ColorImages.Find(batch, image))
            {
                // Anchors of one cell, so that each color has its own.
                var anchor = grid.Levels[2].Offset + color;
                output.Set(image, anchor, color, 3 - color, BoxCoder.Encode(grid.Boxes[anchor], box));
            }

        return output;
    }

    public void Dispose() => IsDisposed = true;
}
