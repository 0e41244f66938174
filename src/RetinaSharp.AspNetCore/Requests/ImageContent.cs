using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>The images in the body of a request: one file as it is, several in multipart/form-data, or base64 in JSON.</summary>
/// <param name="files">Name and bytes of each file; the name is empty if the client gave none.</param>
/// <param name="isSingle">Whether the body is one file as it is.</param>
internal sealed class ImageContent(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Bytes)> files, bool isSingle)
{
    private const string Supported = "image/*, application/octet-stream, multipart/form-data or application/json";

    /// <summary>Name and bytes of each file; the name is empty if the client gave none.</summary>
    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Bytes)> Files => files;

    /// <summary>Whether the body is one file as it is.</summary>
    public bool IsSingle => isSingle;

    /// <summary>Finds the images in a body.</summary>
    /// <param name="contentType">The header Content-Type.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxImages">Maximum number of images.</param>
    /// <exception cref="RequestException">The type is not supported, the body is malformed, or there are no images or too many.</exception>
    public static async Task<ImageContent> ParseAsync(string? contentType, ReadOnlyMemory<byte> body, int maxImages)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
            throw RequestException.MediaType($"Content-Type is missing or malformed: it must be {Supported}.");
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
            return new([("", body)], isSingle: true);
        IReadOnlyList<(string, ReadOnlyMemory<byte>)> files =
            type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? await ReadMultipartAsync(type, body, maxImages).ConfigureAwait(false)
            : type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? ReadJson(body.Span, maxImages)
            : throw RequestException.MediaType($"Content-Type {type.MediaType} is not supported: it must be {Supported}. With curl, add -H 'Content-Type: image/jpeg'.");
        return files.Count == 0 ? throw RequestException.Malformed("The body has no images.") : new(files, isSingle: false);
    }

    private static async Task<List<(string, ReadOnlyMemory<byte>)>> ReadMultipartAsync(MediaTypeHeaderValue type, ReadOnlyMemory<byte> body, int maxImages)
    {
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 70 } boundary)
            throw RequestException.Malformed("The header Content-Type has no boundary of 1 to 70 characters.");
        var files = new List<(string, ReadOnlyMemory<byte>)>();
        try
        {
            var reader = new MultipartReader(boundary, body.AsStream());
            while (await reader.ReadNextSectionAsync().ConfigureAwait(false) is { } section)
            {
                if (files.Count == maxImages)
                    throw RequestException.TooManyImages(maxImages);
                using var bytes = new MemoryStream();
                await section.Body.CopyToAsync(bytes).ConfigureAwait(false);
                files.Add((Name(section), bytes.GetBuffer().AsMemory(0, (int)bytes.Length)));
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw RequestException.Malformed($"The body is not valid multipart/form-data: {error.Message}");
        }

        return files;
    }

    // The name is only echoed: no file of this name is ever opened.
    private static string Name(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            return "";
        var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName.HasValue ? disposition.FileName : disposition.Name);
        return name.Value ?? "";
    }

    private static List<(string, ReadOnlyMemory<byte>)> ReadJson(ReadOnlySpan<byte> body, int maxImages)
    {
        const string expected = "expected {\"image\": \"BASE64\"} or {\"images\": [\"BASE64\", …]}";
        var files = new List<(string, ReadOnlyMemory<byte>)>();
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException(expected);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isOne, isMany) = (reader.ValueTextEquals("image"u8), reader.ValueTextEquals("images"u8));
                reader.Read();
                if (isOne)
                    Add(ref reader);
                else if (!isMany)
                    throw new JsonException(expected);
                else if (reader.TokenType != JsonTokenType.StartArray)
                    throw new JsonException(expected);
                else
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                        Add(ref reader);
            }

            // Anything but white space after the object is an error.
            reader.Read();
        }
        // InvalidOperationException: a name has half of a surrogate pair.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw RequestException.Malformed($"The body is not valid JSON for this request: {error.Message}");
        }

        return files;

        // Before it is decoded: a property may be there many times.
        void Add(ref Utf8JsonReader reader)
        {
            if (files.Count == maxImages)
                throw RequestException.TooManyImages(maxImages);
            if (!Base64.TryRead(ref reader, out var bytes))
                throw new JsonException($"byte {reader.TokenStartIndex}: an image must be a string in base64, without a data: prefix and line breaks");
            files.Add(("", bytes));
        }
    }
}
