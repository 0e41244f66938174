using System.Globalization;
using System.Text.Json;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>The body of an inference request: JSON, and the binary data of tensors after it.</summary>
/// <param name="Request">The JSON; null if the body is one encoded image as it is.</param>
/// <param name="Json">The bytes of the JSON.</param>
/// <param name="Binary">The bytes after the JSON.</param>
internal sealed record InferBody(InferRequest? Request, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Binary)
{
    /// <summary>Header with the length of the JSON, if binary data follow it. 0: there is no JSON, but one encoded image.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    private const int MaxElements = 10_000;

    // Depths of the properties of the request, and of those of a tensor in one of its arrays.
    private const int RequestDepth = 1, TensorDepth = 3;

    /// <summary>Parses a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="jsonLength">Value of <see cref="LengthHeader"/>; null if the header is not given.</param>
    /// <exception cref="RequestException">The body is malformed.</exception>
    public static InferBody Parse(ReadOnlyMemory<byte> body, string? jsonLength)
    {
        var length = body.Length;
        if (jsonLength is not null && !(int.TryParse(jsonLength, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= body.Length))
            throw RequestException.Malformed($"{LengthHeader} '{jsonLength}': must be a number of bytes up to that of the body, {body.Length}.");
        if (length == 0)
            return new(null, default, body);
        var json = body[..length];
        try
        {
            RequireShort(json.Span);
            var request = JsonSerializer.Deserialize(json.Span, InferJson.Default.InferRequest) ?? throw new JsonException("the request is null");
            return new(request, json, body[length..]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw RequestException.Malformed($"The request is not valid JSON of the Open Inference Protocol: {error.Message}");
        }
    }

    /// <summary>Refuses JSON that takes many times its length as objects. The data of the input tensors stay as they are.</summary>
    private static void RequireShort(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var isInput = false;
        for (var elements = 0; reader.Read(); elements++)
        {
            if (elements == MaxElements)
                throw RequestException.Malformed($"The request has more than {MaxElements} JSON elements besides the data of tensors.");
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.CurrentDepth == RequestDepth)
            {
                isInput = reader.ValueTextEquals("inputs"u8);
            }
            // Properties of this name elsewhere, such as in parameters, become objects.
            else if (isInput && reader.CurrentDepth == TensorDepth && reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                reader.Skip();
            }
        }
    }
}
