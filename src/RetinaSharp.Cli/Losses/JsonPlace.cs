using System.Text.Json;

namespace RetinaSharp.Cli.Losses;

/// <summary>Finds the element at which text stops to be JSON.</summary>
internal static class JsonPlace
{
    /// <summary>The element, as <c>logits[3]</c>, and the line.</summary>
    /// <param name="text">Text that is no JSON.</param>
    /// <param name="isNumberOfNone">Whether NaN or an infinity is there, which other programs write for numbers.</param>
    public static string OfError(ReadOnlySpan<byte> text, out bool isNumberOfNone)
    {
        var reader = new Utf8JsonReader(text);
        // Of each list or object that is open: how many elements came, or the name of the member that is read.
        var open = new List<(bool IsList, int Index, string Name)>();
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
            // The latter is how the reader complains of text that is not valid Unicode. Where it stopped is what is asked for.
        }

        var read = (int)reader.BytesConsumed;
        var rest = text[read..].TrimStart(" \t\r\n,:-"u8);
        isNumberOfNone = rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8);
        var line = text[..^rest.Length].Count((byte)'\n') + 1;
        var element = string.Concat(open.Select((one, depth) => one.IsList ? $"[{one.Index}]" : depth == 0 ? one.Name : $".{one.Name}"));
        return $"line {line}{(element.Length == 0 ? "" : $", {element}")}";
    }
}
