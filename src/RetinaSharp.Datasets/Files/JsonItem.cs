using System.Globalization;
using System.Text.Json;

namespace RetinaSharp.Datasets.Files;

/// <summary>A JSON value with its location. Values of a wrong type cause a <see cref="DatasetException"/> with this location.</summary>
/// <param name="Value">The value.</param>
/// <param name="File">Path of the file.</param>
/// <param name="Location">Location of the value in the file; empty for the root.</param>
internal readonly record struct JsonItem(JsonElement Value, string File, string Location)
{
    /// <summary>Whether the value is an object.</summary>
    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    /// <summary>Whether the value is a list.</summary>
    public bool IsList => Value.ValueKind == JsonValueKind.Array;

    /// <summary>Whether the value is a string.</summary>
    public bool IsText => Value.ValueKind == JsonValueKind.String;

    /// <summary>Whether the value is <c>true</c> or a number other than 0.</summary>
    public bool IsTrue => Value.ValueKind == JsonValueKind.True || (Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number) && number != 0);

    /// <summary>Returns the first of some properties that exists and is not null; null if there is none, or if the value is not an object.</summary>
    public JsonItem? Find(params ReadOnlySpan<string> names)
    {
        if (!IsObject)
            return null;
        foreach (var name in names)
        {
            if (Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                return new(value, File, Join(name));
        }

        return null;
    }

    /// <summary>Returns a property. Throws if it does not exist or is null.</summary>
    public JsonItem Get(string name) => Find(name) ?? throw Fail(IsObject ? $"has no \"{name}\"" : $"is {Describe()} instead of an object with \"{name}\"");

    /// <summary>Returns the string. Throws if the value is not a string.</summary>
    public string Text()
    {
        if (!IsText)
            throw Fail($"is {Describe()} instead of a string");
        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new DatasetException(File, Location, "is not valid Unicode", exception);
        }
    }

    /// <summary>Returns the number, which may be written as a string. Throws if the value is no finite number in the range of pixels.</summary>
    public double Number()
    {
        var isNumber = Value.ValueKind == JsonValueKind.Number ? Value.TryGetDouble(out var number)
            : double.TryParse(IsText ? Text() : null, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        return isNumber && Math.Abs(number) <= int.MaxValue ? number : throw Fail($"is {Describe()} instead of a number of pixels");
    }

    /// <summary>Returns the number of pixels of an image side that one of some properties gives; 0 if none gives a valid one.</summary>
    public int Side(params ReadOnlySpan<string> names) =>
        Find(names) is { Value.ValueKind: JsonValueKind.Number } item && item.Value.TryGetDouble(out var side) && side is >= 1 and <= int.MaxValue ? (int)side : 0;

    /// <summary>Returns the elements of a list. Throws if the value is not a list.</summary>
    public IEnumerable<JsonItem> Items()
    {
        if (!IsList)
            throw Fail($"is {Describe()} instead of a list");
        var (file, location) = (File, Location);
        return Value.EnumerateArray().Select((value, i) => new JsonItem(value, file, string.Create(CultureInfo.InvariantCulture, $"{location}[{i}]")));
    }

    /// <summary>Returns the elements of a list, or the property values of an object. Throws if the value is neither.</summary>
    public IEnumerable<JsonItem> ItemsOrValues() => IsObject ? Properties().Select(property => property.Item) : Items();

    /// <summary>Returns the properties of an object. Throws if the value is not an object.</summary>
    public IEnumerable<(string Name, JsonItem Item)> Properties()
    {
        if (!IsObject)
            throw Fail($"is {Describe()} instead of an object");
        var item = this;
        return Value.EnumerateObject().Select(property => (property.Name, new JsonItem(property.Value, item.File, item.Join(property.Name))));
    }

    /// <summary>Creates an exception about this value.</summary>
    public DatasetException Fail(string reason) => new(File, Location, reason);

    private string Join(string name) => Location.Length == 0 ? name : $"{Location}, {name}";

    private string Describe() => Value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ when Value.GetRawText() is var text => text.Length <= 40 ? text : text[..40] + "…",
        _ => "",
    };
}
