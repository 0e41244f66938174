using System.Text.Json;

namespace RetinaSharp.Cli.Losses;

/// <summary>Locates the error in text that is not valid JSON.</summary>
internal static class JsonErrorLocation
{
    /// <summary>Returns the line and the element of the first error, such as <c>line 1, logits[3]</c>.</summary>
    /// <param name="text">Invalid JSON, in UTF-8.</param>
    /// <param name="isNonFinite">Whether the error is <c>NaN</c> or <c>Infinity</c>, which some programs write though JSON does not allow it.</param>
    public static string Find(ReadOnlySpan<byte> text, out bool isNonFinite)
    {
        var reader = new Utf8JsonReader(text);
        // For each array or object that is not closed yet: the index of the next element, or the name of the current property.
        var open = new List<(bool IsArray, int Index, string Name)>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        open.Add((reader.TokenType == JsonTokenType.StartArray, 0, ""));
                        continue;
                    case JsonTokenType.PropertyName:
                        open[^1] = (false, 0, reader.GetString()!);
                        continue;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        open.RemoveAt(open.Count - 1);
                        break;
                }

                if (open is [.., (true, var index, _)])
                    open[^1] = (true, index + 1, "");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader stopped at the error. It throws InvalidOperationException for invalid Unicode.
        }

        var read = (int)reader.BytesConsumed;
        var rest = text[read..].TrimStart(" \t\r\n,:-"u8);
        isNonFinite = rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8);
        var line = text[..^rest.Length].Count((byte)'\n') + 1;
        var element = string.Concat(open.Select((one, depth) => one.IsArray ? $"[{one.Index}]" : depth == 0 ? one.Name : $".{one.Name}"));
        return $"line {line}{(element.Length == 0 ? "" : $", {element}")}";
    }
}
