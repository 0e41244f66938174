using System.Collections.Concurrent;
using System.Net;

namespace RetinaSharp.Benchmarks.Serving;

/// <summary>The responses to a load.</summary>
internal sealed class LoadResult
{
    private readonly ConcurrentBag<double> _latencies = [];
    private int _refused, _failed;

    /// <summary>Seconds from the first request to the last response.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds in which requests were sent.</summary>
    public double SendingSeconds { get; set; }

    /// <summary>Requests per second.</summary>
    public double Offered => (_latencies.Count + _refused + _failed) / SendingSeconds;

    /// <summary>Served requests per second.</summary>
    public double Throughput => _latencies.Count / Seconds;

    /// <summary>Requests per second that were refused because the queue was full.</summary>
    public double Refused => _refused / SendingSeconds;

    /// <summary>Number of requests with another status or without a response.</summary>
    public int Failed => _failed;

    /// <summary>Adds a response.</summary>
    public void Add(HttpStatusCode status, TimeSpan latency)
    {
        if (status == HttpStatusCode.OK)
            _latencies.Add(latency.TotalMilliseconds);
        else
            Interlocked.Increment(ref status == HttpStatusCode.TooManyRequests ? ref _refused : ref _failed);
    }

    /// <summary>Returns a percentile of the latency of served requests in milliseconds; NaN if there are none.</summary>
    public double Percentile(double share)
    {
        double[] sorted = [.. _latencies.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min((int)(share * sorted.Length), sorted.Length - 1)];
    }
}
