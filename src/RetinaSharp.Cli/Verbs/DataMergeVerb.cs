using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data merge</c>, which joins datasets.</summary>
internal static class DataMergeVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Paths("DATA", $"Two or more datasets. Each: {DataSource.Help} Without it, all splits are used, and those with the same name are joined.");
        var reading = new DatasetReadingOptions();
        var output = new DatasetOutput(requiresFormat: false);
        var json = SharedOptions.Json();
        var command = new Command("merge", "Join datasets: classes by name, images and boxes with new ids.") { data };
        reading.AddTo(command);
        output.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var paths = parse.GetRequiredValue(data);
            if (paths.Length < 2)
                throw new UsageException("DATA: give two or more datasets");
            output.GetPath(parse);
            var sets = paths.SelectMany(path => DataSource.OpenSplits(path, output.ReadOptions(parse, reading.Get(parse)), session.Output)).ToArray();
            var merged = Merge(sets);
            DatasetOutput.Show(output.Write(parse, merged, session), [.. merged.SelectMany(split => split.Dataset.Problems).Distinct()], session, parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Joins the splits with the same name. Images without split are training images if others are split.</summary>
    private static DatasetSplit[] Merge(DatasetSplit[] sets)
    {
        var isSplit = sets.Any(split => split.Name is not null);
        // All together, so that problems between splits are found, and ids are unique.
        var all = DatasetMerger.Merge([.. sets.Select(split => split.Dataset)]);
        var names = sets.SelectMany(split => Enumerable.Repeat(split.Name ?? (isSplit ? "train" : null), split.Dataset.Images.Count)).ToArray();
        return [.. names.Distinct().Select((name, i) => new DatasetSplit(name, all with
        {
            Images = [.. all.Images.Where((_, image) => names[image] == name)],
            Problems = i == 0 ? all.Problems : [],
        }))];
    }
}
