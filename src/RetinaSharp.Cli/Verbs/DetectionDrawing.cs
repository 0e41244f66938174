using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Draws detections on images and writes the drawings to a folder.</summary>
/// <param name="folder">The output folder.</param>
/// <param name="inputs">Paths of all input images, which are not overwritten.</param>
/// <param name="threshold">Minimum score of a drawn detection.</param>
internal sealed class DetectionDrawing(string folder, IEnumerable<string> inputs, double threshold)
{
    private readonly DrawingPaths _paths = new(folder, inputs);

    /// <summary>
    /// Chooses the path of an image's drawing, and returns an action that draws and writes it, which may be called on any thread. Call this method in the order
    /// of the images, because the path depends on those chosen before.
    /// </summary>
    public Action Plan(DetectedImage image)
    {
        var path = _paths.Next(image.File);
        return () => Draw(image, Image.Load(image.File), threshold).Save(path);
    }

    /// <summary>Draws detections.</summary>
    /// <param name="image">The detections.</param>
    /// <param name="pixels">The image.</param>
    /// <param name="threshold">Minimum score of a drawn detection.</param>
    public static Image Draw(DetectedImage image, Image pixels, double threshold)
    {
        var labels = image.Detections.Where(detection => detection.Score >= threshold).Select(detection =>
            new BoxLabel(detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2, $"{detection.Category.Name} {detection.Score:0.00}", detection.Class));
        return pixels.Draw([.. labels]);
    }
}
