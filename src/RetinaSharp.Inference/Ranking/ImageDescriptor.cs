using RetinaSharp.Imaging;

namespace RetinaSharp.Inference.Ranking;

/// <summary>
/// Describes an image by what a model detects in it and by how it looks: the class histogram of the detections, and a thumbnail of a few pixels. It needs no
/// features of the network, so that it works with every <see cref="IObjectDetector"/>.
/// </summary>
/// <remarks>
/// The squared distance of two descriptors is the sum of the squared Hellinger distance of the class histograms and of the mean squared difference of the
/// thumbnails' color values in [0, 1].
/// </remarks>
public static class ImageDescriptor
{
    /// <summary>Side of the thumbnail in pixels: enough for the arrangement of light and dark areas, too little for single objects.</summary>
    public const int ThumbnailSide = 8;

    private const int Channels = 3;

    /// <summary>Creates the descriptor of an image.</summary>
    /// <param name="image">The image, at any resolution.</param>
    /// <param name="detections">The detections of a model in the image.</param>
    /// <param name="classCount">Number of classes of the model.</param>
    /// <returns>A vector of <paramref name="classCount"/> + 8 · 8 · 3 numbers.</returns>
    public static float[] Create(Image image, IReadOnlyList<DetectedObject> detections, int classCount)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(detections);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 0);
        var descriptor = new float[classCount + ThumbnailSide * ThumbnailSide * Channels];
        var sum = 0f;
        foreach (var detection in detections)
        {
            descriptor[detection.Class] += detection.Score;
            sum += detection.Score;
        }

        // Hellinger distance: the Euclidean distance of the square roots of two histograms, divided by the square root of 2.
        for (var i = 0; i < classCount && sum > 0; i++)
            descriptor[i] = MathF.Sqrt(descriptor[i] / sum / 2);
        var thumbnail = image.Resize(ThumbnailSide, ThumbnailSide).Pixels;
        var scale = 1 / (byte.MaxValue * MathF.Sqrt(thumbnail.Length));
        for (var i = 0; i < thumbnail.Length; i++)
            descriptor[classCount + i] = thumbnail[i] * scale;
        return descriptor;
    }

    /// <summary>Loads an image file at the resolution that <see cref="Create"/> needs, which is faster than to decode all its pixels.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    public static Image LoadThumbnail(string path) => Image.Load(path, new() { ScaleTo = (_, _) => (ThumbnailSide, ThumbnailSide) });
}
