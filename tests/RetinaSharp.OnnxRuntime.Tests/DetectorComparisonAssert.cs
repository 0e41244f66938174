using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime.Tests;

/// <summary>Asserts that detections equal those of another detector up to rounding.</summary>
internal static class DetectorComparisonAssert
{
    private const double ScoreTolerance = 1e-5, PixelTolerance = .01;

    public static void Same(IObjectDetector expected, Image image, IReadOnlyList<DetectedObject> found)
    {
        var difference = DetectionDifference.Of(expected.Detect(image), found, scoreThreshold: 0, ScoreTolerance, PixelTolerance);
        Assert.Equal(0, difference.Unmatched);
        Assert.Equal(difference.Detections, found.Count);
    }
}
