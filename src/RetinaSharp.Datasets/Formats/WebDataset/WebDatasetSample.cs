using System.Globalization;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets.Formats;

/// <summary>A sample of a shard: an image, and what its JSON says.</summary>
/// <param name="File">The image.</param>
/// <param name="Json">Path of the shard followed by the name of the JSON, for messages.</param>
/// <param name="Id">Id of the image; null if the sample has none.</param>
/// <param name="FileName">Original file name; the name of the entry if the sample has none.</param>
/// <param name="Width">Width in pixels; 0 if the sample has none.</param>
/// <param name="Height">Height in pixels; 0 if the sample has none.</param>
/// <param name="Objects">The annotated objects.</param>
internal sealed record WebDatasetSample(ImageFile File, string Json, long? Id, string FileName, int Width, int Height, IReadOnlyList<WebDatasetObject> Objects)
{
    /// <summary>Parses the JSON of a sample, as <see cref="SampleJson"/> writes it.</summary>
    /// <param name="file">The image.</param>
    /// <param name="imageName">Name of the entry of the image.</param>
    /// <param name="json">The JSON.</param>
    public static WebDatasetSample Parse(ImageFile file, string imageName, ImageFile json) =>
        JsonFile.Parse(json.Path, DataFiles.ReadBytes(json)).ReadRoot(root => new WebDatasetSample(
            file, json.Path, root.Find("image_id", "id") is { } id ? GetId(id) : null, root.Find("file_name")?.Text() ?? imageName, root.Side("width"), root.Side("height"),
            [.. root.Get("annotations").Items().Select(ParseObject)]));

    private static WebDatasetObject ParseObject(JsonItem item)
    {
        JsonItem[] values = [.. item.Get("bbox").Items()];
        if (values.Length != 4)
            throw item.Fail("\"bbox\" is not a list of x, y, width and height in pixels");
        var box = new BoxXywh(values[0].Number(), values[1].Number(), values[2].Number(), values[3].Number());
        var categoryId = item.Find("category_id") is { } category ? GetId(category) : (long?)null;
        var name = item.Find("category", "category_name", "label")?.Text() ?? categoryId?.ToString(CultureInfo.InvariantCulture)
            ?? throw item.Fail("has neither \"category\" nor \"category_id\"");
        return new(item.Find("id") is { } id ? GetId(id) : null, categoryId, name, box, item.Find("area") is { } area ? GetArea(area) : box.Area,
            item.Find("iscrowd")?.IsTrue ?? false, item.Find("difficult")?.IsTrue ?? false, item.Location);
    }

    private static long GetId(JsonItem item) =>
        item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt64(out var id) ? id : throw item.Fail("is not an integer");

    // Areas are larger than the range of pixels.
    private static double GetArea(JsonItem item) =>
        item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetDouble(out var area) && double.IsFinite(area) ? area : throw item.Fail("is not a number of square pixels");
}
