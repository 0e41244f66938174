using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates a sheet for each class, with its objects cut out of their images.</summary>
internal static class ObjectSheets
{
    private const int Columns = 8, Side = 140, Channels = 3;

    // Part of the longer side of a box that is shown around it.
    private const double Context = .15;

    /// <summary>Creates the sheets of the classes with the most boxes, in the order of the classes.</summary>
    /// <param name="dataset">The dataset; images whose files do not exist are left out.</param>
    /// <param name="options">Numbers of classes and objects.</param>
    /// <param name="seed">Seed of the choice of objects.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static IReadOnlyList<Sheet> Create(DetectionDataset dataset, DatasetPreviewOptions options, long seed, CancellationToken cancellationToken)
    {
        var chosen = Choose(dataset, options, seed);
        var crops = new SheetImage?[chosen.Count];
        // Objects of one image are cut out together, so that it is decoded once.
        Parallel.ForEach(chosen.Index().GroupBy(entry => entry.Item.Image), new() { CancellationToken = cancellationToken }, group =>
        {
            try
            {
                var image = ImageDecoding.Load(group.Key.File);
                foreach (var (index, (_, annotation)) in group)
                    crops[index] = Crop(image, group.Key, annotation);
            }
            catch (ImageException)
            {
                // An image that cannot be decoded is among the bad images of the preview if it was sampled; here others take its place.
            }
        });

        return [.. chosen.Index().GroupBy(entry => entry.Item.Annotation.Category).OrderBy(group => group.Key)
            .Select(group => (Class: group.Key, Crops: group.Select(entry => crops[entry.Index]).OfType<SheetImage>().ToArray()))
            .Where(group => group.Crops.Length > 0)
            .Select(group => Create(dataset, group.Class, group.Crops))];
    }

    private static Sheet Create(DetectionDataset dataset, int category, SheetImage[] crops)
    {
        var name = dataset.Categories[category].Name;
        var total = dataset.Images.Sum(image => image.Annotations.Count(annotation => annotation.Category == category));
        return new($"objects-{category + 1:00}-{FileName(name)}",
            ContactSheet.Create($"{name}: {crops.Length} of {total} objects, largest first", crops, Columns, Side), $"Objects of class {name}");
    }

    private static List<(AnnotatedImage Image, Annotation Annotation)> Choose(DetectionDataset dataset, DatasetPreviewOptions options, long seed)
    {
        var objects = from image in dataset.Images
                      where image.File.Exists
                      from annotation in image.Annotations
                      where !annotation.IsCrowd && !image.IsDegenerate(annotation)
                      group (image, annotation) by annotation.Category;
        var chosen = new List<(AnnotatedImage, Annotation)>();
        foreach (var group in objects.OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(options.Classes))
        {
            var all = group.ToArray();
            new RandomStream(seed, "preview objects", group.Key).Shuffle<(AnnotatedImage, Annotation)>(all);
            chosen.AddRange(all.Take(options.ObjectsPerClass).OrderByDescending(one => one.annotation.Box.Area));
        }

        return chosen;
    }

    private static SheetImage? Crop(Image image, AnnotatedImage annotated, Annotation annotation)
    {
        if ((image.Width, image.Height) != (annotated.Width, annotated.Height))
            return null;
        var box = annotation.Box.ToCorners().Clip(image.Width, image.Height);
        var margin = (float)(Context * Math.Max(box.Width, box.Height));
        var (left, top) = ((int)Math.Clamp(MathF.Floor(box.X1 - margin), 0, image.Width - 1), (int)Math.Clamp(MathF.Floor(box.Y1 - margin), 0, image.Height - 1));
        var (right, bottom) = ((int)Math.Clamp(MathF.Ceiling(box.X2 + margin), left + 1, image.Width), (int)Math.Clamp(MathF.Ceiling(box.Y2 + margin), top + 1, image.Height));
        var scale = (double)Side / Math.Max(right - left, bottom - top);
        var (width, height) = (Math.Max(1, (int)Math.Round((right - left) * scale)), Math.Max(1, (int)Math.Round((bottom - top) * scale)));
        var pixels = new byte[width * height * Channels];
        image.ResizeInto(pixels, width * Channels, width, height, left, top, right - left, bottom - top);
        var (scaleX, scaleY) = ((float)width / (right - left), (float)height / (bottom - top));
        var label = DrawnImage.Label(new Box(box.X1 - left, box.Y1 - top, box.X2 - left, box.Y2 - top).Scale(scaleX, scaleY), "", annotation.Category);
        return new(new Image(width, height, pixels).Draw([label], lineWidth: 1), FormattableString.Invariant($"{annotation.Box.Width:0} × {annotation.Box.Height:0} px"));
    }

    // Class names may have characters that file names cannot have.
    private static string FileName(string name)
    {
        var safe = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'));
        return safe.Length > 40 ? safe[..40] : safe;
    }
}
