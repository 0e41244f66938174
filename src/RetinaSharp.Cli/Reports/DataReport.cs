using System.Text.Json;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the summary of a dataset as text or JSON.</summary>
/// <param name="dataset">The dataset.</param>
/// <param name="anchors">Statistics of the anchors that are assigned to the dataset's boxes.</param>
/// <param name="preset">Name of the preset that defines the anchors.</param>
/// <param name="badImages">Number of images that training would refuse.</param>
internal sealed class DataReport(DetectionDataset dataset, AnchorStatistics anchors, string preset, int badImages)
{
    private const int MaxSizes = 5;

    private readonly DatasetSummary _summary = DatasetSummary.Create(dataset);

    private IEnumerable<(string Name, string Title, Quantiles Values)> Distributions =>
    [
        ("box_width", "box width", _summary.BoxWidth),
        ("box_height", "box height", _summary.BoxHeight),
        ("box_area", "box area", _summary.BoxArea),
        ("box_aspect", "width : height", _summary.BoxAspect),
    ];

    public void Show(Output output)
    {
        output.Result($"images  {_summary.Images}, {_summary.ImagesWithoutBoxes} without boxes");
        output.Result($"sizes   {string.Join(", ", _summary.ImageSizes.Take(MaxSizes).Select(size => $"{size.Width} x {size.Height} ({size.Images})"))}"
            + (_summary.ImageSizes.Count > MaxSizes ? $" and {_summary.ImageSizes.Count - MaxSizes} more" : ""));
        output.Result($"boxes   {_summary.Boxes}, {_summary.Crowds} crowds; {_summary.SmallBoxes} small, {_summary.MediumBoxes} medium, {_summary.LargeBoxes} large");
        output.Result($"anchors of preset {preset}: {anchors.Foreground} foreground, {anchors.Background} background"
            + (anchors.Foreground > 0 ? $" (1 : {(double)anchors.Background / anchors.Foreground:0})" : "")
            + $", {anchors.Ignored} ignored; {anchors.BoxesWithoutAnchor} of {anchors.Boxes} boxes match none"
            + (anchors.VanishedBoxes > 0 ? $", {anchors.VanishedBoxes} are smaller than a pixel" : ""));
        output.Result("");

        var distributions = Tables.Create("", "min>", "5 %>", "25 %>", "median>", "75 %>", "95 %>", "max>");
        foreach (var (_, title, values) in Distributions)
            distributions.AddRow([new Text(title), .. Named(values).Select(value => new Text(double.IsNaN(value.Value) ? Tables.None : $"{value.Value:0.##}"))]);
        output.Result(distributions);
        output.Result("");

        var classes = Tables.Create("class", "id>", "boxes>", "images>");
        foreach (var (category, boxes, images) in _summary.Classes)
            classes.AddRow(new Text(category.Name), new Text($"{category.Id}"), new Text($"{boxes}"), new Text($"{images}"));
        output.Result(classes);
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("source", dataset.Source);
        writer.WriteNumber("images", _summary.Images);
        writer.WriteNumber("images_without_boxes", _summary.ImagesWithoutBoxes);
        writer.WriteStartArray("image_sizes");
        foreach (var (width, height, images) in _summary.ImageSizes)
        {
            writer.WriteStartObject();
            writer.WriteNumber("width", width);
            writer.WriteNumber("height", height);
            writer.WriteNumber("images", images);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("boxes", _summary.Boxes);
        writer.WriteNumber("crowds", _summary.Crowds);
        writer.WriteNumber("small_boxes", _summary.SmallBoxes);
        writer.WriteNumber("medium_boxes", _summary.MediumBoxes);
        writer.WriteNumber("large_boxes", _summary.LargeBoxes);
        foreach (var (name, _, values) in Distributions)
            Write(writer, name, values);
        writer.WriteStartArray("classes");
        foreach (var (category, boxes, images) in _summary.Classes)
        {
            writer.WriteStartObject();
            writer.WriteString("category", category.Name);
            writer.WriteNumber("category_id", category.Id);
            writer.WriteNumber("boxes", boxes);
            writer.WriteNumber("images", images);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("anchors");
        writer.WriteString("preset", preset);
        writer.WriteNumber("foreground", anchors.Foreground);
        writer.WriteNumber("background", anchors.Background);
        writer.WriteNumber("ignored", anchors.Ignored);
        writer.WriteNumber("boxes", anchors.Boxes);
        writer.WriteNumber("boxes_without_anchor", anchors.BoxesWithoutAnchor);
        writer.WriteNumber("vanished_boxes", anchors.VanishedBoxes);
        writer.WriteEndObject();
        writer.WriteNumber("problems", dataset.Problems.Count);
        writer.WriteNumber("bad_images", badImages);
    }

    private static void Write(Utf8JsonWriter writer, string name, Quantiles values)
    {
        writer.WriteStartObject(name);
        foreach (var (quantile, value) in Named(values))
        {
            // The values are NaN if the dataset has no boxes; JSON has no NaN.
            if (double.IsNaN(value))
                writer.WriteNull(quantile);
            else
                writer.WriteNumber(quantile, value);
        }

        writer.WriteEndObject();
    }

    private static (string Name, double Value)[] Named(Quantiles values) =>
    [
        ("min", values.Min), ("p05", values.P05), ("p25", values.P25), ("median", values.Median),
        ("p75", values.P75), ("p95", values.P95), ("max", values.Max),
    ];
}
