using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data filter</c>, which selects classes, boxes and images.</summary>
internal static class DataFilterVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", $"{DataSource.Help} Without it, all splits are used.");
        var reading = new DatasetReadingOptions();
        var classes = CliOption.Text("--classes", "a,b", "Keep only these classes.");
        var minSize = CliOption.Number("--min-size", "Keep boxes whose shorter side has at least this many pixels.", "PIXELS", min: 0);
        var maxSize = CliOption.Number("--max-size", "Keep boxes whose longer side has at most this many pixels.", "PIXELS", min: 0);
        var noCrowds = CliOption.Flag("--no-crowds", "Remove crowds, regions with many objects.");
        var name = CliOption.Text("--name", "PATTERN", "Keep images whose file name matches: * is any characters, ? is one.");
        var withBoxes = CliOption.Flag("--with-boxes", "Keep only images with boxes, after all other options.");
        var maxImages = CliOption.Integer("--max-images", "Keep at most this many images of each split, chosen at random.", min: 1);
        var seed = CliOption.Parsed("--seed", "S", "Random seed of --max-images.", CliOption.ParseNumber<long>).WithDefault(0);
        var output = new DatasetOutput(requiresFormat: false);
        var json = SharedOptions.Json();
        var command = new Command("filter", "Keep only some classes, boxes or images of a dataset.") { data, classes, minSize, maxSize, noCrowds, name, withBoxes, maxImages, seed };
        reading.AddTo(command);
        output.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            output.GetPath(parse);
            var options = new DatasetFilterOptions
            {
                KeepClasses = parse.GetValue(classes) is { } kept ? Names(kept) : null,
                MinBoxSize = parse.GetValue(minSize),
                MaxBoxSize = parse.GetOptional(maxSize) ?? double.PositiveInfinity,
                DropCrowds = parse.GetValue(noCrowds),
                ImageName = parse.GetValue(name),
                OnlyWithBoxes = parse.GetValue(withBoxes),
                MaxImages = parse.GetOptional(maxImages),
                Seed = parse.GetValue(seed),
            };
            var splits = DataSource.OpenSplits(parse.GetRequiredValue(data), output.ReadOptions(parse, reading.Get(parse)), session.Output);
            DatasetSplit[] filtered = [];
            UsageException.Guard(() => filtered = [.. splits.Select(split => split with { Dataset = DatasetFilter.Filter(split.Dataset, options) })]);
            if (Array.TrueForAll(filtered, split => split.Dataset.Images.Count == 0))
                throw new UsageException("no image is kept: nothing is written");
            foreach (var empty in filtered.Where(split => split.Dataset.Images.Count == 0))
                session.Output.Warning($"the split {empty.Name} has no images left: it is not written");
            filtered = Array.FindAll(filtered, split => split.Dataset.Images.Count > 0);
            DatasetOutput.Show(output.Write(parse, filtered, session), [], session, parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
