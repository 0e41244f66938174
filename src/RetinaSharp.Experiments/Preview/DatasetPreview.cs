using System.Globalization;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Experiments.Charts;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Preview;

/// <summary>
/// Shows a dataset as training will see it, before training: images with their boxes, objects of each class, numbers of boxes, augmented images and assigned
/// anchors. Labels that are shifted, swapped or missing are found at a glance.
/// </summary>
public static class DatasetPreview
{
    // Sheets of objects that the page embeds; the page would otherwise be too large to open with hundreds of classes.
    private const int MaxObjectSheets = 20;

    /// <summary>Name of the HTML page.</summary>
    public const string PageName = "preview.html";

    /// <summary>Writes the pictures and the page to a folder. The same data, settings and seed give the same pictures.</summary>
    /// <param name="dataset">The dataset; images of unknown size and images whose files do not exist are left out.</param>
    /// <param name="settings">Input size, slices, augmentation, anchors, assigner, and the seed of all random choices.</param>
    /// <param name="folder">The folder, which is created; existing files of the same names are replaced.</param>
    /// <param name="options">Numbers of images and objects; the defaults if null.</param>
    /// <param name="progress">Receives the names of the pictures that are written.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="DatasetException">No image can be shown.</exception>
    /// <exception cref="ImageException">An image cannot be decoded, or a picture cannot be written.</exception>
    /// <exception cref="IOException">The page cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static DatasetPreviewResult Write(
        DetectionDataset dataset, RunSettings settings, string folder, DatasetPreviewOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new();
        options.Validate();
        var seed = settings.Training.Seed;
        var usable = dataset with { Images = [.. dataset.Images.Where(image => image is { Width: > 0, Height: > 0 } && image.File.Exists)] };
        var sample = dataset with { Images = ImageSample.Choose(usable, options.Images, seed) };
        var bad = ImageVerification.FindBadImages(sample, ImageDecoding.DescribeFailure, decodesAll: true, cancellationToken: cancellationToken);
        sample = ImageVerification.Without(sample, bad);
        if (sample.Images.Count == 0)
            throw new DatasetException(dataset.Source, "", $"no image can be shown: of {dataset.Images.Count} images, {usable.Images.Count} have a file and a size" + (bad.Count > 0 ? $", and {bad[0]}" : ""));

        Directory.CreateDirectory(folder);
        var shown = sample.Images.Count;
        var files = new List<string>();
        var samples = Slice(dataset with { Images = [.. dataset.Images.Where(image => image is { Width: > 0, Height: > 0 })] }, settings);
        var (byClass, bySize) = (LabelHistograms.ByClass(dataset), LabelHistograms.BySize(samples, settings));
        Save(new("histogram-classes", BarImage.Draw(byClass), byClass.Title));
        Save(new("histogram-sizes", BarImage.Draw(bySize), bySize.Title));
        var images = ImageSheets.Create(sample, sample.Images, cancellationToken).Select(Save).ToArray();
        var objects = ObjectSheets.Create(usable, options, seed, cancellationToken).Select(Save).ToArray();
        if (settings.Tile is not null)
            sample = sample with { Images = ImageSample.Choose(Slice(sample, settings), options.Images, seed) };
        var augmented = sample with { Images = [.. WithBoxes(sample.Images, options.AugmentedImages)] };
        var kinds = Save(AugmentationKindSheet.Create(augmented, settings, cancellationToken));
        var augmentation = Save(AugmentationSheet.Create(augmented, settings, options.Draws, cancellationToken));
        var anchors = AnchorSheets.Create(sample, settings, options.AnchorImages, cancellationToken).Select(Save).ToArray();

        var page = Path.Combine(folder, PageName);
        HtmlReport.Write(new($"Preview of {dataset.Source}",
            $"{shown} of {dataset.Images.Count} images, chosen at random with seed {seed.ToString(CultureInfo.InvariantCulture)}, so that every class is among them.",
            [
                new("Summary", [Summary(dataset, samples, settings, cancellationToken), byClass, bySize]),
                new("Images", [Grid(images)]),
                new("Objects", Objects(objects)),
                new("Augmentation",
                [
                    new Paragraph($"The left column is the {(settings.Tile is null ? "image" : "image or slice")} at the input size. The others are random draws, as training sees them."),
                    Grid([augmentation]),
                    new Paragraph("Each augmentation alone, as strong as in the run; those that the run does not use are shown with a typical strength."),
                    Grid([kinds]),
                ]),
                new("Anchors", [new Paragraph(AssignerText.Explain(settings.Assigner)), Grid(anchors)]),
            ]), page);
        return new(page, files, bad);

        Picture Save(Sheet sheet)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(sheet.Name);
            var path = Path.Combine(folder, $"{sheet.Name}.png");
            sheet.Picture.Save(path);
            files.Add(path);
            return new(sheet.Picture, sheet.Description, $"{sheet.Name}.png");
        }
    }

    /// <summary>Returns the samples of training. Slices get ids and names of their own, so that each can be shown.</summary>
    private static DetectionDataset Slice(DetectionDataset dataset, RunSettings settings) => settings.Tile is null ? dataset : dataset with
    {
        Images =
        [
            .. TrainingSamples.Create(dataset, settings).Images.Select((sample, i) => sample with
            {
                Id = i + 1,
                FileName = sample.Crop is { } crop ? string.Create(CultureInfo.InvariantCulture, $"{sample.FileName} at ({crop.X}, {crop.Y})") : sample.FileName,
            }),
        ],
    };

    /// <summary>Returns the first images with boxes; the first images if there are no boxes.</summary>
    private static IEnumerable<AnnotatedImage> WithBoxes(IReadOnlyList<AnnotatedImage> images, int count) =>
        images.OrderBy(image => image.Annotations.Count > 0 ? 0 : 1).Take(count);

    private static ReportBlock[] Objects(IReadOnlyList<Picture> sheets) => sheets.Count switch
    {
        0 => [new Paragraph("The dataset has no boxes.")],
        <= MaxObjectSheets => [Grid(sheets)],
        _ => [Grid([.. sheets.Take(MaxObjectSheets)]), new Paragraph($"The sheets of {sheets.Count - MaxObjectSheets} other classes are in the folder of this page, in files named objects-….png.")],
    };

    private static PictureGrid Grid(IReadOnlyList<Picture> pictures) => new(pictures, Columns: 1);

    private static KeyMetrics Summary(DetectionDataset dataset, DetectionDataset samples, RunSettings settings, CancellationToken cancellationToken)
    {
        var summary = DatasetSummary.Create(dataset);
        var coverage = AnchorCoverage.Compute(samples, settings, cancellationToken);
        return new(
        [
            new("Images", Number(summary.Images), $"{summary.ImagesWithoutBoxes} without boxes{(settings.Tile is { } tile ? $"; {samples.Images.Count} samples with slices of {tile} pixels" : "")}"),
            new("Boxes", Number(summary.Boxes), summary.Crowds > 0 ? $"{summary.Crowds} crowds" : ""),
            new("Classes", Number(dataset.Categories.Count), $"{summary.Classes.Count(one => one.Boxes == 0)} without boxes"),
            new("Boxes with a good anchor", coverage.All.Boxes == 0 ? TableCell.None : coverage.All.CoveredShare.ToString("0.0 %", CultureInfo.InvariantCulture),
                $"IoU of {coverage.Threshold.ToString(CultureInfo.InvariantCulture)} or more; {coverage.VanishedBoxes} boxes below a pixel"),
        ]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
