using System.Diagnostics;

namespace RetinaSharp.Benchmarks.Serving;

/// <summary>Requests at random times with a mean rate, whether or not the service keeps up.</summary>
internal static class PoissonLoad
{
    private const int Seed = 1;

    public static async Task<LoadResult> RunAsync(ServiceClient client, double perSecond, TimeSpan duration)
    {
        var (result, random, requests) = (new LoadResult(), new Random(Seed), new List<Task>());
        var started = Stopwatch.GetTimestamp();
        for (var due = TimeSpan.Zero; due < duration; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond))
        {
            // Times between the events of a Poisson process are exponentially distributed.
            if (due - Stopwatch.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait);
            requests.Add(SendAsync(due));
        }

        await Task.WhenAll(requests);
        (result.SendingSeconds, result.Seconds) = (duration.TotalSeconds, Stopwatch.GetElapsedTime(started).TotalSeconds);
        return result;

        async Task SendAsync(TimeSpan due)
        {
            var status = await client.PostAsync();
            result.Add(status, Stopwatch.GetElapsedTime(started) - due);
        }
    }
}
