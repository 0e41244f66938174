using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Reads bytes from base64 strings in JSON.</summary>
internal static class Base64
{
    /// <summary>Decodes the string at which a reader is. Returns false if it is no string, or not in base64.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        try
        {
            return reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out bytes);
        }
        catch (InvalidOperationException)
        {
            // The string has half of a surrogate pair.
            return false;
        }
    }
}
