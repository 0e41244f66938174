using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Experiments.Reports;

/// <summary>What a report needs of a training run, read from the run folder: settings, model description and metrics of each epoch.</summary>
internal sealed class RunRecord
{
    /// <summary>Reads a run folder.</summary>
    /// <param name="folder">Path of the run folder.</param>
    /// <exception cref="DatasetException">The settings or metrics are missing or corrupt.</exception>
    public RunRecord(string folder)
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        Settings = SettingsJson.Read(Path.Combine(folder, "config.json"), new());
        Epochs = EpochMetrics.Read(folder);
        Best = Epochs.Where(epoch => epoch.IsValidated).MaxBy(epoch => epoch.Find("AP"));
        try
        {
            Description = Detector.Describe(folder);
        }
        catch (WeightsException)
        {
            // A run that was stopped early has no weights yet, but still gets a report.
        }
    }

    /// <summary>Name of the run folder, without its path.</summary>
    public string Name { get; }

    /// <summary>The settings that the run was started with.</summary>
    public RunSettings Settings { get; }

    /// <summary>Metadata of the saved model; null if the run has not saved a model yet.</summary>
    public ModelDescription? Description { get; }

    /// <summary>The finished epochs, in ascending order.</summary>
    public IReadOnlyList<EpochMetrics> Epochs { get; }

    /// <summary>The epoch with the highest AP on the validation set, the first of equals; null if there was no validation.</summary>
    public EpochMetrics? Best { get; }

    /// <summary>Training time up to the last finished epoch.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Epochs.Count == 0 ? 0 : Epochs[^1].Find("seconds") ?? 0);

    /// <summary>Returns the curve of a metric by epoch; epochs without the metric are left out.</summary>
    /// <param name="name">Name of the curve in a chart.</param>
    /// <param name="metric">Name of the metric in metrics.jsonl.</param>
    public LineSeries Curve(string name, string metric) =>
        new(name, [.. Epochs.Where(epoch => epoch.Find(metric) is not null).Select(epoch => ((double)epoch.Epoch, epoch.Find(metric)!.Value))]);

    /// <summary>Returns the curve of a phase's duration in seconds by epoch.</summary>
    public LineSeries PhaseCurve(string phase) =>
        new(phase, [.. Epochs.SelectMany(epoch => epoch.Phases.Where(one => one.Name == phase).Select(one => ((double)epoch.Epoch, one.Seconds)))]);

    /// <summary>Returns the duration in seconds of each phase, summed over all epochs, in descending order.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Phases() =>
    [
        .. Epochs.SelectMany(epoch => epoch.Phases).GroupBy(phase => phase.Name)
            .Select(group => (group.Key, group.Sum(phase => phase.Seconds))).OrderByDescending(phase => phase.Item2),
    ];

    /// <summary>Returns all settings as text. The name of a setting is its path in config.json, such as <c>training.epochs</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> AllSettings()
    {
        using var document = JsonDocument.Parse(SettingsJson.Write(Settings));
        return [.. Flatten("", document.RootElement)];
    }

    private static IEnumerable<(string Name, string Value)> Flatten(string name, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Flatten(name.Length == 0 ? member.Name : $"{name}.{member.Name}", member.Value)),
        JsonValueKind.Array => [(name, string.Join(", ", element.EnumerateArray().Select(Shown)))],
        _ => [(name, Shown(element))],
    };

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => "off",
        JsonValueKind.Number => element.GetDouble().ToString("G6"),
        _ => element.ToString(),
    };
}
