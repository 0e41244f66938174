using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Preview;

/// <summary>
/// Creates the sheets of anchors: for each image its ground truth, with the boxes that no anchor is assigned to, and for each pyramid level its positive and
/// ignored anchors.
/// </summary>
internal static class AnchorSheets
{
    private const int Columns = 3, Side = 480;

    // Anchors of a level and a kind that are drawn for each box: all of them would hide the image.
    private const int DrawnPerBox = 2;

    // Indices into the palette of BoxLabel: red, blue, gray, and one for each level from the finest, none of which is one of the others.
    private const int Missed = 0, GroundTruth = 3, Ignored = 19;
    private static readonly int[] LevelColors = [1, 4, 7, 2, 6, 8, 11, 9, 12];

    /// <summary>Creates the sheets of the images with the most boxes without an anchor; of equal ones, those with more classes and fewer boxes.</summary>
    /// <param name="images">The images to choose from.</param>
    /// <param name="settings">Input size, anchors and assigner.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static IReadOnlyList<Sheet> Create(DetectionDataset images, RunSettings settings, int count, CancellationToken cancellationToken)
    {
        settings = settings with { Augmentation = AugmentationSettings.None };
        var missed = TrainingView.Load(images, settings, 1, (_, _, batch) => (batch.Images[0].Source.Id, Boxes: WithoutAnchor(batch).Count), cancellationToken).ToDictionary(one => one.Id, one => one.Boxes);
        var chosen = images.Images.OrderByDescending(image => missed.GetValueOrDefault(image.Id))
            .ThenByDescending(image => image.Annotations.Select(annotation => annotation.Category).Distinct().Count())
            .ThenBy(image => image.Annotations.Count).Take(count).ToArray();
        var generator = new AnchorGenerator(settings.Model.Anchors);
        var sheets = TrainingView.Load(images with { Images = chosen }, settings, 1,
            (_, pixels, batch) => (batch.Images[0].Source, Picture: Create(pixels, batch, generator.Generate(batch.Height, batch.Width))), cancellationToken);
        return [.. chosen.Select((image, i) => new Sheet($"anchors-{i + 1:00}", sheets.First(sheet => sheet.Source.Id == image.Id).Picture, $"Anchors assigned in {image.FileName}"))];
    }

    private static Image Create(Image pixels, Detection.Data.TrainingBatch batch, AnchorGrid grid)
    {
        var source = batch.Images[0];
        var image = DrawnImage.Fit(pixels, Side);
        var (scaleX, scaleY) = (image.Width / (float)pixels.Width, image.Height / (float)pixels.Height);
        var missed = WithoutAnchor(batch);
        List<SheetImage> cells =
        [
            new(Draw(source.Boxes.OrderBy(box => missed.Contains(box) ? 0 : 1).Select(box => missed.Contains(box) ? (box, "no anchor", Missed, false) : (box, "", GroundTruth, false))),
                $"{source.Boxes.Length} boxes, {missed.Count} without an anchor"),
        ];
        List<SheetLegend> legend = [new("ground truth", GroundTruth), new("no anchor is assigned to it", Missed)];
        foreach (var (index, level) in grid.Levels.Index())
        {
            var targets = batch.Targets.Levels[index];
            var positives = targets.PositiveAnchors.ToArray();
            Box[] ignored = [.. targets.Labels.ToArray().Index().Where(label => label.Item == SigmoidLoss.Ignore).Select(label => grid.Boxes[level.Offset + label.Index])];
            if (positives.Length + ignored.Length == 0)
                continue;
            var color = LevelColors[index % LevelColors.Length];
            if (positives.Length > 0)
                legend.Add(new($"positive on P{level.Level}", color));
            var (drawnPositives, drawnIgnored) = (Best(positives, source.Boxes), Best(ignored, source.Boxes));
            var boxes = drawnPositives.Select(box => (box, "", color, false))
                .Concat(source.Boxes.Select(box => (box, "", GroundTruth, false)))
                .Concat(drawnIgnored.Select(box => (box, "", Ignored, true)));
            var isPart = drawnPositives.Count < positives.Length || drawnIgnored.Count < ignored.Length;
            cells.Add(new(Draw(boxes), $"P{level.Level}: {positives.Length} positive, {ignored.Length} ignored{(isPart ? "; the best of each box drawn" : "")}"));
        }

        legend.Add(new("ignored", Ignored, IsDashed: true));
        return ContactSheet.Create($"Anchors in {source.Source.FileName}, at {pixels.Width} × {pixels.Height}", cells, Columns, Side, legend);

        Image Draw(IEnumerable<(Box Box, string Text, int Color, bool IsDashed)> boxes) =>
            image.Draw([.. boxes.Select(one => DrawnImage.Label(one.Box.Scale(scaleX, scaleY), one.Text, one.Color, one.IsDashed))], DrawnImage.LineWidth);
    }

    /// <summary>Returns for each box the anchors with the highest IoU among those that overlap it more than the other boxes.</summary>
    private static List<Box> Best(Box[] anchors, Box[] boxes) => boxes.Length == 0 ? [] :
    [
        .. anchors.Select(anchor => (Anchor: anchor, Best: boxes.Select((box, i) => (Iou: Iou.Compute(anchor, box), Index: i)).Max()))
            .GroupBy(one => one.Best.Index)
            .SelectMany(group => group.OrderByDescending(one => one.Best.Iou).Take(DrawnPerBox))
            .Select(one => one.Anchor),
    ];

    private static HashSet<Box> WithoutAnchor(Detection.Data.TrainingBatch batch)
    {
        var boxes = batch.Images[0].Boxes.ToHashSet();
        foreach (var level in batch.Targets.Levels)
            foreach (var target in level.PositiveTargets)
                boxes.Remove(target);
        return boxes;
    }
}
