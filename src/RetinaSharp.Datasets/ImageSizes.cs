namespace RetinaSharp.Datasets;

/// <summary>Checks that the sizes of images are known, as loaders and evaluation need them.</summary>
public static class ImageSizes
{
    /// <summary>Refuses images of unknown size.</summary>
    /// <param name="images">The images.</param>
    /// <exception cref="DatasetException">An image has no known width and height; names it.</exception>
    public static void RequireKnown(IEnumerable<AnnotatedImage> images)
    {
        foreach (var image in images)
            if (image.Width < 1 || image.Height < 1)
                throw new DatasetException(image.Path, $"image {image.Id}", "has no known size: is the file there?");
    }
}
