using System.Text.Encodings.Web;
using System.Text.Json;

namespace RetinaSharp.Datasets;

/// <summary>
/// COCO annotation files: <c>images</c>, <c>annotations</c> and <c>categories</c>, with the set's own ids and order. Numbers are
/// written so that they are read as the same doubles. The same set gives the same bytes.
/// </summary>
/// <remarks>
/// Beyond COCO's members an annotation has <c>"difficult": 1</c> where <see cref="Annotation.IsDifficult"/> is set, which this
/// library reads too and others pass over. Readers sort the categories by id.
/// </remarks>
public static class CocoWriter
{
    /// <summary>Writes an annotation file: beside its place first, and moved there when it is complete.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="set">The set.</param>
    /// <param name="description">What <c>info.description</c> says; no <c>info</c> is written where it is left out.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot hold.</exception>
    public static void Write(string path, DetectionDataset set, string? description = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CocoOutput.Write(path, stream => Write(stream, set, description));
    }

    /// <summary>Writes a set to a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="set">The set.</param>
    /// <param name="description">What <c>info.description</c> says; no <c>info</c> is written where it is left out.</param>
    /// <exception cref="ArgumentException">A number is not finite, which JSON cannot hold.</exception>
    public static void Write(Stream stream, DetectionDataset set, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(set);
        // Names of files and classes stay readable; no HTML is made of them here.
        using var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        if (description is not null)
        {
            writer.WriteStartObject("info"u8);
            writer.WriteString("description"u8, description);
            writer.WriteEndObject();
        }

        WriteList(writer, "images", set.Images, WriteImage);
        WriteList(writer, "annotations", set.Images.SelectMany(image => image.Annotations.Select(annotation => (image, annotation))),
            (json, pair) => WriteAnnotation(json, pair.image, pair.annotation, set.Categories));
        WriteList(writer, "categories", set.Categories, WriteCategory);
        writer.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IEnumerable<T> entries, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        CocoOutput.WriteObjects(writer, entries, write);
        writer.WriteEndArray();
    }

    private static void WriteImage(Utf8JsonWriter writer, AnnotatedImage image)
    {
        writer.WriteNumber("id"u8, image.Id);
        writer.WriteString("file_name"u8, image.FileName);
        // 0 stands for a size that is not known.
        if (image is not { Width: > 0, Height: > 0 })
            return;
        writer.WriteNumber("width"u8, image.Width);
        writer.WriteNumber("height"u8, image.Height);
    }

    private static void WriteAnnotation(Utf8JsonWriter writer, AnnotatedImage image, Annotation annotation, IReadOnlyList<Category> categories)
    {
        writer.WriteNumber("id"u8, annotation.Id);
        writer.WriteNumber("image_id"u8, image.Id);
        writer.WriteNumber("category_id"u8, categories[annotation.Category].Id);
        CocoOutput.WriteBox(writer, annotation.Box);
        writer.WriteNumber("area"u8, annotation.Area);
        writer.WriteNumber("iscrowd"u8, annotation.IsCrowd ? 1 : 0);
        if (annotation.IsDifficult)
            writer.WriteNumber("difficult"u8, 1);
    }

    private static void WriteCategory(Utf8JsonWriter writer, Category category)
    {
        writer.WriteNumber("id"u8, category.Id);
        writer.WriteString("name"u8, category.Name);
    }
}
