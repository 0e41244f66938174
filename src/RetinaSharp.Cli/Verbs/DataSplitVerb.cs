using System.CommandLine;
using System.Globalization;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Operations;
using RetinaSharp.Datasets.Writing;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data split</c>, which splits a dataset for training, validation and test, or for cross-validation.</summary>
internal static class DataSplitVerb
{
    private const double DefaultVal = .2;

    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var val = CliOption.Number("--val", "Fraction of the images in the split val.", "FRACTION", min: 0, max: 1).WithDefault(DefaultVal);
        var test = CliOption.Number("--test", "Fraction of the images in the split test.", "FRACTION", min: 0, max: 1).WithDefault(0);
        var folds = CliOption.Integer("--folds", "Write K datasets fold1, fold2, … for cross-validation instead, each with one K-th of the images in val and the others in train; images are linked.", "K", min: 2);
        var seed = CliOption.Parsed("--seed", "S", "Random seed; the same seed gives the same splits.", CliOption.ParseNumber<long>).WithDefault(0);
        var group = CliOption.Parsed("--group", "KEY", "Keep images of a group in one split: a number is a folder in the file name (1 the first, -1 the last), anything else a regular expression whose first parentheses are the group.", ImageGroupKey.Parse);
        var output = new DatasetOutput(requiresFormat: false);
        var json = SharedOptions.Json();
        var command = new Command("split", "Split a dataset at random, with the classes in equal proportions (iterative stratification).") { data, val, test, folds, seed, group };
        reading.AddTo(command);
        output.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var path = output.GetPath(parse);
            var count = parse.GetOptional(folds);
            if (count is not null && (parse.IsGiven(val) || parse.IsGiven(test)))
                throw new UsageException("--folds cannot be combined with --val or --test");
            var options = new DatasetSplitOptions { Val = parse.GetValue(val), Test = parse.GetValue(test), Seed = parse.GetValue(seed), Group = parse.GetValue(group) };
            var dataset = DataSource.Open(parse.GetRequiredValue(data), output.ReadOptions(parse, reading.Get(parse)), session.Output);
            if (count is { } k)
            {
                WriteFolds(Guard(() => DatasetSplitter.Folds(dataset, k, options)), path, output, parse, session, parse.GetValue(json));
                return ExitCode.Done;
            }

            var splits = Guard(() => DatasetSplitter.Split(dataset, options));
            var written = output.Write(parse, splits, session);
            if (!parse.GetValue(json))
            {
                session.Output.Result(Classes(splits));
                session.Output.Result("");
            }

            DatasetOutput.Show(written, [], session, parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteFolds(IReadOnlyList<DatasetFold> folds, string path, DatasetOutput output, ParseResult parse, Session session, bool asJson)
    {
        var isNew = !Directory.Exists(path);
        var written = new List<WrittenDataset>();
        try
        {
            foreach (var fold in folds)
            {
                DatasetSplit[] splits = [new("train", fold.Train), new("val", fold.Val)];
                written.Add(output.Write(parse, splits, session, Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"fold{written.Count + 1}")), ImageHandling.Link));
            }
        }
        catch
        {
            foreach (var fold in written)
                Directory.Delete(fold.Path, recursive: true);
            if (isNew && Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
                Directory.Delete(path);
            throw;
        }

        // Those of the other folds are about the same images.
        foreach (var loss in written[0].Losses)
            session.Output.Warning(loss.ToString());
        if (asJson)
        {
            session.Output.Json(writer =>
            {
                writer.WriteString("out", path);
                writer.WriteStartArray("folds");
                foreach (var fold in written)
                {
                    writer.WriteStartObject();
                    WrittenDatasetReport.Write(writer, fold);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                WrittenDatasetReport.Write(writer, written[0].Losses);
            });
            return;
        }

        session.Output.Result(WrittenDatasetReport.Table(written));
        session.Output.Info($"The folds are in {path}. Next: {WrittenDatasetReport.NextCommand(written[0])}");
    }

    private static Table Classes(IReadOnlyList<DatasetSplit> splits)
    {
        var table = Tables.Create(["class", .. splits.Select(split => $"{split.Name}>")]);
        var counts = splits.Select(split => DatasetSummary.Create(split.Dataset).Classes).ToArray();
        for (var i = 0; i < splits[0].Dataset.Categories.Count; i++)
            table.AddRow([new Text(splits[0].Dataset.Categories[i].Name), .. counts.Select(classes => new Text($"{classes[i].Boxes}"))]);
        return table;
    }

    private static T Guard<T>(Func<T> split)
    {
        T? result = default;
        UsageException.Guard(() => result = split());
        return result!;
    }
}
