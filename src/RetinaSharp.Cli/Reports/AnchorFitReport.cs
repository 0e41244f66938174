using System.Globalization;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;
using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the coverage of boxes by anchors as text or JSON, and a fit beside the present anchors.</summary>
/// <param name="source">The dataset.</param>
/// <param name="settings">The settings with the present anchors.</param>
/// <param name="before">Coverage by the present anchors.</param>
/// <param name="fit">The fitted anchors; null if none were fitted.</param>
internal sealed class AnchorFitReport(string source, RunSettings settings, AnchorCoverage before, AnchorFit? fit)
{
    /// <summary>Describes a fit in a few words.</summary>
    public static string Summary(AnchorFit fit) => fit.IsChanged
        ? $"anchors fitted to the data: {Shares(fit.Before)} before, {Shares(fit.After)} after ({Describe(fit.Anchors, fit.Input)})"
        : $"anchors fitted to the data: none cover more than the present ones, {Shares(fit.Before)}";

    public void Show(Output output)
    {
        output.Result($"{source}: {before.All.Boxes} boxes" + (before.VanishedBoxes > 0 ? $", {before.VanishedBoxes} of them smaller than a pixel at the input size" : ""));
        output.Result($"anchors  {Describe(settings.Model.Anchors, settings.Input)}");
        if (fit is { IsChanged: true })
            output.Result($"fitted   {Describe(fit.Anchors, fit.Input)}");
        output.Result("");
        string[] columns = ["boxes", "number>", $"IoU {Number(before.Threshold)} or more>", "mean best IoU>"];
        var table = Tables.Create(fit is null ? columns : [.. columns, "fitted>", "fitted mean>"]);
        foreach (var (heading, groups, after) in Sections())
        {
            if (heading.Length > 0)
                table.AddRow([.. Enumerable.Repeat(new Text(""), table.Columns.Count)]);
            foreach (var (group, fitted) in groups.Zip(after))
                if (group.Boxes + fitted.Boxes > 0)
                    table.AddRow([.. Cells(heading, group, fitted).Take(table.Columns.Count).Select(cell => new Text(cell))]);
        }

        output.Result(table);
        if (fit is null)
            return;
        output.Result("");
        output.Result(fit.IsChanged
            ? $"retina train {CommandLine(fit)}"
            : "No other anchors were found that cover more.");
        if ((fit.Anchors.MinLevel, fit.Anchors.MaxLevel, fit.Input) != (settings.Model.Anchors.MinLevel, settings.Model.Anchors.MaxLevel, settings.Input))
            output.Info("The additional level or the larger input makes training and detection slower. To keep the present ones, give --levels and --size.");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("source", source);
        writer.WriteStartObject("anchors");
        Write(writer, settings.Model.Anchors, settings.Input, before);
        writer.WriteEndObject();
        if (fit is null)
            return;
        writer.WriteStartObject("fitted");
        writer.WriteBoolean("changed", fit.IsChanged);
        Write(writer, fit.Anchors, fit.Input, fit.After);
        writer.WriteString("options", fit.IsChanged ? CommandLine(fit) : "");
        writer.WriteEndObject();
    }

    private IEnumerable<(string Heading, IReadOnlyList<AnchorCoverageGroup> Groups, IReadOnlyList<AnchorCoverageGroup> After)> Sections()
    {
        var after = fit?.After ?? before;
        yield return ("", [before.All], [after.All]);
        yield return ("size", before.BySize, after.BySize);
        yield return ("at the input size", before.ByScaledSize, after.ByScaledSize);
        yield return ("shape", before.ByAspect, after.ByAspect);
    }

    private static string[] Cells(string heading, AnchorCoverageGroup group, AnchorCoverageGroup after) =>
    [
        heading.Length == 0 ? group.Name : $"{heading}: {group.Name}", $"{group.Boxes}", Share(group), Mean(group), Share(after), Mean(after),
    ];

    private static string Share(AnchorCoverageGroup group) => group.Boxes == 0 ? Tables.None : $"{(100 * group.CoveredShare).ToString("0.0", CultureInfo.InvariantCulture)} %";

    private static string Mean(AnchorCoverageGroup group) => group.Boxes == 0 ? Tables.None : group.MeanBestIou.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Shares(AnchorCoverage coverage) => $"{Share(coverage.All)} of {coverage.All.Boxes} boxes covered with mean best IoU {Mean(coverage.All)}";

    private static string Describe(AnchorSettings anchors, InputSize input) =>
        $"levels {anchors.MinLevel}-{anchors.MaxLevel}, base size {Number(anchors.BaseSize)}, scales {Numbers(anchors.Scales)}, ratios {Numbers(anchors.Ratios)}, images scaled to {input.Short} x {input.Long}";

    private string CommandLine(AnchorFit fitted)
    {
        var (anchors, start) = (fitted.Anchors, settings.Model.Anchors);
        List<string> options = [];
        if (!anchors.Scales.SequenceEqual(start.Scales))
            options.Add($"--scales {Numbers(anchors.Scales)}");
        if (!anchors.Ratios.SequenceEqual(start.Ratios))
            options.Add($"--ratios {Numbers(anchors.Ratios)}");
        if ((anchors.MinLevel, anchors.MaxLevel) != (start.MinLevel, start.MaxLevel))
            options.Add($"--levels {anchors.MinLevel}-{anchors.MaxLevel}");
        if (fitted.Input != settings.Input)
            options.Add(fitted.Input.Stretches ? $"--size {fitted.Input.Short}!" : $"--size {fitted.Input.Short}x{fitted.Input.Long}");
        return string.Join(' ', options);
    }

    private static void Write(Utf8JsonWriter writer, AnchorSettings anchors, InputSize input, AnchorCoverage coverage)
    {
        Write(writer, "scales", anchors.Scales);
        Write(writer, "ratios", anchors.Ratios);
        Write(writer, "levels", [anchors.MinLevel, anchors.MaxLevel]);
        Write(writer, "size", [input.Short, input.Long]);
        writer.WriteNumber("threshold", coverage.Threshold);
        writer.WriteNumber("vanished_boxes", coverage.VanishedBoxes);
        writer.WriteStartObject("all");
        Write(writer, coverage.All);
        writer.WriteEndObject();
        Write(writer, "by_size", coverage.BySize);
        Write(writer, "by_scaled_size", coverage.ByScaledSize);
        Write(writer, "by_shape", coverage.ByAspect);
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<double> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<AnchorCoverageGroup> groups)
    {
        writer.WriteStartArray(name);
        foreach (var group in groups)
        {
            writer.WriteStartObject();
            writer.WriteString("name", group.Name);
            Write(writer, group);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, AnchorCoverageGroup group)
    {
        writer.WriteNumber("boxes", group.Boxes);
        writer.WriteNumber("covered", group.Covered);
        // Without boxes there is no share and no mean; JSON has no NaN.
        if (group.Boxes == 0)
            return;
        writer.WriteNumber("covered_share", group.CoveredShare);
        writer.WriteNumber("mean_best_iou", group.MeanBestIou);
    }

    private static string Numbers(IEnumerable<double> values) => string.Join(',', values.Select(Number));

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
