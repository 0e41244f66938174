using System.Diagnostics;

namespace RetinaSharp.Benchmarks.Serving;

/// <summary>Clients of which each waits for its response before it sends the next request.</summary>
internal static class ClosedLoop
{
    /// <summary>Number of clients: four batches of the default size, so that a full one is always ready, within the default queue.</summary>
    public const int Clients = 32;

    public static async Task<LoadResult> RunAsync(ServiceClient client, TimeSpan duration)
    {
        var result = new LoadResult();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                var status = await client.PostAsync();
                result.Add(status, Stopwatch.GetElapsedTime(sent));
            }
        }));
        result.Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return result;
    }
}
