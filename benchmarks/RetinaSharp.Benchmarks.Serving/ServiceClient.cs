using System.Net;
using System.Net.Http.Headers;

namespace RetinaSharp.Benchmarks.Serving;

/// <summary>Posts images to the service, one after the other from a list.</summary>
internal sealed class ServiceClient(string url, IEnumerable<string> files) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromMinutes(2) };
    private readonly byte[][] _images = [.. files.Select(File.ReadAllBytes)];
    private int _next;

    /// <summary>Posts the next image, and returns the status; 0 if there was no response.</summary>
    public async Task<HttpStatusCode> PostAsync()
    {
        var image = _images[(Interlocked.Increment(ref _next) & int.MaxValue) % _images.Length];
        using var content = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        try
        {
            using var response = await _client.PostAsync(url, content);
            await response.Content.ReadAsByteArrayAsync();
            return response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return 0;
        }
    }

    public void Dispose() => _client.Dispose();
}
