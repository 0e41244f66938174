namespace RetinaSharp.Datasets;

/// <summary>Checks that the sizes of images are known, which data loaders and evaluation require.</summary>
public static class ImageSizes
{
    /// <summary>Throws an exception if the width or height of an image is unknown.</summary>
    /// <param name="images">The images.</param>
    /// <exception cref="DatasetException">The width or height of an image is unknown. The message names the image.</exception>
    public static void RequireKnown(IEnumerable<AnnotatedImage> images)
    {
        foreach (var image in images)
            if (image.Width < 1 || image.Height < 1)
                throw new DatasetException(image.Path, $"image {image.Id}", "has no known size: is the file there?");
    }
}
