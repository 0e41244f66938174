using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Code that <see cref="CocoWriter"/> and <see cref="DetectionResults"/> share.</summary>
internal static class CocoOutput
{
    // Number of bytes at which the JSON writer is flushed, so that memory use does not depend on the size of the file.
    private const int FlushAt = 1 << 16;

    /// <summary>
    /// Writes a file under a temporary name and renames it when it is complete, so that readers never see a partial file.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew))
                write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes each entry as an object into the JSON array that the writer has started.</summary>
    public static void WriteObjects<T>(Utf8JsonWriter writer, IEnumerable<T> entries, Action<Utf8JsonWriter, T> write)
    {
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            write(writer, entry);
            writer.WriteEndObject();
            if (writer.BytesPending > FlushAt)
                writer.Flush();
        }
    }

    /// <summary>Writes a box as the property <c>bbox</c>, [x, y, width, height].</summary>
    public static void WriteBox(Utf8JsonWriter writer, BoxXywh box)
    {
        writer.WriteStartArray("bbox"u8);
        writer.WriteNumberValue(box.X);
        writer.WriteNumberValue(box.Y);
        writer.WriteNumberValue(box.Width);
        writer.WriteNumberValue(box.Height);
        writer.WriteEndArray();
    }
}
