using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace RetinaSharp.AspNetCore.Detection;

/// <summary>Problem details of an error, RFC 9457.</summary>
/// <param name="Type">Always <c>about:blank</c>: the title is that of the status.</param>
/// <param name="Title">Name of the status.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, and the remedy.</param>
/// <param name="Reason">Machine-readable reason.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Reason)
{
    /// <summary>Writes the problem as the body of a response.</summary>
    public static Task WriteAsync(HttpContext context, RequestException error) => context.Response.WriteAsJsonAsync(
        new("about:blank", ReasonPhrases.GetReasonPhrase(error.Status), error.Status, error.Message, error.Reason), DetectionJson.Default.Problem, "application/problem+json", context.RequestAborted);
}
