using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Detection;
using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Watching;

/// <summary>
/// The folder that watched images move to: each image beside a JSON file with its detections, drawings in <c>drawn</c>, damaged images in <c>failed</c>. The JSON
/// file is complete before the image appears.
/// </summary>
/// <param name="path">Path of the folder.</param>
/// <param name="drawThreshold">Minimum score of a drawn detection; null: nothing is drawn.</param>
internal sealed class WatchedFolder(string path, double? drawThreshold)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();

    /// <summary>Moves an image into the folder, with its detections and, if wanted, its drawing.</summary>
    /// <returns>Path of the moved image.</returns>
    public string Add(DetectedImage image)
    {
        var target = Reserve(path, Path.GetFileName(image.File));
        AtomicFile.Write(Path.ChangeExtension(target, ".json"), stream => WriteLine(stream, image with { File = Path.GetFileName(target) }));
        if (drawThreshold is { } threshold)
            Draw(image, Image.Load(image.File), threshold, Path.GetFileNameWithoutExtension(target));
        Move(image.File, target);
        return target;
    }

    /// <summary>Moves an image that cannot be read to the folder <c>failed</c>.</summary>
    public void AddFailed(string file)
    {
        var folder = Path.Combine(path, "failed");
        Directory.CreateDirectory(folder);
        Move(file, Reserve(folder, Path.GetFileName(file)));
    }

    /// <summary>Writes an image and its detections as one line of JSON.</summary>
    public static void WriteLine(Stream stream, DetectedImage image)
    {
        using (var writer = new Utf8JsonWriter(stream, JsonOptions))
        {
            writer.WriteStartObject();
            DetectionJson.Write(writer, image);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>Draws the detections of an image if wanted.</summary>
    /// <param name="image">The detections.</param>
    /// <param name="pixels">The image.</param>
    /// <param name="name">File name of the drawing, without extension.</param>
    public void DrawFrame(DetectedImage image, Image pixels, string name)
    {
        if (drawThreshold is { } threshold)
            Draw(image, pixels, threshold, name);
    }

    private void Draw(DetectedImage image, Image pixels, double threshold, string name)
    {
        var folder = Path.Combine(path, "drawn");
        Directory.CreateDirectory(folder);
        DetectionDrawing.Draw(image, pixels, threshold).Save(Path.Combine(folder, name + ".jpg"));
    }

    /// <summary>Returns a path that no file has: that of the name, with a number if it is taken.</summary>
    private string Reserve(string folder, string name)
    {
        lock (_lock)
        {
            for (var number = 1; ; number++)
            {
                var target = Path.Combine(folder, number == 1 ? name : $"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}");
                if (new[] { target, Path.ChangeExtension(target, ".json"), target + AtomicFile.TemporarySuffix }.Any(File.Exists))
                    continue;
                // The temporary file of the move keeps the name until the image takes it.
                new FileStream(target + AtomicFile.TemporarySuffix, FileMode.CreateNew).Dispose();
                return target;
            }
        }
    }

    // Between file systems a move is a copy, which must not be seen half-written.
    private static void Move(string file, string target)
    {
        var temporary = target + AtomicFile.TemporarySuffix;
        File.Move(file, temporary, overwrite: true);
        File.Move(temporary, target);
    }
}
