using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Settings, model description and metrics of a run folder.</summary>
internal sealed class RunRecord
{
    /// <exception cref="DatasetException">The settings or metrics are missing or damaged.</exception>
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

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public RunSettings Settings { get; }

    /// <summary>Metadata of the saved model; null without one.</summary>
    public ModelDescription? Description { get; }

    /// <summary>The epochs, ascending.</summary>
    public IReadOnlyList<EpochMetrics> Epochs { get; }

    /// <summary>The first epoch of the highest AP; null if none was validated.</summary>
    public EpochMetrics? Best { get; }

    /// <summary>Training time.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Epochs.Count == 0 ? 0 : Epochs[^1].Find("seconds") ?? 0);

    /// <summary>A metric by epoch.</summary>
    /// <param name="name">Name of the series.</param>
    /// <param name="metric">Its name in metrics.jsonl.</param>
    public LineSeries Curve(string name, string metric) =>
        new(name, [.. Epochs.Where(epoch => epoch.Find(metric) is not null).Select(epoch => ((double)epoch.Epoch, epoch.Find(metric)!.Value))]);

    /// <summary>Seconds of a phase by epoch.</summary>
    public LineSeries PhaseCurve(string phase) =>
        new(phase, [.. Epochs.SelectMany(epoch => epoch.Phases.Where(one => one.Name == phase).Select(one => ((double)epoch.Epoch, one.Seconds)))]);

    /// <summary>Seconds by phase, summed over all epochs, the longest first.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Phases() =>
    [
        .. Epochs.SelectMany(epoch => epoch.Phases).GroupBy(phase => phase.Name)
            .Select(group => (group.Key, group.Sum(phase => phase.Seconds))).OrderByDescending(phase => phase.Item2),
    ];

    /// <summary>All settings as text, named by their JSON paths in config.json.</summary>
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
