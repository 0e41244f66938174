using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;
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
            var description = parse.GetValue(model) is { } path ? Detector.Describe(path) : null;
            var engine = FindEngine(session.Output);
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, engine, description));
            else
                Show(session.Output, engine, description);
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

    private static void Show(Output output, (string Version, string[] Devices)? engine, ModelDescription? model)
    {
        var table = Tables.Create("", "");
        table.HideHeaders();
        Add("RetinaSharp", ProgramVersion.Text);
        Add(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
        Add("LibTorch", engine?.Version ?? "not available");
        Add("devices", engine is { Devices: var devices } ? string.Join(", ", devices) : "none");
        Add("threads", $"{Environment.ProcessorCount}");
        Add("CPU features", string.Join(", ", CpuFeatureNames.Supported));
        foreach (var (title, value) in model is null ? [] : ModelReport.Lines(model))
            Add(title, value);
        output.Result(table);

        void Add(string title, string value) => table.AddRow(new Text(title), new Text(value));
    }

    private static void Write(Utf8JsonWriter writer, (string Version, string[] Devices)? engine, ModelDescription? model)
    {
        writer.WriteString("version", ProgramVersion.Text);
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        writer.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
        writer.WriteString("libtorch", engine?.Version);
        Strings("devices", engine?.Devices ?? []);
        writer.WriteNumber("threads", Environment.ProcessorCount);
        Strings("processor_features", CpuFeatureNames.Supported);
        if (model is null)
            return;
        writer.WriteStartObject("model");
        ModelReport.Write(writer, model);
        writer.WriteEndObject();

        void Strings(string name, IEnumerable<string> values)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }
    }
}
