using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>
/// What a search needs to resume besides its runs: what identifies it, and the time it has taken. Everything else follows from the results of the runs.
/// </summary>
internal sealed record TuningState
{
    private const string FileName = "state.json";

    /// <summary>Digest of the training set.</summary>
    public required string TrainingData { get; init; }

    /// <summary>Digest of the validation set.</summary>
    public required string ValidationData { get; init; }

    /// <summary>Device and precision of the runs, as text.</summary>
    public required string Engine { get; init; }

    /// <summary><see cref="SearchSpace.Version"/> when the search began; 0 if the file does not have it.</summary>
    public int SpaceVersion { get; init; }

    /// <summary>Time that the search has taken, over all sessions.</summary>
    public double Seconds { get; init; }

    /// <summary>Duration of an epoch of the first runs, with its share of the evaluation; null until the trials are planned.</summary>
    public double? SecondsPerEpoch { get; init; }

    /// <summary>Number of trials; 0 until they are planned.</summary>
    public int Trials { get; init; }

    /// <summary>Reads the state of a search; returns null if there is none.</summary>
    /// <exception cref="DatasetException">The file is corrupt.</exception>
    public static TuningState? Find(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), TuningJsonContext.Default.TuningState) ?? throw new JsonException("the document is null");
        }
        catch (JsonException error)
        {
            throw new DatasetException(path, error.Path ?? "", $"is not the state of a search: {error.Message}; delete it, and the search counts its time anew", error);
        }
    }

    /// <summary>Writes the state, atomically.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), file => JsonSerializer.Serialize(file, this, TuningJsonContext.Default.TuningState));
}
