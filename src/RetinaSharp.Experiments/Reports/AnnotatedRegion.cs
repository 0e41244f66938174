using RetinaSharp.Boxes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A region of an image, resized, with ground truth and detections drawn on it.</summary>
internal sealed class AnnotatedRegion
{
    /// <summary>Text for the reader that says which boxes are ground truth and which are detections.</summary>
    public const string Legend = "Dashed cyan: ground truth. Solid orange: detections.";

    // Indices into the palette of BoxLabel. Cyan and orange differ with all kinds of color blindness.
    private const int GroundTruthColor = 6, DetectionColor = 4;
    private const int Channels = 3;

    private readonly BoxXywh _region;
    private readonly Image _image;
    private readonly List<BoxLabel> _groundTruth = [];
    private readonly List<BoxLabel> _detections = [];

    /// <summary>Crops and resizes a region.</summary>
    /// <param name="image">The image.</param>
    /// <param name="region">The region, in whole pixels within the image.</param>
    /// <param name="longSide">Length in pixels that the longer side of the region is resized to.</param>
    public AnnotatedRegion(Image image, BoxXywh region, int longSide)
    {
        _region = region;
        var scale = longSide / Math.Max(region.Width, region.Height);
        var (width, height) = (Scaled(region.Width), Scaled(region.Height));
        var pixels = new byte[width * height * Channels];
        image.ResizeInto(pixels, width * Channels, width, height, (int)region.X, (int)region.Y, (int)region.Width, (int)region.Height);
        _image = new(width, height, pixels);

        int Scaled(double length) => Math.Max(1, (int)Math.Round(length * scale));
    }

    /// <summary>Adds a ground truth box, in pixels of the whole image.</summary>
    public void AddGroundTruth(BoxXywh box) => _groundTruth.Add(Label(box, "", GroundTruthColor, isDashed: true));

    /// <summary>
    /// Adds a detection, in pixels of the whole image. Call it by descending score: labels are drawn in the order of the calls, and a label without room is
    /// omitted.
    /// </summary>
    public void AddDetection(BoxXywh box, string label = "") => _detections.Add(Label(box, label, DetectionColor, isDashed: false));

    /// <summary>Draws the region with the added boxes. Dashed ground truth boxes are drawn over the detections, which stay visible in the gaps.</summary>
    public Image Draw() => _image.Draw([.. _groundTruth, .. _detections]);

    private BoxLabel Label(BoxXywh box, string text, int color, bool isDashed)
    {
        return new(X(box.X), Y(box.Y), X(box.X + box.Width), Y(box.Y + box.Height), text, color, isDashed);

        float X(double x) => (float)((x - _region.X) * _image.Width / _region.Width);
        float Y(double y) => (float)((y - _region.Y) * _image.Height / _region.Height);
    }
}
