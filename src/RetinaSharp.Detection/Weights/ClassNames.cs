using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Reads class names from a file, for models without class names, such as those of torchvision. torchvision numbers classes from 0. Its published models use
/// 0 for the background and COCO's category ids for the rest, so that the index of a class is its category id.
/// </summary>
internal static class ClassNames
{
    /// <summary>Reads class names from a file, and assigns them to the class outputs of a model.</summary>
    /// <param name="path">A text file with one name per line, or a COCO JSON file with categories; null: the classes are numbered.</param>
    /// <param name="outputs">Number of class outputs per anchor. If the file has one name fewer, the background is added as the first class.</param>
    /// <exception cref="DatasetException">The file cannot be read, or its number of classes does not match.</exception>
    public static IReadOnlyList<Category> Read(string? path, int outputs)
    {
        if (path is null)
            return [.. Enumerable.Range(0, outputs).Select(index => new Category(index, $"class {index}"))];
        var bytes = Bytes(path);
        var text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        var isJson = text.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
        var categories = isJson ? AssignIndices(path, Categories(path, text), outputs) : AssignIndices(path, Lines(path, text), outputs);
        if (categories[0].Name == BackgroundClass.TorchvisionName)
            categories[0] = categories[0] with { Name = BackgroundClass.Name };
        return Distinct(categories);
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
        return empty < 0 ? lines : throw new DatasetException(path, $"line {empty + 1}", "is empty; it must contain a class name");
    }

    /// <summary>Reads the categories of a COCO JSON file, and skips the rest of the file, which may be large.</summary>
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
            throw new DatasetException(path, "categories", $"cannot be parsed: {error.Message}", error);
        }

        throw new DatasetException(path, "", "has no \"categories\", which COCO's JSON format requires");
    }

    private static List<Category> AssignIndices(string path, List<string> names, int outputs)
    {
        if (names.Count != outputs && names.Count != outputs - 1)
            throw Misfit(path, names.Count, outputs);
        if (names.Count < outputs)
            names.Insert(0, BackgroundClass.Name);
        return [.. names.Select((name, index) => new Category(index, name))];
    }

    private static List<Category> AssignIndices(string path, List<Category> categories, int outputs)
    {
        // If the largest id is the last output, ids are output indices, possibly with gaps as in COCO.
        if (categories.Count > 0 && categories.TrueForAll(category => category.Id >= 0) && categories.Max(category => category.Id) == outputs - 1)
        {
            var names = categories.GroupBy(category => category.Id).ToDictionary(group => group.Key, group => group.First().Name);
            return [.. Enumerable.Range(0, outputs).Select(index => new Category(index, names.GetValueOrDefault(index) ?? (index == 0 ? BackgroundClass.Name : $"class {index}")))];
        }

        if (categories.Count != outputs && categories.Count != outputs - 1)
            throw Misfit(path, categories.Count, outputs);
        // The background's id is 0 as in torchvision, or -1 if another category has id 0.
        return categories.Count == outputs ? categories : [new(categories.Exists(category => category.Id == 0) ? -1 : 0, BackgroundClass.Name), .. categories];
    }

    /// <summary>Makes class names unique by appending the class index to repeated names: torchvision's list has ten classes "N/A".</summary>
    private static List<Category> Distinct(List<Category> categories)
    {
        var repeated = categories.CountBy(category => category.Name).Where(name => name.Value > 1).Select(name => name.Key).ToHashSet();
        return [.. categories.Select((category, index) => repeated.Contains(category.Name) ? category with { Name = $"{category.Name} {index}" } : category)];
    }

    private static DatasetException Misfit(string path, int count, int outputs) =>
        new(path, "", $"has {count} classes, but the model has {outputs} class outputs: name all of them, or all except the first if it is the background");
}
