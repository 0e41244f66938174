using System.Text.Json;

namespace RetinaSharp.Datasets.Files;

/// <summary>Recognizes the kind of a JSON file by the names of its first properties, without reading all of it.</summary>
internal static class JsonSniffer
{
    private const int StartLength = 1 << 16;

    /// <summary>Returns the kind of a JSON file.</summary>
    /// <param name="file">Path of the file.</param>
    public static JsonKind GetKind(string file)
    {
        var (rootIsList, outer, inner) = ReadNames(DataFiles.ReadStart(file, StartLength));
        if (rootIsList)
        {
            return inner.Contains("image_id") ? JsonKind.Results
                : inner.Contains("data") || inner.Contains("annotations") || inner.Contains("image") ? JsonKind.LabelStudio
                : JsonKind.Other;
        }

        if (outer.Contains("shapes") || outer.Contains("imagePath"))
            return JsonKind.LabelMe;
        if (outer.Contains("_via_img_metadata") || outer.Contains("_via_settings") || (inner.Contains("filename") && inner.Contains("regions")))
            return JsonKind.Via;
        return outer.Contains("images") || outer.Contains("annotations") || outer.Contains("categories") || (outer.Contains("info") && outer.Contains("licenses"))
            ? JsonKind.Coco
            : JsonKind.Other;
    }

    /// <summary>Returns whether the root is a list, and the property names of the root object and of the objects in the root.</summary>
    private static (bool RootIsList, HashSet<string> Outer, HashSet<string> Inner) ReadNames(ReadOnlySpan<byte> start)
    {
        var (rootIsList, outer, inner) = (false, new HashSet<string>(), new HashSet<string>());
        if (start.StartsWith("\uFEFF"u8))
            start = start[3..];
        var reader = new Utf8JsonReader(start, isFinalBlock: false, default);
        try
        {
            for (var first = true; reader.Read(); first = false)
            {
                if (first)
                    rootIsList = reader.TokenType == JsonTokenType.StartArray;
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth <= 2)
                    (reader.CurrentDepth == 1 ? outer : inner).Add(reader.GetString()!);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The names that were read before the invalid text decide; the reader of the format reports the error.
        }

        return (rootIsList, outer, inner);
    }
}
