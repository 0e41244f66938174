using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Shards;

/// <summary>Writes the annotations of one image, KEY.json in a shard. <see cref="Formats.WebDatasetSample"/> reads them.</summary>
internal static class SampleJson
{
    /// <summary>Returns the JSON of an image.</summary>
    public static byte[] Write(AnnotatedImage image, IReadOnlyList<Category> categories)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("image_id"u8, image.Id);
            writer.WriteString("file_name"u8, image.FileName);
            writer.WriteNumber("width"u8, image.Width);
            writer.WriteNumber("height"u8, image.Height);
            writer.WriteStartArray("annotations"u8);
            CocoOutput.WriteObjects(writer, image.Annotations, (json, annotation) => Write(json, annotation, categories[annotation.Category]));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    // COCO's properties, and the name of the class, so that a sample can be read alone.
    private static void Write(Utf8JsonWriter writer, Annotation annotation, Category category)
    {
        writer.WriteNumber("id"u8, annotation.Id);
        writer.WriteNumber("category_id"u8, category.Id);
        writer.WriteString("category"u8, category.Name);
        CocoOutput.WriteBox(writer, annotation.Box);
        writer.WriteNumber("area"u8, annotation.Area);
        writer.WriteNumber("iscrowd"u8, annotation.IsCrowd ? 1 : 0);
        if (annotation.IsDifficult)
            writer.WriteNumber("difficult"u8, 1);
    }
}
