using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A detection of one class.</summary>
/// <param name="Score">Confidence.</param>
/// <param name="Image">Index of its image, images sorted by id.</param>
/// <param name="Order">Its index in the input.</param>
/// <param name="Box">The box.</param>
internal readonly record struct ClassDetection(double Score, int Image, int Order, BoxXywh Box) : IComparable<ClassDetection>
{
    /// <summary>
    /// By descending score, NaN last, then by image and input order: the order that pycocotools gets from a stable sort within each image and another
    /// one over all images.
    /// </summary>
    public int CompareTo(ClassDetection other)
    {
        var byScore = other.Score.CompareTo(Score);
        if (byScore != 0)
            return byScore;
        var byImage = Image.CompareTo(other.Image);
        return byImage != 0 ? byImage : Order.CompareTo(other.Order);
    }
}
