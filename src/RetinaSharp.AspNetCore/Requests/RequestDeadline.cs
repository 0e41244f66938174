using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>The token of a request: canceled when the client leaves, or when the deadline passes.</summary>
internal sealed class RequestDeadline : IDisposable
{
    /// <summary>Header with the time in milliseconds after which the client gives up.</summary>
    public const string Header = "X-Timeout-Ms";

    /// <summary>Query parameter with the time in milliseconds after which the client gives up.</summary>
    public const string Parameter = "timeout_ms";

    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _aborted;
    private readonly long _started;
    private readonly TimeProvider _time;

    /// <summary>Starts the time of a request.</summary>
    /// <exception cref="RequestException">The client's value is not a time.</exception>
    public RequestDeadline(HttpContext context, ServingOptions serving, TimeProvider time)
    {
        string? text = context.Request.Headers[Header] is [{ } header, ..] ? header : context.Request.Query[Parameter];
        var limit = text is null ? serving.DefaultDeadline : Parse(text, serving.MaxDeadline);
        (_time, _started, _aborted) = (time, time.GetTimestamp(), context.RequestAborted);
        _deadline = new(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, _aborted);
    }

    /// <summary>Canceled when the client leaves or the deadline passes.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the deadline has passed while the client still waits.</summary>
    public bool HasPassed => _deadline.IsCancellationRequested && !_aborted.IsCancellationRequested;

    /// <summary>Replaces the deadline.</summary>
    /// <param name="limit">Time from the start of the request.</param>
    public void Set(TimeSpan limit)
    {
        var left = limit - _time.GetElapsedTime(_started);
        _deadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
    }

    private static TimeSpan Parse(string text, TimeSpan max) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
            ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, max.TotalMilliseconds))
            : throw RequestException.Malformed($"{Parameter} '{text}': must be a number of milliseconds above 0.");
}
