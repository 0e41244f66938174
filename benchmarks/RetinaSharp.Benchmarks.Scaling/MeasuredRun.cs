using System.Globalization;
using System.Text.Json;

namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>What a training run measured, without its first epoch.</summary>
/// <param name="ImagesPerSecond">Images per second of all processes together, without validation and files.</param>
/// <param name="Waiting">Share of time that rank 0 waited for the others.</param>
/// <param name="Exchanging">Share of time that rank 0 exchanged gradients and weights.</param>
internal sealed record MeasuredRun(double ImagesPerSecond, double Waiting, double Exchanging)
{
    private static readonly string[] OfSteps = ["data", "forward", "loss", "backward", "wait", "reduce", "optimizer"];

    /// <summary>Reads a run folder.</summary>
    public static MeasuredRun Read(string run)
    {
        var epochs = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var steps = epochs[^1].GetProperty("step").GetInt32() - epochs[0].GetProperty("step").GetInt32();
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        var training = config.RootElement.GetProperty("training");
        var seconds = OfSteps.Sum(Sum);
        return new(steps * training.GetProperty("batch").GetInt32() * training.GetProperty("accumulate").GetInt32() / seconds, Sum("wait") / seconds, Sum("reduce") / seconds);

        double Sum(string phase) => epochs.Skip(1).Sum(epoch => epoch.GetProperty("phases").TryGetProperty(phase, out var value) ? value.GetDouble() : 0);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ImagesPerSecond:0.00} images/s, waiting {Waiting:P0}, exchanging {Exchanging:P0}");
}
