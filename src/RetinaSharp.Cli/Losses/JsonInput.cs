using System.Text.Json;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Losses;

/// <summary>Reads numbers from a JSON file. Its exceptions name the file, the element and a remedy.</summary>
internal sealed class JsonInput
{
    private const int MaxExcerpt = 40;

    private readonly string _path;

    private JsonInput(string path, JsonElement root) => (_path, Root) = (path, root);

    public JsonElement Root { get; }

    /// <summary>Reads a file that must contain a JSON object.</summary>
    /// <exception cref="DatasetException">The file cannot be read, or does not contain a JSON object.</exception>
    public static JsonInput Read(string path)
    {
        var text = ReadBytes(path);
        if (text.Span.StartsWith("\uFEFF"u8))
            text = text[3..];
        try
        {
            var input = new JsonInput(path, JsonElement.Parse(text.Span));
            return input.Root.ValueKind == JsonValueKind.Object ? input : throw input.Error("", $"expected an object, found {Excerpt(input.Root)}");
        }
        catch (JsonException error)
        {
            throw new DatasetException(path, JsonErrorLocation.Find(text.Span, out var isNonFinite), isNonFinite
                ? "NaN and Infinity are not JSON numbers; correct or remove this element"
                : "not valid JSON from here on; is the file complete?", error);
        }
    }

    /// <summary>Returns a property of the root object; null if it is absent or null.</summary>
    public JsonElement? Find(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Returns a property of the root object, which must be an array.</summary>
    /// <exception cref="DatasetException">The property is absent or not an array.</exception>
    public JsonElement Array(string name) => Find(name) is not { } value ? throw Error(name, "is missing; it must be an array of numbers")
        : value.ValueKind == JsonValueKind.Array ? value : throw Error(name, $"expected an array, found {Excerpt(value)}");

    /// <summary>Returns a property of the root object, which must be a number; null if it is absent or null.</summary>
    /// <exception cref="DatasetException">The property is not a finite number.</exception>
    public double? Number(string name) => Find(name) is { } value ? Number(value, name) : null;

    /// <summary>Returns the numbers of an array.</summary>
    /// <param name="array">The element, which must be an array of numbers.</param>
    /// <param name="location">Location of the array in the file, for the message of the exception.</param>
    /// <exception cref="DatasetException">The element is not an array of finite numbers; the message names the wrong number.</exception>
    public double[] Numbers(JsonElement array, string location)
    {
        if (array.ValueKind != JsonValueKind.Array)
            throw Error(location, $"expected an array of numbers, found {Excerpt(array)}");
        var numbers = new double[array.GetArrayLength()];
        var i = 0;
        foreach (var value in array.EnumerateArray())
        {
            // The location is formatted only if the number is wrong.
            numbers[i] = IsFinite(value, out var number) ? number : Number(value, Element(location, i));
            i++;
        }

        return numbers;
    }

    /// <summary>Returns the location of an array's element, such as <c>logits[3]</c>.</summary>
    public static string Element(string array, int index) => $"{array}[{index}]";

    /// <summary>Creates an exception for an error at a location in the file.</summary>
    public DatasetException Error(string location, string reason) => new(_path, location, reason);

    private double Number(JsonElement value, string location) =>
        IsFinite(value, out var number) ? number : throw Error(location, $"expected a finite number without quotes, found {Excerpt(value)}");

    private static bool IsFinite(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number);
    }

    private static string Excerpt(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => value.GetRawText() is { Length: > MaxExcerpt } text ? text[..MaxExcerpt] : value.GetRawText(),
    };

    private static ReadOnlyMemory<byte> ReadBytes(string path)
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
