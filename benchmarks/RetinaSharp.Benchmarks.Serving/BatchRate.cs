using System.Diagnostics;
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Benchmarks.Serving;

/// <summary>The rate of the detector in this process, without a service: the same files, as many as it takes, in batches of the service's size.</summary>
internal static class BatchRate
{
    private const int Batch = 8;

    /// <summary>Returns images per second.</summary>
    public static async Task<double> MeasureAsync(string model, TimeSpan duration, IEnumerable<string> files)
    {
        using var detector = OnnxDetector.Load(model);
        byte[][] images = [.. files.Select(File.ReadAllBytes)];
        await RunAsync(TimeSpan.FromSeconds(3));
        return await RunAsync(duration);

        async Task<double> RunAsync(TimeSpan limit)
        {
            var (started, count) = (Stopwatch.GetTimestamp(), 0);
            await foreach (var _ in detector.DetectManyAsync(Endless(started, limit).ToAsyncEnumerable(), Batch))
                count++;
            return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        IEnumerable<ImageSource> Endless(long started, TimeSpan limit)
        {
            for (var i = 0; Stopwatch.GetElapsedTime(started) < limit; i++)
                yield return images[i % images.Length];
        }
    }
}
