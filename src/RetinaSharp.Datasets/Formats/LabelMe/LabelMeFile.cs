using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Parses a LabelMe file, which has the shapes of one image. The image itself, which it may contain in base64, is ignored.</summary>
internal static class LabelMeFile
{
    /// <summary>Parses a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="notes">Counts shapes that are not boxes.</param>
    /// <param name="log">Receives the errors of single shapes.</param>
    public static ParsedImage Read(string path, Notes notes, ProblemLog log) => JsonFile.Load(path).ReadRoot(root =>
    {
        var objects = new List<ParsedObject>();
        foreach (var shape in root.Get("shapes").Items())
        {
            ItemErrors.Collect(log, () =>
            {
                if (ReadShape(shape, notes) is { } found)
                    objects.Add(found);
            });
        }

        return new ParsedImage
        {
            FileName = root.Find("imagePath") is { IsText: true } name ? ImagePath(path, name.Text()) : "",
            AnnotationFile = path,
            Width = root.Side("imageWidth"),
            Height = root.Side("imageHeight"),
            Objects = objects,
        };
    });

    /// <summary>Returns the path of the image if it is where the file says, relative to the file; otherwise the name in the file.</summary>
    private static string ImagePath(string path, string name) =>
        name.Length > 0 && DataFiles.Resolve(Path.GetDirectoryName(Path.GetFullPath(path))!, name, path, "imagePath") is var image && File.Exists(image) ? image : name;

    private static ParsedObject? ReadShape(JsonItem shape, Notes notes)
    {
        // Old versions have polygons only, and no type.
        var type = shape.Find("shape_type")?.Text() ?? "polygon";
        if (type is "point" or "points" or "line" or "linestrip")
        {
            notes.Add(ShapeNotes.Lines);
            return null;
        }

        var label = shape.Get("label").Text().Trim();
        if (label.Length == 0)
        {
            notes.Add(ShapeNotes.WithoutLabel);
            return null;
        }

        var list = shape.Get("points");
        var points = list.Items().Select(ReadPoint).ToArray();
        if (points.Length < 2)
            throw list.Fail($"has {points.Length} points; a {type} has at least 2");
        if (type != "rectangle")
            notes.Add(ShapeNotes.Outlines);
        var bounds = points.Aggregate(Bounds.Empty, (bounds, point) => bounds.Include(point.X, point.Y));
        if (type == "circle")
        {
            // The center, and a point on the circle.
            var radius = double.Hypot(points[1].X - points[0].X, points[1].Y - points[0].Y);
            bounds = Bounds.FromEllipse(points[0].X, points[0].Y, radius, radius);
        }

        var flags = shape.Find("flags");
        var isDifficult = shape.Find("difficult")?.IsTrue == true || flags?.Find("difficult")?.IsTrue == true;
        return bounds.ToObject(label, shape.Location) with { IsDifficult = isDifficult, IsCrowd = flags?.Find("crowd")?.IsTrue == true };
    }

    private static (double X, double Y) ReadPoint(JsonItem point)
    {
        var values = point.Items().Take(2).ToArray();
        return values.Length == 2 ? (values[0].Number(), values[1].Number()) : throw point.Fail("has fewer than 2 numbers; a point is [x, y]");
    }
}
