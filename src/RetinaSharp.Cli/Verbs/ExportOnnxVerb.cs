using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Onnx;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina export onnx</c>.</summary>
internal static class ExportOnnxVerb
{
    private static readonly Choices<OnnxOutputs> Outputs = new() { { "detections", OnnxOutputs.Detections }, { "raw", OnnxOutputs.Raw } };

    public static Command Create(Session session)
    {
        var model = Given.Path("MODEL", EvalVerb.ModelHelp);
        var outFile = Given.Value("--out", "FILE.onnx", "The file that is written.", required: true);
        var outputs = Given.Value("--outputs", $"{Outputs}", "What it gives: boxes, scores and classes, decoded and suppressed within the file; or the network's outputs and the anchors. detections if left out.");
        var scoreThreshold = Given.Value("--score-threshold", "NUMBER", "Scores up to this are left out; .05 unless the model says otherwise.");
        var nms = Given.Value("--nms", "IOU", "Boxes of a class that overlap more than this are suppressed by the best of them.");
        var maxDetections = Given.Value("--max-detections", "N", "Detections kept for an image.");
        var json = Given.Json();
        var command = new Command("onnx", "Writes a model as a file that ONNX Runtime runs.") { model, outFile, outputs, scoreThreshold, nms, maxDetections, json };
        command.SetAction(parse =>
        {
            var options = new OnnxExportOptions
            {
                Outputs = Given.ReadValue(parse, outputs, Outputs.Parse) ?? OnnxOutputs.Detections,
                ScoreThreshold = Given.ReadValue(parse, scoreThreshold, OptionValue.Number),
                NmsIou = Given.ReadValue(parse, nms, OptionValue.Number),
                MaxDetections = Given.ReadValue(parse, maxDetections, OptionValue.Whole),
            };
            if (options.Outputs == OnnxOutputs.Raw && new[] { scoreThreshold, nms, maxDetections }.FirstOrDefault(option => parse.GetValue(option) is not null) is { } useless)
                throw new UsageException($"{useless.Name}: with {outputs.Name} raw there is no postprocessing in the file; leave one of the two out");
            var (path, target) = (parse.GetRequiredValue(model), parse.GetRequiredValue(outFile)!);
            OutFolder.RequireFile(target, [path]);
            // Whether they are in range depends on them alone; the model's own values are.
            UsageException.Guard(() => options.ApplyTo(new()));
            session.Output.Say($"{path}: writing {target}");
            var result = OnnxExporter.Export(path, target, options);
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
            output.Say($"takes {Line(value)}");
        foreach (var value in result.Outputs)
            output.Say($"gives {Line(value)}");
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
