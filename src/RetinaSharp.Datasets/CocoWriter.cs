using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets;

/// <summary>
/// Writes COCO annotation files: <c>images</c>, <c>annotations</c> and <c>categories</c>, with the ids and in the order of the dataset.
/// Numbers are written so that reading them gives the same value. Equal datasets give identical bytes.
/// </summary>
/// <remarks>
/// In addition to COCO's properties, an annotation has <c>"difficult": 1</c> if <see cref="Annotation.IsDifficult"/> is set. This library
/// reads it; other tools ignore it. Readers of COCO files, including this library, sort the categories by id, so class indices change if
/// the ids are not ascending.
/// </remarks>
public static class CocoWriter
{
    /// <summary>
    /// Writes an annotation file. The file is written under a temporary name and renamed, so that a failure leaves an existing file
    /// unchanged.
    /// </summary>
    /// <param name="path">Path of the file; an existing file is replaced.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="description">The value of <c>info.description</c>; if null, no <c>info</c> is written.</param>
    /// <exception cref="ArgumentException">
    /// A number is not finite, which JSON cannot represent; or an image is a region of a file (<see cref="AnnotatedImage.Crop"/>).
    /// </exception>
    public static void Write(string path, DetectionDataset dataset, string? description = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CocoOutput.Write(path, stream => Write(stream, dataset, description));
    }

    /// <summary>Writes an annotation file to a stream and leaves the stream open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="description">The value of <c>info.description</c>; if null, no <c>info</c> is written.</param>
    /// <exception cref="ArgumentException">
    /// A number is not finite, which JSON cannot represent; or an image is a region of a file (<see cref="AnnotatedImage.Crop"/>).
    /// </exception>
    public static void Write(Stream stream, DetectionDataset dataset, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.Images.FirstOrDefault(image => image.Crop is not null) is { } region)
            throw new ArgumentException($"Image {region.Id} is a region of {region.FileName}, but COCO annotations are those of whole files.", nameof(dataset));
        // Keeps file and class names readable. The escaping that this omits matters only for JSON embedded in HTML.
        using var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        if (description is not null)
        {
            writer.WriteStartObject("info"u8);
            writer.WriteString("description"u8, description);
            writer.WriteEndObject();
        }

        WriteList(writer, "images", dataset.Images, WriteImage);
        WriteList(writer, "annotations", dataset.Images.SelectMany(image => image.Annotations.Select(annotation => (image, annotation))),
            (json, pair) => WriteAnnotation(json, pair.image, pair.annotation, dataset.Categories));
        WriteList(writer, "categories", dataset.Categories, WriteCategory);
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
        // 0 means unknown.
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
