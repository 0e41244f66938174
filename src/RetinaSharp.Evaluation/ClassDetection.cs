using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A detection of one class.</summary>
/// <param name="Score">The score of the detection.</param>
/// <param name="Image">Index of the detection's image among all images sorted by id.</param>
/// <param name="Order">Index of the detection in the evaluated list.</param>
/// <param name="Box">The detected box.</param>
internal readonly record struct ClassDetection(double Score, int Image, int Order, BoxXywh Box) : IComparable<ClassDetection>
{
    /// <summary>
    /// Compares by descending score, NaN last, then by image, then by input order. This is the order that pycocotools gets from two stable sorts
    /// by score, first within each image and then over all images.
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
