using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation;

/// <summary>A detection of a known class.</summary>
/// <param name="Score">Confidence.</param>
/// <param name="Image">Place of its image among the images by rising id.</param>
/// <param name="Order">Its place in the input.</param>
/// <param name="Box">The box.</param>
internal readonly record struct ClassDetection(double Score, int Image, int Order, BoxXywh Box) : IComparable<ClassDetection>
{
    /// <summary>
    /// By falling score, NaN last; then by image and input, which is what a stable sort within each image and another one
    /// over all images come to.
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
