using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.AspNetCore.Tests;

public sealed class BatchQueueTests
{
    [Fact]
    public async Task Batch_AllClientsLeave_IsStopped()
    {
        using var detector = new EndlessDetector();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new ServingMetrics(services.GetRequiredService<IMeterFactory>());
        var slots = new QueueSlots(10);
        await using var queue = new BatchQueue(detector, new(2, TimeSpan.FromSeconds(10), 1), new(metrics, "model"), TimeProvider.System, NullLogger.Instance);
        using var clients = new CancellationTokenSource();
        using var stays = new CancellationTokenSource();

        queue.Add(Create(clients.Token));
        queue.Add(Create(stays.Token));
        await detector.NextAsync();
        await clients.CancelAsync();
        Assert.False(detector.IsStopped);
        await stays.CancelAsync();

        // The permit is free again.
        queue.Add(Create(stays.Token));
        using var last = new CancellationTokenSource();
        queue.Add(Create(last.Token));
        queue.Add(Create(last.Token));
        await detector.NextAsync();
        Assert.True(detector.IsStopped);
        await last.CancelAsync();

        QueuedImage Create(CancellationToken cancellationToken) =>
            new(ImageSource.FromImage(new(1, 1, new byte[3])), new PaddedSize(1, 64, 64), slots.TryReserve(1)![0], TimeProvider.System.GetTimestamp(), cancellationToken);
    }

    /// <summary>A detector that works on a batch until it is stopped.</summary>
    private sealed class EndlessDetector : IObjectDetector
    {
        private readonly SemaphoreSlim _started = new(0);

        public IReadOnlyList<Category> Categories { get; } = [new(1, "thing")];

        public InputSize Input { get; } = new(64, 64);

        public bool IsStopped { get; private set; }

        public Task NextAsync() => _started.WaitAsync(TestService.Patience);

        public Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ImageDetections> DetectManyAsync(
            IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            _started.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                IsStopped = true;
            }

            yield break;
        }

        public void Dispose() => _started.Dispose();
    }
}
