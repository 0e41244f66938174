using System.Text.Json;

namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>Mean durations of a training step of one process, in seconds.</summary>
/// <param name="Images">Images of a step.</param>
/// <param name="Shard">Forward and backward pass, which another process can do for its own shard at the same time.</param>
/// <param name="Data">Waiting for data.</param>
/// <param name="Update">Update of all weights, of which each process does a part.</param>
internal sealed record MeasuredStep(int Images, double Shard, double Data, double Update)
{
    /// <summary>Reads the phases of the epochs of a run.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="skipEpochs">Epochs at the start that are left out, because they are slower.</param>
    public static MeasuredStep Read(string run, int skipEpochs)
    {
        var epochs = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var steps = epochs[^1].GetProperty("step").GetInt32() - epochs[skipEpochs - 1].GetProperty("step").GetInt32();
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        var training = config.RootElement.GetProperty("training");
        return new(training.GetProperty("batch").GetInt32() * training.GetProperty("accumulate").GetInt32(), Sum("forward", "loss", "backward"), Sum("data"), Sum("optimizer"));

        double Sum(params string[] phases) => epochs.Skip(skipEpochs).Sum(epoch => phases.Sum(phase => epoch.GetProperty("phases").GetProperty(phase).GetDouble())) / steps;
    }
}
