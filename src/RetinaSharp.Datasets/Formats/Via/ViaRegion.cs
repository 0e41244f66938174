using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>A region of the VGG Image Annotator: its bounding box, and its attributes in the order of the file.</summary>
internal readonly record struct ViaRegion(Bounds Bounds, IReadOnlyList<KeyValuePair<string, string>> Attributes, string Location)
{
    /// <summary>Parses a region. Returns null if it has no area.</summary>
    /// <param name="shape">The shape attributes.</param>
    /// <param name="attributes">The region attributes; null if there are none.</param>
    /// <param name="location">Location of the region in its file.</param>
    /// <param name="notes">Counts shapes that are not boxes.</param>
    public static ViaRegion? Read(JsonItem shape, JsonItem? attributes, string location, Notes notes)
    {
        var name = shape.Get("name");
        var bounds = name.Text() switch
        {
            "rect" => Bounds.FromSize(Number("x"), Number("y"), Number("width"), Number("height")),
            "circle" => Bounds.FromEllipse(Number("cx"), Number("cy"), Number("r"), Number("r")),
            // Angles are in radians.
            "ellipse" => Bounds.FromEllipse(Number("cx"), Number("cy"), Number("rx"), Number("ry"), double.RadiansToDegrees(shape.Find("theta")?.Number() ?? 0)),
            "polygon" => ReadPolygon(shape),
            "point" or "polyline" => Bounds.Empty,
            _ => throw name.Fail($"\"{name.Text()}\" is not a shape of the VGG Image Annotator"),
        };
        if (bounds.IsEmpty)
        {
            notes.Add(ShapeNotes.Lines);
            return null;
        }

        if (name.Text() != "rect")
            notes.Add(ShapeNotes.Outlines);
        var values = attributes is { IsObject: true } item ? item.Properties().Select(property => KeyValuePair.Create(property.Name, ReadAttribute(property.Item, notes))).Where(pair => pair.Value.Length > 0) : [];
        return new(bounds, [.. values], location);

        double Number(string key) => shape.Get(key).Number();
    }

    private static Bounds ReadPolygon(JsonItem shape)
    {
        var (xs, ys) = (shape.Get("all_points_x"), shape.Get("all_points_y"));
        var (left, top) = (xs.Items().ToArray(), ys.Items().ToArray());
        if (left.Length != top.Length || left.Length == 0)
            throw xs.Fail($"has {left.Length} numbers, all_points_y has {top.Length}");
        return left.Zip(top).Aggregate(Bounds.Empty, (bounds, point) => bounds.Include(point.First.Number(), point.Second.Number()));
    }

    /// <summary>Returns the text of an attribute, or the key of the option that is set: a checkbox or a dropdown list has an object of options.</summary>
    private static string ReadAttribute(JsonItem attribute, Notes notes)
    {
        if (!attribute.IsObject)
            return attribute.IsText ? attribute.Text().Trim() : attribute.Value.GetRawText() is var text && attribute.Value.ValueKind == System.Text.Json.JsonValueKind.Number ? text : "";
        var chosen = attribute.Properties().Where(option => option.Item.IsTrue || (option.Item.IsText && option.Item.Text() is "true" or "1")).Select(option => option.Name.Trim()).Take(2).ToArray();
        if (chosen.Length > 1)
            notes.Add(ShapeNotes.SeveralLabels);
        return chosen.FirstOrDefault("");
    }
}
