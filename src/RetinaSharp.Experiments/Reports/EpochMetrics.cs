using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>A line of a run folder's metrics.jsonl.</summary>
internal sealed class EpochMetrics
{
    private const string FileName = "metrics.jsonl";

    private static readonly string[] CocoNames = [.. new CocoSummary().ByName().Select(metric => metric.Name)];

    private readonly Dictionary<string, double> _numbers = [];

    private EpochMetrics(JsonElement line)
    {
        foreach (var member in line.EnumerateObject())
            if (member.Value.ValueKind == JsonValueKind.Number)
                _numbers[member.Name] = member.Value.GetDouble();
        if (line.TryGetProperty("phases", out var phases))
            Phases = [.. phases.EnumerateObject().Select(phase => (phase.Name, phase.Value.GetDouble()))];
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch => (int)_numbers.GetValueOrDefault("epoch");

    /// <summary>Whether the epoch ended with a validation.</summary>
    public bool IsValidated => _numbers.ContainsKey("AP");

    /// <summary>Seconds by phase.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Phases { get; } = [];

    /// <summary>The COCO metrics; null values where the epoch was not validated.</summary>
    public IReadOnlyList<(string Name, double? Value)> Coco => [.. CocoNames.Select(name => (name, Find(name)))];

    /// <summary>A number of the line by its name; null if missing.</summary>
    public double? Find(string name) => _numbers.TryGetValue(name, out var value) ? value : null;

    /// <summary>The epochs of a run, ascending. Of an epoch that was repeated after a resume the last line counts.</summary>
    /// <exception cref="DatasetException">The file is missing, or a line is malformed.</exception>
    public static IReadOnlyList<EpochMetrics> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var epochs = new SortedDictionary<int, EpochMetrics>();
        var number = 0;
        try
        {
            foreach (var line in Lines(File.ReadAllText(path)))
            {
                number++;
                using var document = JsonDocument.Parse(line);
                var epoch = new EpochMetrics(document.RootElement);
                epochs[epoch.Epoch] = epoch;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new DatasetException(path, $"line {number}", $"is not the JSON that a training run writes for an epoch: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"{error.Message} Is {folder} a run folder?", error);
        }

        return [.. epochs.Values];
    }

    // A last line without line break was cut off by a crash.
    private static IEnumerable<string> Lines(string text) => text.Split('\n').SkipLast(1).Where(line => line.Trim().Length > 0);
}
