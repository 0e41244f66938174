using System.Text.Json;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Losses;

/// <summary>A JSON file of numbers that the user wrote; what is wrong with it is told with file, place and remedy.</summary>
internal sealed class JsonInput
{
    private const int LongestShown = 40;

    private readonly string _path;

    private JsonInput(string path, JsonElement root) => (_path, Root) = (path, root);

    public JsonElement Root { get; }

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <exception cref="DatasetException">It cannot be read, or holds something else.</exception>
    public static JsonInput Read(string path)
    {
        var text = Bytes(path);
        if (text.Span.StartsWith("\uFEFF"u8))
            text = text[3..];
        try
        {
            var input = new JsonInput(path, JsonElement.Parse(text.Span));
            return input.Root.ValueKind == JsonValueKind.Object ? input : throw input.Wrong("", $"{Shown(input.Root)} stands where an object in braces is needed");
        }
        catch (JsonException error)
        {
            throw new DatasetException(path, JsonPlace.OfError(text.Span, out var isNumberOfNone), isNumberOfNone
                ? "NaN and Infinity are no numbers in JSON, and no logits: mend or remove this element"
                : "is not valid JSON from here on; is the file complete?", error);
        }
    }

    /// <summary>A member that is there; null where it is not, or is null.</summary>
    public JsonElement? Find(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A member that has to be a list.</summary>
    /// <exception cref="DatasetException">It is none.</exception>
    public JsonElement List(string name) => Find(name) is not { } value ? throw Wrong(name, "is missing: give a list of numbers")
        : value.ValueKind == JsonValueKind.Array ? value : throw Wrong(name, $"{Shown(value)} stands where a list is needed");

    /// <summary>A member that is a number.</summary>
    /// <exception cref="DatasetException">It is none.</exception>
    public double? Number(string name) => Find(name) is { } value ? Number(value, name) : null;

    /// <summary>The numbers of a list.</summary>
    /// <exception cref="DatasetException">It is no list, or one of them is no finite number; names the element.</exception>
    public double[] Numbers(JsonElement list, string place)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw Wrong(place, $"{Shown(list)} stands where a list of numbers is needed");
        var numbers = new double[list.GetArrayLength()];
        var i = 0;
        foreach (var value in list.EnumerateArray())
        {
            // The name of a place is made only where it is needed.
            numbers[i] = IsFinite(value, out var number) ? number : Number(value, At(place, i));
            i++;
        }

        return numbers;
    }

    /// <summary>The place of an element of a list.</summary>
    public static string At(string list, int index) => $"{list}[{index}]";

    /// <summary>What to throw of a place in the file.</summary>
    public DatasetException Wrong(string place, string reason) => new(_path, place, reason);

    private double Number(JsonElement value, string place) =>
        IsFinite(value, out var number) ? number : throw Wrong(place, $"{Shown(value)} stands where a finite number is needed: mend it, and write numbers without quotes");

    private static bool IsFinite(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => value.GetRawText() is { Length: > LongestShown } text ? text[..LongestShown] : value.GetRawText(),
    };

    private static ReadOnlyMemory<byte> Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read: {error.Message}", error);
        }
    }
}
