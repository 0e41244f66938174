using Microsoft.AspNetCore.Http;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Metadata of an endpoint: how its errors are written.</summary>
/// <param name="WriteAsync">Writes the body of an error, whose status and headers are set.</param>
internal sealed record ErrorFormat(Func<HttpContext, RequestException, Task> WriteAsync);
