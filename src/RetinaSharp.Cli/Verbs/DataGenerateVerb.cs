using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Scenes;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data generate</c>, which generates a dataset of synthetic scenes.</summary>
internal static class DataGenerateVerb
{
    public static Command Create(Session session)
    {
        var outFolder = CliOption.Text("--out", "DIR", "Folder of the dataset; it must be empty or not exist.", required: true);
        var train = CliOption.Integer("--train", "Number of training images.");
        var val = CliOption.Integer("--val", "Number of validation images.");
        train.Required = val.Required = true;
        var size = CliOption.Integer("--size", $"Side of an image in pixels, from {SceneRecipe.MinSize} to {SceneRecipe.MaxSize}.", "S").WithDefault(SceneRecipe.DefaultSize);
        var seed = CliOption.Parsed("--seed", "K", "Random seed; the same seed gives the same scenes.", CliOption.ParseNumber<long>).WithDefault(0);
        var json = SharedOptions.Json();
        var command = new Command("generate", "Generate a dataset of synthetic scenes in COCO layout.") { outFolder, train, val, size, seed, json };
        command.SetAction(parse =>
        {
            var settings = new SceneSettings { Train = parse.GetValue(train), Val = parse.GetValue(val), Size = parse.GetValue(size), Seed = parse.GetValue(seed) };
            UsageException.Guard(settings.Validate);
            var folder = parse.GetRequiredValue(outFolder);
            OutputFolder.RequireEmpty(folder);
            var images = settings.Train + settings.Val;
            var written = ProgressDisplay.Run(session.Output, "scenes", display =>
                SceneSet.Write(folder, settings, new ImageProgress(display, images), session.CancellationToken));
            SceneSplit[] splits = [written.Train, written.Val];
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, folder, settings, splits));
            else
                Show(session.Output, folder, settings, splits);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Output output, string folder, SceneSettings settings, SceneSplit[] splits)
    {
        output.Result($"recipe {SceneRecipe.Version}, {settings.Size} x {settings.Size} pixels, seed {settings.Seed}");
        output.Result("");
        var table = Tables.Create("data", "images>", "objects>", "occluded>", "clutter>");
        foreach (var split in splits)
        {
            string[] cells = [split.Set.Source, $"{split.Set.Images.Count}", $"{split.Objects}", $"{split.Hidden}", $"{split.Clutter}"];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        output.Result(table);
        output.Info($"The dataset is in {folder}. Next: retina data info {Shell.Quote(splits[0].Set.Source)} --preset tiny");
    }

    private static void Write(Utf8JsonWriter writer, string folder, SceneSettings settings, SceneSplit[] splits)
    {
        writer.WriteString("out", folder);
        writer.WriteNumber("recipe", SceneRecipe.Version);
        writer.WriteNumber("size", settings.Size);
        writer.WriteNumber("seed", settings.Seed);
        writer.WriteStartArray("splits");
        foreach (var split in splits)
        {
            writer.WriteStartObject();
            writer.WriteString("data", split.Set.Source);
            writer.WriteString("annotations", split.File);
            writer.WriteNumber("images", split.Set.Images.Count);
            writer.WriteNumber("objects", split.Objects);
            writer.WriteNumber("hidden", split.Hidden);
            writer.WriteNumber("clutter", split.Clutter);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
