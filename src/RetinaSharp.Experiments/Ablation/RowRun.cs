using System.Text.Json;
using System.Text.Json.Serialization;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A training of a row that came to its end; kept in its run folder, so that it is not done again.</summary>
public sealed record RowTraining
{
    private const string FileName = "result.json";

    /// <summary>Its run folder, within the folder of the tables.</summary>
    [JsonPropertyName("run")]
    public required string Run { get; init; }

    /// <summary>Its seed.</summary>
    [JsonPropertyName("seed")]
    public required long Seed { get; init; }

    /// <summary>The last weights on the validation images; all 0 where the training diverged.</summary>
    [JsonPropertyName("figures")]
    public required CocoFigures Figures { get; init; }

    /// <summary>Why there are no weights to measure, such as "classification loss non-finite at step 12"; null where there are.</summary>
    [JsonPropertyName("failure")]
    public string? Failure { get; init; }

    /// <summary>Steps done.</summary>
    [JsonPropertyName("steps")]
    public required long Steps { get; init; }

    /// <summary>Seconds of training.</summary>
    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    /// <summary>Milliseconds of detection for an image, reading it included; 0 where nothing was measured.</summary>
    [JsonPropertyName("milliseconds")]
    public double Milliseconds { get; init; }

    /// <summary>What a run folder holds; null where the training has not come to its end.</summary>
    /// <exception cref="DatasetException">The file is damaged.</exception>
    internal static RowTraining? Find(string runFolder)
    {
        var path = Path.Combine(runFolder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), AblationJsonContext.Default.RowTraining) ?? throw new JsonException("there is nothing but null");
        }
        catch (JsonException error)
        {
            throw new DatasetException(path, error.Path ?? "", $"is not what a finished training leaves: {error.Message}; delete it, and the row is measured again", error);
        }
    }

    /// <summary>Keeps it in its run folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Write(string runFolder) =>
        AtomicFile.Write(Path.Combine(runFolder, FileName), file => JsonSerializer.Serialize(file, this, AblationJsonContext.Default.RowTraining));
}
