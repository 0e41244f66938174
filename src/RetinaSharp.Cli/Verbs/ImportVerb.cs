using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina import</c>, which imports torchvision weights.</summary>
internal static class ImportVerb
{
    public static Command Create(Session session)
    {
        var file = CliArgument.Path("FILE", "torchvision weights: a file written by torch.save (.pth), a .safetensors file with the same names, or an .onnx file of a ResNet. No code in it is executed.");
        var outFile = CliOption.Text("--out", "MODEL.safetensors", "The model to write; for a ResNet its weights, for train --weights.", required: true);
        var classes = CliOption.Text("--classes", "FILE", "Class names: one per line, or COCO JSON with its categories. The first one, torchvision's background, may be omitted.");
        var input = CliOption.Choice("--input", "Images that the network in an .onnx file was trained on: normalized RGB, as torchvision's, or BGR from 0 to 255 without its mean.",
            ("rgb", NetworkInput.NormalizedRgb), ("bgr255", NetworkInput.Bgr255));
        var json = SharedOptions.Json();
        var command = new Command("import", "Import torchvision weights: a RetinaNet as a model, a ResNet as a pretrained backbone.") { file, outFile, classes, input, json };
        command.SetAction(parse =>
        {
            var (source, target, names) = (parse.GetRequiredValue(file), parse.GetRequiredValue(outFile), parse.GetValue(classes));
            OutputFolder.RequireFile(target, names is null ? [source] : [source, names]);
            var result = WeightImport.Import(source, target, names, parse.GetValue(input));
            if (result.Model is null && names is not null)
                session.Output.Warning($"{classes.Name}: a backbone has no classes; the names were not used");
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
        output.Info($"{source}: {result.Architecture}");
        output.Info($"{result.ImportedCount} keys loaded, none missing, {result.Unexpected.Count} unexpected");
        foreach (var name in result.Unexpected)
            output.Info($"  unexpected: {name}");
        // The file does not tell it.
        if (result.Model is { } model)
            output.Info($"input: {DetectionModelText.Input(model.Settings.Input).Value}");
        output.Info(result.Model is null ? "A pretrained backbone, for retina train --weights." : "A model, for retina detect, eval, info and train --weights.");
        output.Result(result.File);
    }

    private static void Write(Utf8JsonWriter writer, ImportResult result)
    {
        WrittenFiles.Write(writer, [result.File]);
        writer.WriteString("architecture", result.Architecture);
        writer.WriteNumber("kept", result.ImportedCount);
        // Always empty: missing keys make the import fail.
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
