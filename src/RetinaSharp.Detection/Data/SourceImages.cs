using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>What a loader asks of the images it is given.</summary>
internal static class SourceImages
{
    /// <summary>Refuses images whose size is not known.</summary>
    /// <exception cref="DatasetException">Names the image.</exception>
    public static void RequireSizes(IReadOnlyList<AnnotatedImage> images)
    {
        foreach (var image in images)
            if (image.Width < 1 || image.Height < 1)
                throw new DatasetException(image.Path, $"image {image.Id}", "has no known size: is the file there?");
    }
}
