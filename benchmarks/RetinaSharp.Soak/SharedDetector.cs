using RetinaSharp.Detection.Inference;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Soak;

/// <summary>Detects from many threads that share one detector.</summary>
internal static class SharedDetector
{
    private const int Callers = 16;

    /// <summary>Runs a total number of detections in rounds, and measures the memory after each round.</summary>
    /// <returns>The number of results that differ, in any bit, from those of a single thread.</returns>
    public static int Run(Detector detector, IReadOnlyList<Image> images, int detections, int rounds, Growth growth)
    {
        var expected = images.Select(image => detector.Detect(image)).ToArray();
        var (wrong, round) = (0, 0);
        using var ends = new Barrier(Callers, _ => growth.Add(++round * detections / rounds));
        var threads = Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            for (var start = 0; start < detections; start += detections / rounds)
            {
                for (var i = start + caller; i < start + (detections / rounds); i += Callers)
                    if (!detector.Detect(images[i % images.Count]).SequenceEqual(expected[i % images.Count]))
                        Interlocked.Increment(ref wrong);
                ends.SignalAndWait();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return wrong;
    }
}
