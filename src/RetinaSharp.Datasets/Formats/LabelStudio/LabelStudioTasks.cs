using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Parses the tasks of a Label Studio export.</summary>
/// <param name="notes">Counts what is read in another way than written.</param>
internal sealed class LabelStudioTasks(Notes notes)
{
    private const string WithoutAnnotation = "tasks have no annotation that was not cancelled: skipped";
    private const string SeveralAnnotations = "tasks have several annotations: using the last one of each that was not cancelled";
    private const string OtherKinds = "regions are not boxes, polygons, ellipses or brush masks: skipped";

    private static readonly string[] ImageKeys = ["image", "img", "image_url", "url"];

    // Of tools that are used together with a tool for labels: their label is in another result with the same id.
    private static readonly string[] TypesWithoutLabels = ["rectangle", "polygon", "ellipse", "brush"];

    /// <summary>Parses a task. Returns null if it has no annotation that counts.</summary>
    public ParsedImage? Read(JsonItem task, ProblemLog log)
    {
        if (!task.IsObject)
            throw task.Fail("is not an object");
        return task.Find("annotations", "completions") is { } annotations ? ReadTask(task, annotations, log)
            : task.Find("data") is { IsObject: true } ? Skip(WithoutAnnotation)
            : ReadMinimal(task, log);
    }

    private ParsedImage? ReadTask(JsonItem task, JsonItem annotations, ProblemLog log)
    {
        var valid = annotations.Items().Where(item => item.Find("was_cancelled")?.IsTrue != true).ToArray();
        if (valid.Length == 0)
            return Skip(WithoutAnnotation);
        if (valid.Length > 1)
            notes.Add(SeveralAnnotations);
        return Create(task, FindImage(task.Get("data")), valid[^1].Get("result").Items().ToArray(), log);
    }

    /// <summary>Parses an entry of JSON-MIN, whose lists have the shapes, each under the name that the labeling configuration gives its tool.</summary>
    private ParsedImage ReadMinimal(JsonItem task, ProblemLog log) =>
        Create(task, FindImage(task), [.. task.Properties().Where(property => property.Item.IsList).SelectMany(property => property.Item.Items()).Where(item => item.IsObject)], log);

    private ParsedImage Create(JsonItem task, JsonItem image, JsonItem[] results, ProblemLog log)
    {
        var names = LabelStudioImage.FileNames(image);
        var objects = new List<ParsedObject>();
        var labeled = results.Where(result => LabelStudioRegion.Labels(Value(result)).Any()).Select(Id).OfType<string>().ToHashSet();
        foreach (var result in results)
            ItemErrors.Collect(log, () => ReadResult(result, labeled, objects));
        var sized = results.FirstOrDefault(result => result.Side("original_width") > 0 && result.Side("original_height") > 0);
        return new()
        {
            FileName = names[0],
            OtherFileNames = names[1..],
            Location = task.Location,
            Width = sized.File is null ? 0 : sized.Side("original_width"),
            Height = sized.File is null ? 0 : sized.Side("original_height"),
            Objects = objects,
        };
    }

    private void ReadResult(JsonItem result, HashSet<string> labeled, List<ParsedObject> objects)
    {
        var value = Value(result);
        var labels = LabelStudioRegion.Labels(value).Take(2).ToArray();
        if (labels.Length == 0)
        {
            // Results of other tools, such as choices and texts, are no regions.
            var isRegion = result.Find("type") is { IsText: true } type ? TypesWithoutLabels.Contains(type.Text()) || type.Text().EndsWith("labels", StringComparison.Ordinal) : LabelStudioRegion.HasLabelList(value);
            if (isRegion && (Id(result) is not { } id || !labeled.Contains(id)))
                notes.Add(ShapeNotes.WithoutLabel);
            return;
        }

        var region = new LabelStudioRegion(value, result);
        switch (region.Kind)
        {
            case LabelStudioRegion.Shape.Point:
                notes.Add(ShapeNotes.Lines);
                return;
            case LabelStudioRegion.Shape.Other:
                notes.Add(OtherKinds);
                return;
            case LabelStudioRegion.Shape.Outline:
                notes.Add(ShapeNotes.Outlines);
                break;
            case LabelStudioRegion.Shape.RotatedBox:
                notes.Add(ShapeNotes.Rotated);
                break;
        }

        if (labels.Length > 1)
            notes.Add(ShapeNotes.SeveralLabels);
        var (bounds, isNormalized) = region.Bounds();
        objects.Add(bounds.ToObject(labels[0].Trim(), result.Location) with { IsNormalized = isNormalized });
    }

    private ParsedImage? Skip(string kind)
    {
        notes.Add(kind);
        return null;
    }

    // JSON-MIN has no value: its properties are those of the result.
    private static JsonItem Value(JsonItem result) => result.Find("value") is { IsObject: true } value ? value : result;

    private static string? Id(JsonItem result) => result.Find("id") is { IsText: true } id ? id.Text() : null;

    /// <summary>Returns the property that names the image. Its name is chosen in the labeling configuration, usually <c>image</c>.</summary>
    private static JsonItem FindImage(JsonItem data)
    {
        if (data.Find(ImageKeys) is { IsText: true } usual)
            return usual;
        var texts = data.IsObject ? data.Properties().Select(property => property.Item).Where(item => item.IsText).ToArray() : [];
        return texts.Where(item => ImageFiles.IsImage(item.Text()) || ImageFiles.IsImage(item.Text().Split('?')[0])).Concat(texts.Take(1)).Select(item => (JsonItem?)item).FirstOrDefault()
            ?? throw data.Fail("names no image");
    }
}
