using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina import</c>.</summary>
internal static class ImportVerb
{
    public static Command Create(Session session)
    {
        var file = Given.Path("FILE", "Weights of torchvision: a file of torch.save (.pth), or a .safetensors file with the same names. Nothing of it is executed.");
        var outFile = Given.Value("--out", "MODEL.safetensors", "The model that is written; of a ResNet its weights, for train --weights.", required: true);
        var classes = Given.Value("--classes", "FILE", "The names of the classes: one a line, or COCO's JSON with its categories. The first is torchvision's background, and may be left out.");
        var json = Given.Json();
        var command = new Command("import", "Makes a model of torchvision's RetinaNet, or a start for training of its ResNet.") { file, outFile, classes, json };
        command.SetAction(parse =>
        {
            var (source, target, names) = (parse.GetRequiredValue(file), parse.GetRequiredValue(outFile)!, parse.GetValue(classes));
            OutFolder.RequireFile(target, names is null ? [source] : [source, names]);
            var result = WeightImport.Import(source, target, names);
            if (result.Model is null && names is not null)
                session.Output.Warn($"{classes.Name}: the file is of a backbone alone, which has no classes; the names were not used");
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, result));
            else
                Show(session.Output, result, source);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Output output, ImportResult result, string source)
    {
        output.Say($"{source}: {result.Architecture}");
        output.Say($"kept {result.Kept} weights, missing none, unexpected {result.Unexpected.Count}");
        foreach (var name in result.Unexpected)
            output.Say($"  not used: {name}");
        output.Say(result.Model is null ? "A start for training: retina train --weights." : "A model: retina detect, eval and info take it, and train --weights starts from it.");
        output.Result(result.File);
    }

    private static void Write(Utf8JsonWriter writer, ImportResult result)
    {
        WrittenFiles.Write(writer, [result.File]);
        writer.WriteString("architecture", result.Architecture);
        writer.WriteNumber("kept", result.Kept);
        // A weight that is missing ends the import, with its name.
        writer.WriteStartArray("missing");
        writer.WriteEndArray();
        writer.WriteStartArray("unexpected");
        foreach (var name in result.Unexpected)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        if (result.Model is not { } model)
            return;
        writer.WriteStartObject("model");
        ModelReport.Write(writer, model);
        writer.WriteEndObject();
    }
}
