using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>What the writers of COCO files share.</summary>
internal static class CocoOutput
{
    // Written out whenever this much has gathered, so that a file of any size needs the same memory.
    private const int FlushAt = 1 << 16;

    /// <summary>Writes a file beside its place, and moves it there when it is complete.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var beside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew))
                write(stream);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Writes an object for each entry into the list that is open.</summary>
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

    /// <summary>Writes "bbox".</summary>
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
