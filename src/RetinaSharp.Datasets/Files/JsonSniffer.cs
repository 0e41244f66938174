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
        var (rootIsList, outer, inner, deep) = ReadNames(DataFiles.ReadStart(file, StartLength));
        if (rootIsList)
            return GetListKind(inner, deep);
        if (outer.Contains("shapes") || outer.Contains("imagePath") || outer.Contains("imageData"))
            return JsonKind.LabelMe;
        if (outer.Contains("data") && (outer.Contains("completions") || outer.Contains("annotations")))
            return JsonKind.LabelStudio;
        if (outer.Contains("_via_img_metadata") || outer.Contains("_via_settings") || (inner.Contains("filename") && inner.Contains("regions")))
            return JsonKind.Via;
        if (outer.Contains("project") && outer.Contains("config") && outer.Contains("attribute"))
            return JsonKind.Via3;
        return outer.Contains("images") || outer.Contains("annotations") || outer.Contains("categories") || (outer.Contains("info") && outer.Contains("licenses"))
            ? JsonKind.Coco
            : JsonKind.Other;
    }

    private static JsonKind GetListKind(HashSet<string> inner, HashSet<string> deep)
    {
        // Its reader says that a list is not an annotation file.
        if (inner.Contains("images") && inner.Contains("categories"))
            return JsonKind.Coco;
        if (inner.Contains("image_id"))
            return JsonKind.Results;
        if (inner.Contains("filename") && inner.Contains("regions"))
            return JsonKind.Via;
        if (inner.Contains("data") || inner.Contains("completions") || deep.Contains("result"))
            return JsonKind.LabelStudio;
        if ((inner.Contains("image") || inner.Contains("imagefilename")) && (inner.Contains("annotations") || inner.Contains("annotation")))
            return JsonKind.CreateMl;
        return deep.Contains("coordinates") ? JsonKind.CreateMl
            : inner.Contains("image") || inner.Contains("annotations") ? JsonKind.LabelStudio
            : JsonKind.Other;
    }

    /// <summary>
    /// Returns whether the root is a list, and the property names of the root object, of the objects in the root, and of objects in a list in
    /// these.
    /// </summary>
    private static (bool RootIsList, HashSet<string> Outer, HashSet<string> Inner, HashSet<string> Deep) ReadNames(ReadOnlySpan<byte> start)
    {
        var (rootIsList, outer, inner, deep) = (false, new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        if (start.StartsWith("\uFEFF"u8))
            start = start[3..];
        var reader = new Utf8JsonReader(start, isFinalBlock: false, default);
        try
        {
            for (var first = true; reader.Read(); first = false)
            {
                if (first)
                    rootIsList = reader.TokenType == JsonTokenType.StartArray;
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth <= 4)
                    (reader.CurrentDepth == 1 ? outer : reader.CurrentDepth == 2 ? inner : deep).Add(reader.GetString()!);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The names that were read before the invalid text decide; the reader of the format reports the error.
        }

        return (rootIsList, outer, inner, deep);
    }
}
