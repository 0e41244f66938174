using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Experiments.Reports;

/// <summary>What a run folder says of its training.</summary>
internal sealed class RunRecord
{
    /// <exception cref="DatasetException">The settings or metrics are not there, or damaged.</exception>
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
            // A training that was stopped early has saved no weights, but has its report all the same.
        }
    }

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public RunSettings Settings { get; }

    /// <summary>What the saved model says of itself; null without one.</summary>
    public ModelDescription? Description { get; }

    /// <summary>The epochs, rising.</summary>
    public IReadOnlyList<EpochMetrics> Epochs { get; }

    /// <summary>The first epoch of the highest AP; null where none was validated.</summary>
    public EpochMetrics? Best { get; }

    /// <summary>Training time.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Epochs.Count == 0 ? 0 : Epochs[^1].Find("seconds") ?? 0);

    /// <summary>A curve by epoch.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="metric">The name of its numbers in the metrics.</param>
    public LineSeries Curve(string name, string metric) =>
        new(name, [.. Epochs.Where(epoch => epoch.Find(metric) is not null).Select(epoch => ((double)epoch.Epoch, epoch.Find(metric)!.Value))]);

    /// <summary>Seconds of a phase by epoch.</summary>
    public LineSeries PhaseCurve(string phase) =>
        new(phase, [.. Epochs.SelectMany(epoch => epoch.Phases.Where(one => one.Name == phase).Select(one => ((double)epoch.Epoch, one.Seconds)))]);

    /// <summary>Seconds by phase, over all epochs, the longest first.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Phases() =>
    [
        .. Epochs.SelectMany(epoch => epoch.Phases).GroupBy(phase => phase.Name)
            .Select(group => (group.Key, group.Sum(phase => phase.Seconds))).OrderByDescending(phase => phase.Item2),
    ];

    /// <summary>Every setting under its place in config.json, as text.</summary>
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
