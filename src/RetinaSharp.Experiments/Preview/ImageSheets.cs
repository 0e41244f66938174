using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates the contact sheets: a grid of images with boxes and class names.</summary>
internal static class ImageSheets
{
    // A sheet is about 1500 pixels wide, which a screen shows without scaling.
    private const int Columns = 3, Rows = 3, Side = 480;

    public static IEnumerable<Sheet> Create(DetectionDataset dataset, IReadOnlyList<AnnotatedImage> images, CancellationToken cancellationToken)
    {
        var pages = images.Chunk(Columns * Rows).ToArray();
        foreach (var (page, chunk) in pages.Index())
        {
            var cells = new SheetImage[chunk.Length];
            Parallel.For(0, cells.Length, new() { CancellationToken = cancellationToken },
                i => cells[i] = new(DrawnImage.Load(chunk[i], dataset.Categories, Side), Caption(chunk[i])));
            var classes = chunk.SelectMany(image => image.Annotations).Select(annotation => annotation.Category).Distinct().Order();
            yield return new($"images-{page + 1:00}",
                ContactSheet.Create($"Images, sheet {page + 1} of {pages.Length}", cells, Columns, Side, [.. classes.Select(one => new SheetLegend(dataset.Categories[one].Name, one))]),
                $"Contact sheet {page + 1} of {pages.Length}: {string.Join(", ", chunk.Select(image => image.FileName))}");
        }
    }

    private static string Caption(AnnotatedImage image) => $"{image.FileName}, {image.Annotations.Count} {(image.Annotations.Count == 1 ? "box" : "boxes")}";
}
