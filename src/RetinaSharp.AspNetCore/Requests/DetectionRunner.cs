using System.Diagnostics;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Models;
using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Runs the images of a request: decodes them, with bounded parallelism over all requests, and queues them for the detector.</summary>
internal sealed class DetectionRunner(IOptions<ServingOptions> options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _decoding = new(options.Value.DecodingThreads);

    /// <summary>Detects objects in the images of a request.</summary>
    /// <param name="model">Metrics and places in the queue.</param>
    /// <param name="detector">The detector; the caller holds a reference to it.</param>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Cancels all images; those that still wait never reach the network.</param>
    /// <returns>The detections of each image, in order.</returns>
    /// <exception cref="RequestException">The queue is full, or an image is corrupt.</exception>
    public async Task<ImageDetections[]> RunAsync(ServedModel model, LoadedDetector detector, IReadOnlyList<InputImage> images, CancellationToken cancellationToken)
    {
        var slots = model.Reserve(images.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await Task.WhenAll(images.Select((image, i) => RunOneAsync(image, slots[i]))).ConfigureAwait(false);

        async Task<ImageDetections> RunOneAsync(InputImage image, QueueSlots.Slot slot)
        {
            // The image that is queued frees the place itself; disposing it twice is harmless.
            using (slot)
                try
                {
                    var source = await DecodeAsync(model.Metrics, detector.Detector, image, stop.Token).ConfigureAwait(false);
                    var size = detector.Detector.Input.Fit(image.Width, image.Height);
                    var queued = new QueuedImage(source, PaddedSize.Compute([(size.Width, size.Height)]), slot, time.GetTimestamp(), stop.Token);
                    detector.Queue.Add(queued);
                    return await queued.Result.ConfigureAwait(false);
                }
                catch
                {
                    // One image of a request that fails makes the others useless.
                    await stop.CancelAsync().ConfigureAwait(false);
                    throw;
                }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoding.Dispose();

    private async Task<ImageSource> DecodeAsync(ModelMetrics metrics, IObjectDetector detector, InputImage image, CancellationToken cancellationToken)
    {
        await _decoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() =>
            {
                using var activity = ServingTraces.StartDecoding();
                var started = Stopwatch.GetTimestamp();
                var decoded = image.Decode(detector);
                metrics.RecordDecoded(Stopwatch.GetElapsedTime(started));
                return decoded;
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _decoding.Release();
        }
    }
}
