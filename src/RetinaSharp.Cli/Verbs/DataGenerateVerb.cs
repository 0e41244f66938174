using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Scenes;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina data generate</c>.</summary>
internal static class DataGenerateVerb
{
    public static Command Create(Session session)
    {
        var outFolder = Given.Value("--out", "DIR", "Where the set is written: a folder that is empty or not there yet.", required: true);
        var train = Given.Value("--train", "N", "Images to train on.", required: true);
        var val = Given.Value("--val", "N", "Images to validate on.", required: true);
        var size = Given.Value("--size", "S", $"Side of an image in pixels, {SceneRecipe.MinSize} to {SceneRecipe.MaxSize}; {SceneRecipe.DefaultSize} if left out.");
        var seed = Given.Value("--seed", "K", "Seed of everything random; 0 if left out.");
        var json = Given.Json();
        var command = new Command("generate", "Writes a set of generated scenes in COCO layout; the same seed gives the same scenes.") { outFolder, train, val, size, seed, json };
        command.SetAction(parse =>
        {
            var settings = UsageException.Guard(() => Checked(new()
            {
                Train = Given.ReadValue(parse, train, OptionValue.Whole)!.Value,
                Val = Given.ReadValue(parse, val, OptionValue.Whole)!.Value,
                Size = Given.ReadValue(parse, size, OptionValue.Whole) ?? SceneRecipe.DefaultSize,
                Seed = Given.ReadValue(parse, seed, OptionValue.Seed) ?? 0,
            }));
            var folder = parse.GetRequiredValue(outFolder)!;
            OutFolder.RequireEmpty(folder);
            var images = settings.Train + settings.Val;
            var written = ProgressDisplay.During(session.Output, "scenes", display =>
                SceneSet.Write(folder, settings, new ImageCounter(display, images), session.Cancellation));
            SceneSplit[] splits = [written.Train, written.Val];
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, folder, settings, splits));
            else
                Show(session.Output, folder, settings, splits);
            return ExitCode.Done;
        });
        return command;
    }

    private static SceneSettings Checked(SceneSettings settings)
    {
        settings.Validate();
        return settings;
    }

    private static void Show(Output output, string folder, SceneSettings settings, SceneSplit[] splits)
    {
        output.Result($"recipe {SceneRecipe.Version}, {settings.Size} x {settings.Size} pixels, seed {settings.Seed}");
        output.Result("");
        var table = Tables.Create("data", "images>", "objects>", "partly hidden>", "clutter>");
        foreach (var split in splits)
        {
            string[] cells = [split.Set.Source, $"{split.Set.Images.Count}", $"{split.Objects}", $"{split.Hidden}", $"{split.Clutter}"];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        output.Result(table);
        output.Say($"The set is in {folder}. To look at it: retina data info '{splits[0].Set.Source}' --preset tiny");
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
