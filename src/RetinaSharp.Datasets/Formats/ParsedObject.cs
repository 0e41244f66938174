namespace RetinaSharp.Datasets.Formats;

/// <summary>An annotated object in an annotation file.</summary>
/// <param name="Class">Name of the class.</param>
/// <param name="Left">Left edge of the box: in pixels, or as a fraction of the image's width if <see cref="IsNormalized"/> is set.</param>
/// <param name="Top">Top edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Bottom edge.</param>
/// <param name="Location">Location in the annotation file, for messages.</param>
internal readonly record struct ParsedObject(string Class, double Left, double Top, double Right, double Bottom, string Location)
{
    /// <summary>Whether the edges are fractions of the image's width and height.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether the box is a region with many objects.</summary>
    public bool IsCrowd { get; init; }

    /// <summary>Whether the object is hard to recognize.</summary>
    public bool IsDifficult { get; init; }
}
