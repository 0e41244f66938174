using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RetinaSharp.AspNetCore.Diagnostics;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Turns the exceptions of a request's handler into responses, metrics and log messages.</summary>
internal static class RequestErrors
{
    /// <summary>Wraps a handler.</summary>
    /// <param name="handler">Handles the request.</param>
    /// <param name="write">Writes the body of an error, whose status and headers are set.</param>
    public static RequestDelegate Handle(RequestDelegate handler, Func<HttpContext, RequestException, Task> write) => async context =>
    {
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception error) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Nobody reads a response any more, or only the rest of one.
            var hasLeft = context.RequestAborted.IsCancellationRequested;
            Count(context, hasLeft ? "client_left" : "internal");
            if (!hasLeft)
                Log(context, error);
            // A response that ended here would look complete.
            if (context.Response.HasStarted)
                context.Abort();
            else
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception error)
        {
            var failure = Create(error);
            if (failure.Status == StatusCodes.Status500InternalServerError)
                Log(context, error);
            Count(context, failure.Reason);
            context.Response.StatusCode = failure.Status;
            if (failure.RetryAfter is { } delay)
                context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await write(context, failure).ConfigureAwait(false);
        }
    };

    private static RequestException Create(Exception error) => error switch
    {
        RequestException request => request,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => new(bad.StatusCode, "body_too_large", bad.Message),
        BadHttpRequestException bad => new(bad.StatusCode, "malformed", bad.Message),
        // What the detector says may name files of this machine, which are none of the client's business.
        _ => new(StatusCodes.Status500InternalServerError, "internal", "The service failed; its log has the reason."),
    };

    private static void Count(HttpContext context, string reason) => context.RequestServices.GetRequiredService<ServingMetrics>().RecordRejected(reason);

    private static void Log(HttpContext context, Exception error) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestErrors).FullName!).RequestFailed(context.Request.Method, context.Request.Path, error);
}
