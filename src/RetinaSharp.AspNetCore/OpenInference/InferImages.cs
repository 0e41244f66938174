using System.Buffers.Binary;
using System.Text.Json;
using RetinaSharp.AspNetCore.Requests;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>
/// The images of the input tensor: encoded files in a BYTES tensor [N] or [N, 1], or RGB pixels in a UINT8 tensor [N, H, W, 3] or [H, W, 3]. In JSON, an encoded file is a
/// base64 string.
/// </summary>
internal static class InferImages
{
    /// <summary>Name of the input.</summary>
    public const string InputName = "images";

    public const string Bytes = "BYTES";

    public const string UInt8 = "UINT8";

    private const int Channels = 3;

    /// <summary>Reads the images of a request.</summary>
    /// <exception cref="RequestException">The tensor is malformed, or there are too many or too large images.</exception>
    public static IReadOnlyList<InputImage> Read(InferBody body, ServingOptions options)
    {
        if (body.Request is null)
            return [InputImage.FromFile("the image", body.Binary, options.MaxPixels)];
        if (body.Request.Inputs is not [{ } input])
            throw RequestException.Malformed($"The request has {body.Request.Inputs?.Count ?? 0} inputs: the model has one, '{InputName}'.");
        if (input.Name != InputName)
            throw RequestException.Malformed($"There is no input '{input.Name}': the model has one, '{InputName}'.");
        if (input.Shape is not { } shape || shape.Any(length => length < 0))
            throw RequestException.Malformed($"input {InputName}: the shape is missing or has a negative length.");
        var binary = GetBinary(input, body);
        return input.Datatype switch
        {
            Bytes => ReadFiles(input, body, binary, CountFiles(shape, options), options),
            UInt8 => ReadPixels(input, body, binary, options),
            _ => throw RequestException.Malformed($"input {InputName}: datatype '{input.Datatype}' is neither {Bytes} (encoded images) nor {UInt8} (RGB pixels)."),
        };
    }

    private static ReadOnlyMemory<byte>? GetBinary(InferInput input, InferBody body)
    {
        var size = input.Parameters.Integer("binary_data_size");
        if (size is null && body.Binary.Length > 0 || size is not null && size != body.Binary.Length)
            throw RequestException.Malformed($"input {InputName}: binary_data_size is {size?.ToString() ?? "missing"}, but {body.Binary.Length} bytes follow the JSON.");
        if (size is not null && input.Data is not null)
            throw RequestException.Malformed($"input {InputName}: it has both data and binary_data_size.");
        return size is null ? null : (ReadOnlyMemory<byte>?)body.Binary;
    }

    private static int CountFiles(IReadOnlyList<long> shape, ServingOptions options)
    {
        if (shape is not ([_] or [_, 1]))
            throw RequestException.Malformed($"input {InputName}: the shape of encoded images must be [N] or [N, 1].");
        return CheckCount(shape[0], options);
    }

    private static int CheckCount(long images, ServingOptions options) => images < 1 ? throw RequestException.Malformed($"input {InputName}: there are no images.")
        : images <= options.MaxImages ? (int)images : throw RequestException.TooManyImages(options.MaxImages);

    private static IReadOnlyList<InputImage> ReadFiles(InferInput input, InferBody body, ReadOnlyMemory<byte>? binary, int count, ServingOptions options)
    {
        var files = binary is { } bytes ? SplitBinary(bytes, count) : ParseBase64(input, body, count);
        return files.Count == count
            ? [.. files.Select((file, i) => InputImage.FromFile($"image {i + 1}", file, options.MaxPixels))]
            : throw RequestException.Malformed($"input {InputName}: the shape says {count} images, but the data have {files.Count}.");
    }

    // Each element is its length as a little-endian uint32, then its bytes.
    private static List<ReadOnlyMemory<byte>> SplitBinary(ReadOnlyMemory<byte> binary, int count)
    {
        var files = new List<ReadOnlyMemory<byte>>();
        for (var left = binary; left.Length > 0;)
        {
            if (left.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(left.Span) is var length && length > left.Length - sizeof(uint))
                throw RequestException.Malformed($"input {InputName}: the binary data end within element {files.Count}; each element is its length as uint32, then its bytes.");
            if (files.Count == count)
                throw RequestException.Malformed($"input {InputName}: the shape says {count} images, but the data have more.");
            files.Add(left.Slice(sizeof(uint), (int)length));
            left = left[(sizeof(uint) + (int)length)..];
        }

        return files;
    }

    private static List<ReadOnlyMemory<byte>> ParseBase64(InferInput input, InferBody body, int count)
    {
        var files = new List<ReadOnlyMemory<byte>>();
        var reader = GetData(input, body);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (files.Count == count)
                throw RequestException.Malformed($"input {InputName}: the shape says {count} images, but the data have more.");
            if (!Base64.TryRead(ref reader, out var file))
                throw RequestException.Malformed($"input {InputName}: element {files.Count} is not a string in base64, which encoded images are in JSON.");
            files.Add(file);
        }

        return files;
    }

    private static IReadOnlyList<InputImage> ReadPixels(InferInput input, InferBody body, ReadOnlyMemory<byte>? binary, ServingOptions options)
    {
        var (images, height, width) = input.Shape! switch
        {
            [var n, var h and > 0, var w and > 0, Channels] => (CheckCount(n, options), h, w),
            [var h and > 0, var w and > 0, Channels] => (1, h, w),
            _ => throw RequestException.Malformed($"input {InputName}: the shape of pixels must be [N, height, width, {Channels}] or [height, width, {Channels}]."),
        };
        InputImage.RequireSize($"input {InputName}", width, height, options.MaxPixels);
        var image = (int)(height * width * Channels);
        var expected = (long)images * image;
        var pixels = binary ?? ParseNumbers(input, body, expected);
        if (pixels.Length != expected)
            throw RequestException.Malformed($"input {InputName}: the shape says {expected} elements, but the data have {pixels.Length}.");
        return [.. Enumerable.Range(0, images).Select(i => InputImage.FromPixels($"image {i + 1}", new((int)width, (int)height, pixels.Span.Slice(i * image, image))))];
    }

    private static ReadOnlyMemory<byte> ParseNumbers(InferInput input, InferBody body, long expected)
    {
        var reader = GetData(input, body);
        // A number has a digit and a comma, so the body bounds the memory.
        if (expected > body.Json.Length)
            throw RequestException.Malformed($"input {InputName}: the shape says {expected} elements, more than the data have.");
        var pixels = new byte[expected];
        var count = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (count == pixels.Length)
                throw RequestException.Malformed($"input {InputName}: the shape says {expected} elements, but the data have more.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetByte(out pixels[count]))
                throw RequestException.Malformed($"input {InputName}: element {count} is not an integer from 0 to 255.");
            count++;
        }

        return pixels.AsMemory(0, count);
    }

    // The elements may be nested as the shape is, or flat.
    private static Utf8JsonReader GetData(InferInput input, InferBody body)
    {
        if (input.Data is not { } data || body.Json.Span[data.Start] != (byte)'[')
            throw RequestException.Malformed($"input {InputName}: data must be an array.");
        return new(body.Json.Span.Slice(data.Start, data.Length));
    }
}
