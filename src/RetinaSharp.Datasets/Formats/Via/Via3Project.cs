using System.Text.Json;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Parses a project of version 3 of the VGG Image Annotator: files, views that show files, and metadata of views, which are regions or, in videos,
/// times.
/// </summary>
internal static class Via3Project
{
    /// <summary>Type of image files; others are videos and sounds.</summary>
    private const int ImageType = 2;

    private const string OtherFiles = "files are videos or sounds: skipped";

    /// <summary>The number that begins the coordinates of a region and tells its shape.</summary>
    private enum Shape
    {
        Point = 1,
        Rectangle,
        Circle,
        Ellipse,
        Line,
        Polyline,
        Polygon,
        ExtremeRectangle,
        ExtremeCircle,
    }

    public static void Read(JsonItem root, ViaImages images, ProblemLog log)
    {
        var regionsOfFile = new Dictionary<string, List<ViaRegion>>();
        foreach (var (id, file) in root.Get("file").Properties())
        {
            if (file.Find("type") is { Value.ValueKind: JsonValueKind.Number } type && type.Number() != ImageType)
                images.Notes.Add(OtherFiles);
            else
                ItemErrors.Collect(log, () => regionsOfFile.TryAdd(id, images.Add((file.Find("fname") ?? file.Get("src")).Text(), file.Location)));
        }

        var fileOfView = new Dictionary<string, string>();
        foreach (var (id, view) in root.Find("view")?.Properties() ?? [])
        {
            if (view.Get("fid_list").Items().Select(item => item.Value.ToString()).FirstOrDefault() is { } file)
                fileOfView.TryAdd(id, file);
        }

        var attributes = root.Find("attribute");
        foreach (var (_, region) in root.Find("metadata")?.Properties() ?? [])
        {
            ItemErrors.Collect(log, () =>
            {
                var view = region.Get("vid").Value.ToString();
                // Metadata of a whole file or of a time has no coordinates.
                if (region.Find("xy")?.Items().ToArray() is not { Length: > 0 } numbers || !regionsOfFile.TryGetValue(fileOfView.GetValueOrDefault(view, view), out var list))
                    return;
                if (ReadShape(region, numbers, images.Notes) is { } bounds)
                    list.Add(new(bounds, [.. ReadAttributes(region, attributes)], region.Location));
            });
        }
    }

    private static Bounds? ReadShape(JsonItem region, JsonItem[] items, Notes notes)
    {
        var numbers = items.Select(item => item.Number()).ToArray();
        var shape = (Shape)(int)numbers[0];
        if (shape is Shape.Point or Shape.Line or Shape.Polyline)
        {
            notes.Add(ShapeNotes.Lines);
            return null;
        }

        if (shape is not (Shape.Rectangle or Shape.ExtremeRectangle))
            notes.Add(ShapeNotes.Outlines);
        return (shape, numbers.Length) switch
        {
            // The points from which an extreme shape was drawn follow its coordinates.
            (Shape.Rectangle or Shape.ExtremeRectangle, >= 5) => Bounds.FromSize(numbers[1], numbers[2], numbers[3], numbers[4]),
            (Shape.Circle or Shape.ExtremeCircle, >= 4) => Bounds.FromEllipse(numbers[1], numbers[2], numbers[3], numbers[3]),
            (Shape.Ellipse, >= 5) => Bounds.FromEllipse(numbers[1], numbers[2], numbers[3], numbers[4]),
            (Shape.Polygon, >= 3) => numbers[1..].Chunk(2).Where(point => point.Length == 2).Aggregate(Bounds.Empty, (bounds, point) => bounds.Include(point[0], point[1])),
            _ => throw region.Fail("xy is not the number of a shape followed by its coordinates"),
        };
    }

    /// <summary>Returns the names and values of a region's attributes, which are given by the ids of attributes and of their options.</summary>
    private static IEnumerable<KeyValuePair<string, string>> ReadAttributes(JsonItem region, JsonItem? definitions)
    {
        foreach (var (id, item) in region.Find("av")?.Properties() ?? [])
        {
            var definition = definitions?.Find(id);
            var text = item.Value.ToString().Trim();
            var value = definition?.Find("options")?.Find(text) is { IsText: true } option ? option.Text().Trim() : text;
            if (value.Length > 0)
                yield return KeyValuePair.Create(definition?.Find("aname") is { IsText: true } name ? name.Text() : id, value);
        }
    }
}
