namespace RetinaSharp.Datasets.Tests.Writing;

/// <summary>Datasets for tests of writers, and comparisons of what is read with what was written.</summary>
internal static class WrittenSets
{
    public static Annotation Object(long id, int category, double x, double y, double width, double height) =>
        new() { Id = id, Category = category, Box = new(x, y, width, height), Area = width * height };

    public static AnnotatedImage Image(this TemporaryFolder folder, long id, string name, params Annotation[] annotations) => new()
    {
        Id = id,
        FileName = name,
        Path = folder.WriteImage($"source/{name}"),
        Width = 100,
        Height = 80,
        Annotations = annotations,
    };

    /// <summary>
    /// A dataset that every format holds without loss: classes with characters that formats must escape, in the order of their names; file
    /// names with spaces, Unicode and '#', in subfolders; fractions of pixels; an image without boxes.
    /// </summary>
    public static DetectionDataset Lossless(this TemporaryFolder folder) => new()
    {
        Source = "source",
        Categories = [new(1, "a: \"quoted\", <b> & 'c' #1"), new(2, "chien \u00fc \U0001F600"), new(3, "yes")],
        Images =
        [
            folder.Image(1, "a b.jpg", Object(1, 0, 10, 20, 30, 40), Object(2, 2, 1 / 3d, 2.125, 30.1, 7e-4)),
            folder.Image(2, "cam1/\u00e4#1.jpg", Object(3, 1, 0, 0, 100, 80)),
            folder.Image(3, "cam1/x.y.jpg"),
            folder.Image(4, "cam2/x.jpg", Object(4, 1, 50.5, 0, 49.5, 79.99)),
        ],
    };

    public static void AreEqual(DetectionDataset expected, DetectionDataset actual, double precision, bool keepsFolders = true)
    {
        Assert.Equal(expected.Categories.Select(category => category.Name), actual.Categories.Select(category => category.Name));
        var images = actual.Images.ToDictionary(image => Name(image));
        Assert.Equal(expected.Images.Select(Name).Order(StringComparer.Ordinal), images.Keys.Order(StringComparer.Ordinal));
        foreach (var image in expected.Images)
        {
            var read = images[Name(image)];
            Assert.Equal((image.Width, image.Height), (read.Width, read.Height));
            Assert.Equal(image.Annotations.Select(annotation => annotation.Category), read.Annotations.Select(annotation => annotation.Category));
            foreach (var (box, other) in image.Annotations.Zip(read.Annotations, (first, second) => (first.Box, second.Box)))
            {
                Assert.Equal(box.X, other.X, precision);
                Assert.Equal(box.Y, other.Y, precision);
                Assert.Equal(box.Width, other.Width, precision);
                Assert.Equal(box.Height, other.Height, precision);
            }
        }

        // Formats with the images of a split in a folder beside the annotations have the folder in the file name.
        string Name(AnnotatedImage image) =>
            !keepsFolders ? Path.GetFileName(image.FileName) : image.FileName.Split('/') is ["train" or "val" or "test", .. var rest] ? string.Join('/', rest) : image.FileName;
    }
}
