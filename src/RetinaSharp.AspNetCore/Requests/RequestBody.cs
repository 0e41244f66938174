using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Reads the bodies of requests into memory, up to a limit.</summary>
internal static class RequestBody
{
    private const int FirstBuffer = 64 << 10;

    /// <summary>Reads the whole body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Maximum number of bytes.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="RequestException">The body is larger than the limit, empty, or compressed.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.Headers.GetCommaSeparatedValues(HeaderNames.ContentEncoding).Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw RequestException.MediaType("Content-Encoding is not supported: send the body uncompressed.");
        if (request.ContentLength > limit)
            throw RequestException.BodyTooLarge(limit);
        // The limit of this service replaces that of the server.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limit;
        // The buffer grows with what arrives, so that a header alone reserves no memory.
        var buffer = new byte[Math.Min(FirstBuffer, (long)limit + 1)];
        var length = 0;
        while (await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length > limit)
                throw RequestException.BodyTooLarge(limit);
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, (long)limit + 1));
        }

        return length == 0 ? throw RequestException.Malformed("The body is empty.") : buffer.AsMemory(0, length);
    }
}
