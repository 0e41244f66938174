using System.CommandLine;
using System.Net;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Serving;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina serve</c>, the HTTP service.</summary>
internal static class ServeVerb
{
    private const int DefaultBatch = 8, DefaultPort = 8080, DefaultQueue = 64;
    private const double DefaultDelay = 5;

    // Limit of the service for the detections of an image.
    private const int MaxReturned = 10_000;

    public static Command Create(Session session)
    {
        var models = CliArgument.Paths("MODEL", $"{EvalVerb.ModelHelp} Several are served under the names of their files; the first one is the default.");
        var port = CliOption.Integer("--port", "Port to listen on; 0 is any free one.", "PORT", min: 0, max: IPEndPoint.MaxPort).WithDefault(DefaultPort);
        var host = CliOption.Parsed("--host", "ADDRESS", "Address to listen on; 0.0.0.0 is every one of this machine. The default is 127.0.0.1, which other machines do not reach.", ParseHost);
        var queue = CliOption.Integer("--queue", "Maximum number of images that wait; more are refused with status 429.", min: 1).WithDefault(DefaultQueue);
        var delay = CliOption.Number("--max-delay", "Milliseconds that an image waits for others to fill a batch.", "MS", min: 0, max: 60_000).WithDefault(DefaultDelay);
        var keys = CliOption.Text("--api-key-file", "FILE", "File with API keys, one per line, of which clients must send one.");
        var threads = CliOption.Integer("--threads", "CPU threads per batch. With fewer than there are CPUs, several batches run at the same time. All by default.", min: 1);
        var samples = CliOption.Text("--samples", "DIR", "Folder of images that the page offers as samples.");
        var scoreThreshold = SharedOptions.ScoreThreshold();
        var inference = new InferenceOptions(DefaultBatch);
        var json = SharedOptions.Json();
        var command = new Command("serve", "Serve models over HTTP: JSON, the Open Inference Protocol, metrics, and a page to try them.") { models, port, host, queue, delay, keys, threads, samples, scoreThreshold };
        inference.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Get(parse, parse.GetOptional(scoreThreshold)) with { Threads = parse.GetOptional(threads) ?? 0 };
            var apiKeys = parse.GetValue(keys) is { } file ? ReadKeys(file) : [];
            var address = parse.GetValue(host) ?? IPAddress.Loopback;
            var served = ServedPath.Create(parse.GetRequiredValue(models));
            var settings = new ServeSettings(served, Loader(options), Math.Max(1, Environment.ProcessorCount / (options.Threads is > 0 and var count ? count : Environment.ProcessorCount)), address, parse.GetValue(port), serving =>
            {
                serving.QueueLength = parse.GetValue(queue);
                serving.MaxBatch = inference.GetBatch(parse);
                serving.MaxDelay = TimeSpan.FromMilliseconds(parse.GetValue(delay));
                serving.MaxDetections = Math.Min(options.MaxDetections ?? serving.MaxDetections, MaxReturned);
                serving.SamplesFolder = parse.GetValue(samples);
                foreach (var key in apiKeys)
                    serving.ApiKeys.Add(key);
            });
            if (settings is { Address: var own } && !IPAddress.IsLoopback(own) && apiKeys.Count == 0)
                session.Output.Warning($"Everyone who reaches {own} can use the service. --api-key-file FILE restricts it.");
            if (parse.GetValue(samples) is { } folder && !Directory.Exists(folder))
                throw new UsageException($"--samples {folder}: there is no such folder");
            ServeHost.RunAsync(settings, session, url => Report(session.Output, settings, url, parse.GetValue(json))).GetAwaiter().GetResult();
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Returns what loads a detector, at the start and when a model file is replaced.</summary>
    private static Func<string, IObjectDetector> Loader(DetectorOptions options) => path => DetectorLoader.Load(path, options);

    private static void Report(Output output, ServeSettings settings, string url, bool isJson)
    {
        output.Info($"Serving {string.Join(", ", settings.Models.Select(model => model.Name))} at {url} (Ctrl-C stops).");
        if (!isJson)
            return;
        output.Json(writer =>
        {
            writer.WriteString("url", url);
            writer.WriteStartArray("models");
            foreach (var model in settings.Models)
            {
                writer.WriteStartObject();
                writer.WriteString("name", model.Name);
                writer.WriteString("file", model.Path);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static List<string> ReadKeys(string file)
    {
        var keys = File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        return keys.Count > 0 ? keys : throw new UsageException($"--api-key-file {file}: there are no keys; write one per line");
    }

    private static IPAddress ParseHost(string text) => text == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");
}
