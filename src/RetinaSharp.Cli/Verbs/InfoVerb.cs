using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;
using RetinaSharp.OnnxRuntime;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina info</c>, which shows versions, devices and CPU features, and describes a model.</summary>
internal static class InfoVerb
{
    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.ModelHelp);
        model.Arity = ArgumentArity.ZeroOrOne;
        var json = SharedOptions.Json();
        var command = new Command("info", "Show versions, engine, devices and CPU features; for a model its architecture, classes and training.") { model, json };
        command.SetAction(parse =>
        {
            var path = parse.GetValue(model);
            var exported = path is not null && DetectorLoader.IsOnnx(path) ? OnnxDetector.Describe(path) : null;
            var trained = path is not null && exported is null ? Detector.Describe(path) : null;
            var engine = FindEngine(session.Output);
            if (parse.GetValue(json))
                session.Output.Json(writer =>
                {
                    Write(writer, engine);
                    if (exported is not null || trained is not null)
                        WriteModel(writer, exported, trained);
                });
            else
                Show(session.Output, engine, exported is not null ? OnnxModelReport.Lines(exported) : trained is not null ? ModelReport.Lines(trained) : []);
            return engine is null ? ExitCode.Unavailable : ExitCode.Done;
        });
        return command;
    }

    /// <summary>Returns the version and the devices of LibTorch; null if LibTorch cannot be loaded.</summary>
    private static (string Version, string[] Devices)? FindEngine(Output output)
    {
        try
        {
            return (LibTorch.Version, [.. LibTorch.Devices()]);
        }
        catch (TorchUnavailableException error)
        {
            output.Error(error.Message);
            return null;
        }
    }

    private static void WriteModel(Utf8JsonWriter writer, OnnxModelDescription? exported, ModelDescription? trained)
    {
        writer.WriteStartObject("model");
        if (exported is not null)
            OnnxModelReport.Write(writer, exported);
        else
            ModelReport.Write(writer, trained!);
        writer.WriteEndObject();
    }

    private static void Show(Output output, (string Version, string[] Devices)? engine, IEnumerable<(string Title, string Value)> model)
    {
        var table = Tables.Create("", "");
        table.HideHeaders();
        Add("RetinaSharp", ProgramVersion.Text);
        Add(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
        Add("LibTorch", engine?.Version ?? "not available");
        Add("devices", engine is { Devices: var devices } ? string.Join(", ", devices) : "none");
        Add("threads", $"{Environment.ProcessorCount}");
        Add("CPU features", string.Join(", ", CpuFeatureNames.Supported));
        foreach (var (title, value) in model)
            Add(title, value);
        output.Result(table);

        void Add(string title, string value) => table.AddRow(new Text(title), new Text(value));
    }

    private static void Write(Utf8JsonWriter writer, (string Version, string[] Devices)? engine)
    {
        writer.WriteString("version", ProgramVersion.Text);
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        writer.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
        writer.WriteString("libtorch", engine?.Version);
        Strings("devices", engine?.Devices ?? []);
        writer.WriteNumber("threads", Environment.ProcessorCount);
        Strings("processor_features", CpuFeatureNames.Supported);

        void Strings(string name, IEnumerable<string> values)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }
    }
}
