using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Writes images with their detections drawn on them.</summary>
/// <param name="folder">The output folder.</param>
/// <param name="inputs">All input images, which must not be overwritten.</param>
/// <param name="threshold">Minimum score of a drawn detection.</param>
internal sealed class DetectionDrawing(string folder, IEnumerable<string> inputs, double threshold)
{
    private readonly DrawingPaths _paths = new(folder, inputs);

    /// <summary>Chooses the path of an image's drawing, in the order of the calls, and returns the work of drawing, for any thread.</summary>
    public Action Plan(DetectedImage image)
    {
        var path = _paths.Next(image.File);
        return () =>
        {
            var labels = image.Detections.Where(detection => detection.Score >= threshold).Select(detection =>
                new BoxLabel(detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2, $"{detection.Category.Name} {detection.Score:0.00}", detection.Class));
            Image.Load(image.File).Draw([.. labels]).Save(path);
        };
    }
}
