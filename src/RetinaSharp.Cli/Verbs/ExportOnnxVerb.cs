using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Onnx;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina export onnx</c>, which exports a model to an ONNX file.</summary>
internal static class ExportOnnxVerb
{
    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.TrainedModelHelp);
        var outFile = CliOption.Text("--out", "FILE.onnx", "The file to write.", required: true);
        var outputs = CliOption.Choice("--outputs", "Outputs of the file: detections, the default, are boxes, scores and classes after NMS; padded are the same in one tensor of fixed size per image, the default with --triton; raw are logits, box deltas and anchors.",
            ("detections", OnnxOutputs.Detections), ("padded", OnnxOutputs.Padded), ("raw", OnnxOutputs.Raw));
        var size = CliOption.Parsed("--size", "HEIGHTxWIDTH|dynamic", "Height and width of the images, for runtimes that need a fixed size. The default is dynamic: any size, which may differ from call to call.", ParseSize);
        var operatorSet = CliOption.Integer("--opset", "Version of ONNX's operators.", min: OnnxExportOptions.MinOperatorSet, max: OnnxExportOptions.MaxOperatorSet).WithDefault(OnnxExportOptions.MinOperatorSet);
        var scoreThreshold = SharedOptions.ScoreThreshold();
        // ONNX has operators for these only.
        var suppression = SharedOptions.Suppression([("nms", SuppressionKind.ClassWise), ("class-agnostic", SuppressionKind.ClassAgnostic), ("voting", SuppressionKind.Voting), ("none", SuppressionKind.None)]);
        var nms = SharedOptions.Nms();
        var maxDetections = SharedOptions.MaxDetections();
        var triton = CliOption.Text("--triton", "DIR", "Also write the model into a Triton model repository: config.pbtxt, labels.txt and the model as version 1.");
        var checkImages = CliOption.Text("--check-images", "PATH", "Image file, or folder of image files, on which the file is compared with the model. The default is synthetic scenes.");
        var noCheck = CliOption.Flag("--no-check", "Do not compare the file in ONNX Runtime with the model in LibTorch.");
        var int8 = new Int8Options();
        var json = SharedOptions.Json();
        var command = new Command("onnx", "Export a model to ONNX.") { model, outFile, outputs, size, operatorSet, scoreThreshold, suppression, nms, maxDetections, triton, checkImages, noCheck, json };
        int8.AddTo(command);
        command.SetAction(parse =>
        {
            var options = new OnnxExportOptions
            {
                Outputs = parse.GetOptional(outputs) ?? (parse.IsGiven(triton) ? OnnxOutputs.Padded : OnnxOutputs.Detections),
                Size = parse.GetValue(size),
                OperatorSet = parse.GetValue(operatorSet),
                ScoreThreshold = parse.GetOptional(scoreThreshold),
                Suppression = parse.GetOptional(suppression),
                NmsIouThreshold = parse.GetOptional(nms),
                MaxDetections = parse.GetOptional(maxDetections),
            };
            var (path, target) = (parse.GetRequiredValue(model), parse.GetRequiredValue(outFile));
            OutputFolder.RequireFile(target, [ModelFile.Find(path)]);
            if (parse.GetValue(triton) is { } repository)
                OutputFolder.RequireFolder(repository, triton.Name);
            if (parse.GetValue(noCheck) && parse.IsGiven(checkImages))
                throw new UsageException($"{checkImages.Name} has no effect with {noCheck.Name}; omit one of them");
            var images = parse.GetValue(checkImages) is { } given ? ImagePaths.Find([given]) : [];
            var int8Settings = int8.Get(parse);
            if (int8Settings is not null && parse.IsGiven(checkImages))
                throw new UsageException($"{checkImages.Name} has no effect with --int8, which measures AP; omit one of them");
            // The options are checked before the model is loaded.
            UsageException.Guard(() => options.ApplyTo(new()));
            session.Output.Info($"{path}: writing {target}");
            var (result, int8Report) = int8Settings is null
                ? (UsageException.Guard(() => OnnxExporter.Export(path, target, options)), null)
                : Int8Export.Run(session, path, target, options, int8Settings);
            var agrees = parse.GetValue(noCheck) || int8Settings is not null ? null : new ExportCheck(path, target, images).Run(session);
            // A server loads what is in its repository at once.
            IReadOnlyList<string> files = [target, .. parse.GetValue(triton) is { } folder && agrees != false
                ? UsageException.Guard(() => TritonRepository.Write(folder, Path.GetFileNameWithoutExtension(target), result))
                : []];
            if (parse.GetValue(json))
            {
                session.Output.Json(writer =>
                {
                    Write(writer, result, files);
                    int8Report?.Write(writer);
                });
            }
            else
            {
                Show(session.Output, result, files);
                int8Report?.Show(session.Output);
            }

            return agrees == false ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static (int Height, int Width)? ParseSize(string text) => text.Split('x') switch
    {
        ["dynamic"] => null,
        [var height, var width] => (CliOption.ParseNumber<int>(height), CliOption.ParseNumber<int>(width)),
        _ => throw new FormatException($"'{text}' is neither a size such as 800x1344 nor dynamic"),
    };

    private static void Show(Output output, OnnxExportResult result, IReadOnlyList<string> files)
    {
        foreach (var value in result.Inputs)
            output.Info($"input {Line(value)}");
        foreach (var value in result.Outputs)
            output.Info($"output {Line(value)}");
        foreach (var file in files)
            output.Result(file);

        static string Line(OnnxValue value) => $"{value.Name}: {value.Type} [{string.Join(", ", value.Shape)}], {value.Description}";
    }

    private static void Write(Utf8JsonWriter writer, OnnxExportResult result, IReadOnlyList<string> files)
    {
        WrittenFiles.Write(writer, files);
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
