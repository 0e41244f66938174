using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Detection;
using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Watching;

/// <summary>
/// The folder that watched images move to: each image beside a JSON file with its detections, drawings in <c>drawn</c>, corrupt images in <c>failed</c>. The JSON
/// file is complete before the image appears.
/// </summary>
/// <param name="path">Path of the folder.</param>
/// <param name="drawThreshold">Minimum score of a drawn detection; null: nothing is drawn.</param>
internal sealed class WatchedFolder(string path, double? drawThreshold)
{
    /// <summary>Name of the folder in it for drawings.</summary>
    public const string Drawn = "drawn";

    /// <summary>Name of the folder in it for corrupt images.</summary>
    public const string Failed = "failed";

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Completes or removes what killed processes have left in the folder.</summary>
    public void Recover()
    {
        foreach (var folder in (string[])[path, Path.Combine(path, Failed)])
            if (Directory.Exists(folder))
                ReservedName.Recover(folder);
    }

    /// <summary>Draws the detections of an image if wanted.</summary>
    /// <param name="image">The detections.</param>
    /// <param name="encoded">The image file.</param>
    /// <returns>The drawing, a JPEG file; null if nothing is drawn.</returns>
    /// <exception cref="ImageException">The image cannot be decoded, or is too large to draw.</exception>
    public byte[]? Draw(DetectedImage image, ReadOnlySpan<byte> encoded) =>
        drawThreshold is { } threshold ? DetectionDrawing.Draw(image, Image.Decode(encoded), threshold).Encode(ImageEncoding.Jpeg) : null;

    /// <summary>Moves an image into the folder, with its detections and its drawing.</summary>
    /// <param name="file">The image file.</param>
    /// <param name="image">The detections.</param>
    /// <param name="drawing">The drawing; null for none.</param>
    /// <returns>Whether it was moved; if not, it has changed or vanished, and nothing of it is in the folder.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public bool Add(ArrivedFile file, DetectedImage image, byte[]? drawing)
    {
        using var name = ReservedName.Take(path, file);
        AtomicFile.Write(name.Json, stream => WriteLine(stream, image with { File = Path.GetFileName(name.Image) }));
        if (drawing is not null)
        {
            CreateFolder(Drawn);
            AtomicFile.Write(name.Drawing, stream => stream.Write(drawing));
        }

        return name.Move(file);
    }

    /// <summary>Moves a corrupt image to the folder <c>failed</c>.</summary>
    /// <returns>Whether it was moved; if not, it has changed or vanished.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public bool AddFailed(ArrivedFile file)
    {
        using var name = ReservedName.Take(CreateFolder(Failed), file);
        return name.Move(file);
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

    /// <summary>Draws the detections of a frame if wanted, to a file with the name of the frame.</summary>
    /// <param name="image">The detections.</param>
    /// <param name="pixels">The frame.</param>
    public void DrawFrame(DetectedImage image, Image pixels)
    {
        if (drawThreshold is { } threshold)
            DetectionDrawing.Draw(image, pixels, threshold).Save(Path.Combine(CreateFolder(Drawn), image.File + ".jpg"));
    }

    private string CreateFolder(string name)
    {
        var folder = Path.Combine(path, name);
        try
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{folder} cannot be created ({error.Message}): check the permissions and the free space of {path}.", error);
        }
    }
}
