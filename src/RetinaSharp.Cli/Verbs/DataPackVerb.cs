using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets.Writing;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data pack</c>, which packs a dataset into tar shards.</summary>
internal static class DataPackVerb
{
    private const long Megabyte = 1_000_000;

    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", $"{DataSource.Help} Without it, all splits are packed.");
        var reading = new DatasetReadingOptions();
        var path = CliOption.Text("--out", "DIR", "Folder of the packed dataset, which must be empty or not exist.", required: true);
        var defaults = new DatasetPackerOptions();
        var shardSize = CliOption.Integer("--shard-size", "Size of a shard in MB.", "MB", min: (int)(DatasetPackerOptions.MinShardBytes / Megabyte)).WithDefault((int)(defaults.ShardBytes / Megabyte));
        var seed = CliOption.Parsed("--seed", "K", "Random seed of the order of the images; the same seed gives the same shards.", CliOption.ParseNumber<long>).WithDefault(defaults.Seed);
        var json = SharedOptions.Json();
        var command = new Command("pack", "Pack a dataset into tar shards (WebDataset layout), which every verb reads like the dataset.") { data, path, shardSize, seed };
        reading.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var target = parse.GetRequiredValue(path);
            OutputFolder.RequireEmpty(target);
            var splits = DataSource.OpenSplits(parse.GetRequiredValue(data), reading.Get(parse), session.Output);
            var options = new DatasetPackerOptions { ShardBytes = parse.GetValue(shardSize) * Megabyte, Seed = parse.GetValue(seed), Decode = ImageDecoding.DescribeFailure };
            var images = splits.Sum(split => split.Dataset.Images.Count);
            var packed = UsageException.Guard(() => ProgressDisplay.Run(session.Output, "images", display =>
                DatasetPacker.Pack(splits, target, options, new ImageProgress(display, images), session.CancellationToken)));
            foreach (var loss in packed.Losses)
                session.Output.Warning(loss.ToString());
            if (parse.GetValue(json))
            {
                session.Output.Json(writer => PackedDatasetReport.Write(writer, packed));
                return ExitCode.Done;
            }

            session.Output.Result(PackedDatasetReport.Table(packed));
            session.Output.Info($"The dataset is in {packed.Path}. Next: {WrittenDatasetReport.NextCommand([.. packed.Splits.Select(split => (split.Name, split.Data))])}");
            return ExitCode.Done;
        });
        return command;
    }
}
