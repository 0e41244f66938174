using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// The classes of a model that comes without their names. torchvision counts them from 0, and its own models keep 0 for the background
/// and COCO's ids for the rest, so that a class's place is its id.
/// </summary>
internal static class ClassNames
{
    /// <summary>The classes of a model with so many outputs at each anchor.</summary>
    /// <param name="path">A file of names, one a line, or COCO's JSON with its categories; null: the classes are numbered.</param>
    /// <param name="outputs">Number of outputs. A file with one name less leaves out the background, which is the first.</param>
    /// <exception cref="DatasetException">The file cannot be read, or does not fit.</exception>
    public static IReadOnlyList<Category> Read(string? path, int outputs)
    {
        if (path is null)
            return [.. Enumerable.Range(0, outputs).Select(place => new Category(place, $"class {place}"))];
        var bytes = Bytes(path);
        var text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        var isJson = text.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
        return Distinct(isJson ? Place(path, Categories(path, text), outputs) : Place(path, Lines(path, text), outputs));
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read ({error.Message})", error);
        }
    }

    private static List<string> Lines(string path, ReadOnlySpan<byte> text)
    {
        var lines = System.Text.Encoding.UTF8.GetString(text).TrimEnd().Split('\n').Select(line => line.Trim()).ToList();
        var empty = lines.IndexOf("");
        return empty < 0 ? lines : throw new DatasetException(path, $"line {empty + 1}", "is empty, where the name of a class is needed");
    }

    /// <summary>The categories alone: the rest of such a file may be large.</summary>
    private static List<Category> Categories(string path, ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            for (var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject; isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            {
                var isWanted = reader.ValueTextEquals("categories");
                reader.Read();
                if (isWanted)
                {
                    using var list = JsonDocument.ParseValue(ref reader);
                    return [.. list.RootElement.EnumerateArray().Select(one => new Category(one.GetProperty("id").GetInt64(), one.GetProperty("name").GetString() ?? throw new FormatException("a name is null")))];
                }

                reader.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DatasetException(path, "categories", $"cannot be understood: {error.Message}", error);
        }

        throw new DatasetException(path, "", "has no \"categories\", as COCO's JSON has");
    }

    private static List<Category> Place(string path, List<string> names, int outputs)
    {
        if (names.Count != outputs && names.Count != outputs - 1)
            throw Misfit(path, names.Count, outputs);
        if (names.Count < outputs)
            names.Insert(0, BackgroundClass.Name);
        return [.. names.Select((name, place) => new Category(place, name))];
    }

    private static List<Category> Place(string path, List<Category> categories, int outputs)
    {
        // Where the ids fill the outputs to the last, they are the places, with gaps as COCO's.
        if (categories.Count > 0 && categories.TrueForAll(category => category.Id >= 0) && categories.Max(category => category.Id) == outputs - 1)
        {
            var names = categories.GroupBy(category => category.Id).ToDictionary(group => group.Key, group => group.First().Name);
            return [.. Enumerable.Range(0, outputs).Select(place => new Category(place, names.GetValueOrDefault(place) ?? (place == 0 ? BackgroundClass.Name : $"class {place}")))];
        }

        if (categories.Count != outputs && categories.Count != outputs - 1)
            throw Misfit(path, categories.Count, outputs);
        return categories.Count == outputs ? categories : [new(0, BackgroundClass.Name), .. categories];
    }

    /// <summary>Names that occur several times get their place: torchvision's list has ten classes "N/A".</summary>
    private static List<Category> Distinct(List<Category> categories)
    {
        var repeated = categories.CountBy(category => category.Name).Where(name => name.Value > 1).Select(name => name.Key).ToHashSet();
        return [.. categories.Select((category, place) => repeated.Contains(category.Name) ? category with { Name = $"{category.Name} {place}" } : category)];
    }

    private static DatasetException Misfit(string path, int count, int outputs) =>
        new(path, "", $"has {count} classes, the model {outputs} outputs: name all of them, or all but the first, where that is the background");
}
