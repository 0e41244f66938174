using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Tests;

namespace RetinaSharp.AspNetCore.Tests;

/// <summary>A detector of colored rectangles whose network can be held. It finds the rectangles of <see cref="ColorImages"/>.</summary>
internal sealed class TestEngine
{
    private readonly SemaphoreSlim _permits = new(0);
    private readonly Lock _lock = new();
    private readonly List<int> _batches = [];
    private TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isHeld;
    private volatile Exception? _error;

    /// <summary>Creates the detector.</summary>
    /// <param name="concurrency">Number of batches that the network runs concurrently.</param>
    public TestEngine(int concurrency = 1)
    {
        Engine = new()
        {
            MaxConcurrency = concurrency,
            Running = batch =>
            {
                lock (_lock)
                    _batches.Add(batch.Count);
                Volatile.Read(ref _entered).TrySetResult();
                if (_isHeld)
                    _permits.Wait();
                if (_error is { } error)
                    throw error;
            },
        };
        Detector = new(Engine);
    }

    public ColorEngine Engine { get; }

    public ObjectDetector Detector { get; }

    /// <summary>Number of images in each batch, in the order in which the network saw them.</summary>
    public int[] Batches
    {
        get
        {
            lock (_lock)
                return [.. _batches];
        }
    }

    /// <summary>Makes the network wait for <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_lock)
            _batches.Clear();
        Volatile.Write(ref _entered, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _isHeld = true;
    }

    /// <summary>Completes when a batch is in the network, after <see cref="Hold"/>.</summary>
    public Task EnteredAsync() => Volatile.Read(ref _entered).Task.WaitAsync(TestService.Patience);

    /// <summary>Lets the network run from now on.</summary>
    public void Release()
    {
        _isHeld = false;
        _permits.Release(1000);
    }

    /// <summary>Makes the network fail from now on.</summary>
    public void Fail(Exception error) => _error = error;

    /// <summary>A PNG file with a red rectangle of a size in pixels, at (8, 8).</summary>
    public static byte[] Png(int width = 128, int height = 64, int side = 30) =>
        ColorImages.Paint(width, height, (0, new(8, 8, 8 + side, 8 + side))).Encode(ImageEncoding.Png);
}
