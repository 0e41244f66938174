using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Inference;
using RetinaSharp.Onnx;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina export onnx</c>, which exports a model to an ONNX file.</summary>
internal static class ExportOnnxVerb
{
    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.ModelHelp);
        var outFile = CliOption.Text("--out", "FILE.onnx", "The file to write.", required: true);
        var outputs = CliOption.Choice("--outputs", "Outputs of the file: detections, the default, are boxes, scores and classes after NMS; raw are logits, box deltas and anchors.",
            ("detections", OnnxOutputs.Detections), ("raw", OnnxOutputs.Raw));
        var scoreThreshold = SharedOptions.ScoreThreshold();
        // ONNX has operators for these only.
        var suppression = SharedOptions.Suppression([("nms", SuppressionKind.ClassWise), ("class-agnostic", SuppressionKind.ClassAgnostic), ("none", SuppressionKind.None)]);
        var nms = SharedOptions.Nms();
        var maxDetections = SharedOptions.MaxDetections();
        Option[] postprocessing = [scoreThreshold, suppression, nms, maxDetections];
        var json = SharedOptions.Json();
        var command = new Command("onnx", "Export a model to ONNX.") { model, outFile, outputs, scoreThreshold, suppression, nms, maxDetections, json };
        command.SetAction(parse =>
        {
            var options = new OnnxExportOptions
            {
                Outputs = parse.GetOptional(outputs) ?? OnnxOutputs.Detections,
                ScoreThreshold = parse.GetOptional(scoreThreshold),
                Suppression = parse.GetOptional(suppression),
                NmsIouThreshold = parse.GetOptional(nms),
                MaxDetections = parse.GetOptional(maxDetections),
            };
            if (options.Outputs == OnnxOutputs.Raw && postprocessing.FirstOrDefault(parse.IsGiven) is { } unused)
                throw new UsageException($"{unused.Name} has no effect with {outputs.Name} raw, which has no postprocessing; omit one of them");
            var (path, target) = (parse.GetRequiredValue(model), parse.GetRequiredValue(outFile));
            OutputFolder.RequireFile(target, [path]);
            // The options are checked before the model is loaded.
            UsageException.Guard(() => options.ApplyTo(new()));
            session.Output.Info($"{path}: writing {target}");
            var result = UsageException.Guard(() => OnnxExporter.Export(path, target, options));
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, result));
            else
                Show(session.Output, result);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Output output, OnnxExportResult result)
    {
        foreach (var value in result.Inputs)
            output.Info($"input {Line(value)}");
        foreach (var value in result.Outputs)
            output.Info($"output {Line(value)}");
        output.Result(result.File);

        static string Line(OnnxValue value) => $"{value.Name}: {value.Type} [{string.Join(", ", value.Shape)}], {value.Description}";
    }

    private static void Write(Utf8JsonWriter writer, OnnxExportResult result)
    {
        WrittenFiles.Write(writer, [result.File]);
        writer.WriteNumber("bytes", result.Bytes);
        Values("inputs", result.Inputs);
        Values("outputs", result.Outputs);
        writer.WriteStartObject("model");
        ModelReport.Write(writer, result.Model);
        writer.WriteEndObject();

        void Values(string name, IEnumerable<OnnxValue> values)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStartObject();
                writer.WriteString("name", value.Name);
                writer.WriteString("type", value.Type);
                writer.WriteStartArray("shape");
                foreach (var size in value.Shape)
                {
                    if (long.TryParse(size, out var number))
                        writer.WriteNumberValue(number);
                    else
                        writer.WriteStringValue(size);
                }

                writer.WriteEndArray();
                writer.WriteString("meaning", value.Description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }
}
