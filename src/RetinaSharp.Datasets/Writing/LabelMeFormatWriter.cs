using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Writes LabelMe datasets: boxes as rectangles, crowds and difficult objects as flags of the rectangle. <c>labels.txt</c> has the class
/// names, for LabelMe's option <c>--labels</c>.
/// </summary>
internal sealed class LabelMeFormatWriter : IFormatWriter
{
    // Of the format; LabelMe warns of files of another major version.
    private const string Version = "5.5.0";

    private static readonly JsonWriterOptions Json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => "LabelMe";

    public FormatFeatures Features => FormatFeatures.Crowds | FormatFeatures.Difficult | FormatFeatures.BoxesBeyondImages | FormatFeatures.AnyClassName;

    public string? FileExtension => null;

    public bool IsFlat => false;

    public bool CanNameOriginals => true;

    public string ImageFolder(string? split) => split ?? "";

    public string OriginalsBase(string? split, string name) => Path.Combine(ImageFolder(split), Path.GetDirectoryName(name) ?? "");

    public void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken)
    {
        foreach (var split in splits)
        {
            foreach (var target in split.Images)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var path = Path.Combine(folder, ImageFolder(split.Name), target.Stem + ".json");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var stream = new FileStream(path, FileMode.CreateNew);
                using var writer = new Utf8JsonWriter(stream, Json);
                Write(writer, target, split.Dataset.Categories);
            }
        }

        File.WriteAllLines(Path.Combine(folder, "labels.txt"), splits[0].Dataset.Categories.Select(category => category.Name.ReplaceLineEndings(" ")).Distinct());
    }

    private static void Write(Utf8JsonWriter writer, TargetImage target, IReadOnlyList<Category> categories)
    {
        writer.WriteStartObject();
        writer.WriteString("version", Version);
        writer.WriteStartObject("flags");
        writer.WriteEndObject();
        writer.WriteStartArray("shapes");
        foreach (var annotation in target.Image.Annotations)
        {
            // Readers take two points as opposite corners, whichever comes first.
            if (annotation.Box.Width < 0 || annotation.Box.Height < 0)
                continue;
            writer.WriteStartObject();
            writer.WriteString("label", categories[annotation.Category].Name);
            WritePoints(writer, annotation.Box);
            writer.WriteNull("group_id");
            writer.WriteString("description", "");
            writer.WriteString("shape_type", "rectangle");
            writer.WriteStartObject("flags");
            if (annotation.IsDifficult)
                writer.WriteBoolean("difficult", true);
            if (annotation.IsCrowd)
                writer.WriteBoolean("crowd", true);
            writer.WriteEndObject();
            writer.WriteNull("mask");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("imagePath", target.Original ?? Path.GetFileName(target.Name));
        writer.WriteNull("imageData");
        writer.WriteNumber("imageHeight", target.Image.Height);
        writer.WriteNumber("imageWidth", target.Image.Width);
        writer.WriteEndObject();
    }

    private static void WritePoints(Utf8JsonWriter writer, BoxXywh box)
    {
        writer.WriteStartArray("points");
        foreach (var (x, y) in ((double, double)[])[(box.X, box.Y), (box.X + box.Width, box.Y + box.Height)])
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(x);
            writer.WriteNumberValue(y);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
