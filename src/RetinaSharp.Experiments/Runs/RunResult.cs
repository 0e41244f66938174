using System.Text.Json;
using System.Text.Json.Serialization;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Runs;

/// <summary>The result of a finished training run. It is stored in the run folder, so that the run is not repeated.</summary>
public sealed record RunResult
{
    /// <summary>Name of the file in the run folder.</summary>
    internal const string FileName = "result.json";

    /// <summary>Path of the run folder, relative to the output folder.</summary>
    [JsonPropertyName("run")]
    public required string Folder { get; init; }

    /// <summary>Seed of the run.</summary>
    [JsonPropertyName("seed")]
    public required long Seed { get; init; }

    /// <summary>COCO metrics of the last weights on the validation set; all 0 if the run diverged.</summary>
    [JsonPropertyName("figures")]
    public required CocoSummary Metrics { get; init; }

    /// <summary>Why the run diverged, such as "classification loss non-finite at step 12"; null if it did not.</summary>
    [JsonPropertyName("failure")]
    public string? Failure { get; init; }

    /// <summary>Number of training steps.</summary>
    [JsonPropertyName("steps")]
    public required long Steps { get; init; }

    /// <summary>Training time in seconds; 0 if the run diverged.</summary>
    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }

    /// <summary>Inference time per image in milliseconds, including reading the file; 0 if not measured.</summary>
    [JsonPropertyName("milliseconds")]
    public double Milliseconds { get; init; }

    /// <summary>Reads the result in a run folder; returns null if the run is not finished.</summary>
    /// <exception cref="DatasetException">The file is corrupt.</exception>
    internal static RunResult? Find(string runFolder)
    {
        var path = Path.Combine(runFolder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), RunJsonContext.Default.RunResult) ?? throw new JsonException("the document is null");
        }
        catch (JsonException error)
        {
            throw new DatasetException(path, error.Path ?? "", $"is not the result of a run: {error.Message}; delete the folder {runFolder}, and the run is repeated", error);
        }
    }

    /// <summary>Writes the result into its run folder.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal void Write(string runFolder) =>
        AtomicFile.Write(Path.Combine(runFolder, FileName), file => JsonSerializer.Serialize(file, this, RunJsonContext.Default.RunResult));
}
