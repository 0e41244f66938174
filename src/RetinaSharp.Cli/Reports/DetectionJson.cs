using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Cli.Verbs;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes an image and its detections as JSON.</summary>
internal static class DetectionJson
{
    /// <summary>Writes the properties of the current JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, DetectedImage image)
    {
        writer.WriteString("file", image.File);
        writer.WriteNumber("width", image.Width);
        writer.WriteNumber("height", image.Height);
        writer.WriteStartArray("detections");
        foreach (var detection in image.Detections)
        {
            var box = BoxXywh.FromCorners(detection.Box);
            writer.WriteStartObject();
            writer.WriteString("category", detection.Category.Name);
            writer.WriteNumber("category_id", detection.Category.Id);
            writer.WriteNumber("score", (double)detection.Score);
            writer.WriteStartArray("bbox");
            foreach (var value in (ReadOnlySpan<double>)[box.X, box.Y, box.Width, box.Height])
                writer.WriteNumberValue(value);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
