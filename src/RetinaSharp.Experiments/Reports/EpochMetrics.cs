using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>The metrics of one epoch of a training run: a line of metrics.jsonl in the run folder.</summary>
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

    /// <summary>Number of the epoch, from 1.</summary>
    public int Epoch => (int)_numbers.GetValueOrDefault("epoch");

    /// <summary>Whether the model was evaluated on the validation set after the epoch.</summary>
    public bool IsValidated => _numbers.ContainsKey("AP");

    /// <summary>Duration of each phase of the epoch, such as loading data, in seconds; empty if not in the file.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Phases { get; } = [];

    /// <summary>The COCO metrics on the validation set by name; the values are null if there was no validation after the epoch.</summary>
    public IReadOnlyList<(string Name, double? Value)> Coco => [.. CocoNames.Select(name => (name, Find(name)))];

    /// <summary>Returns a number of the epoch by its name in metrics.jsonl; null if the line does not have it.</summary>
    public double? Find(string name) => _numbers.TryGetValue(name, out var value) ? value : null;

    /// <summary>
    /// Reads the epochs of a run, in ascending order. If an epoch was repeated because the run was resumed, its last line counts.
    /// </summary>
    /// <param name="folder">Path of the run folder.</param>
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

    // A last line without a line break is left out: it was truncated by a crash.
    private static IEnumerable<string> Lines(string text) => text.Split('\n').SkipLast(1).Where(line => line.Trim().Length > 0);
}
