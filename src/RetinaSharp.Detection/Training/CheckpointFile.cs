using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Reads and writes checkpoint files: safetensors files with the <see cref="CheckpointTensors"/>, the <see cref="Checkpoint"/> as metadata, and a
/// SHA-256 checksum. The previous checkpoint is kept, for the case that the last one is corrupt or belongs to another run.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>File name of the last checkpoint in a run folder.</summary>
    public const string Last = "last.state";

    /// <summary>File name of the checkpoint before the last one.</summary>
    public const string Previous = Last + ".previous";

    /// <summary>File name that a corrupt or mismatching last checkpoint is renamed to.</summary>
    private const string Rejected = Last + ".refused";

    private const string Key = "retinasharp.state";

    /// <summary>Writes a new last checkpoint; the old one becomes the previous checkpoint.</summary>
    /// <exception cref="IOException">The file cannot be written; existing checkpoints are unchanged.</exception>
    public static void Write(string folder, CheckpointTensors tensors, Checkpoint at)
    {
        var metadata = new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(at, SettingsJsonContext.Default.Checkpoint) };
        SafetensorsWriter.Write(
            Path.Combine(folder, Last), tensors.Entries.Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)), metadata, previous: Path.Combine(folder, Previous));
    }

    /// <summary>Finds the checkpoint to resume from; null if the folder contains no checkpoint.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="start">The initial checkpoint of the requested run, whose settings and data a usable checkpoint must match.</param>
    /// <param name="warn">Called with a message for each checkpoint that is skipped.</param>
    /// <exception cref="WeightsException">There are checkpoints, but none can be used.</exception>
    public static (string Path, Checkpoint At)? Find(string folder, Checkpoint start, Action<string> warn)
    {
        WeightsException? rejection = null;
        foreach (var path in new[] { Last, Previous }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            try
            {
                var at = Read(path);
                if (at.FindMismatch(start) is { } mismatch)
                    throw new WeightsException(path, $"{mismatch}. Resume with the settings and data of that run, or use another run folder.");
                if (rejection is not null)
                {
                    // Renamed, or the next Write would replace the previous checkpoint, which is valid, with the rejected one.
                    File.Move(rejection.File, Path.Combine(folder, Rejected), overwrite: true);
                    warn($"{rejection.Message}. Training resumes from the previous checkpoint, {Previous}; the file is kept as {Rejected}.");
                }

                return (path, at);
            }
            catch (WeightsException error)
            {
                rejection ??= error;
            }
        }

        return rejection is null ? null : throw rejection;
    }

    /// <summary>Reads the tensors of a checkpoint.</summary>
    /// <exception cref="WeightsException">A tensor is missing or has another shape.</exception>
    public static void Read(string path, CheckpointTensors tensors)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, tensor) in tensors.Entries)
            file.ReadInto(name, tensor);
    }

    private static Checkpoint Defaults => new() { Settings = new(), TrainingData = "", Precision = Precision.Fp32, ComputedOn = "" };

    private static Checkpoint Read(string path)
    {
        const string Remedy = "the file is corrupt, or was not written by RetinaSharp";
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(Key, out var text))
            throw new WeightsException(path, $"it contains no training state (metadata key {Key}); {Remedy}");
        if (!file.VerifyChecksum())
            throw new WeightsException(path, $"its SHA-256 is missing; {Remedy}");
        try
        {
            using var given = JsonDocument.Parse(text);
            // A setting that did not exist when the checkpoint was written has its default.
            var at = SettingsJson.Complete(given.RootElement, Defaults, SettingsJsonContext.Default.Checkpoint) ?? throw new JsonException("it is empty");
            return at.Version == Checkpoint.CurrentVersion
                ? at
                : throw new WeightsException(path, $"its format has version {at.Version}, but version {Checkpoint.CurrentVersion} is needed: resume with the version of RetinaSharp that wrote it");
        }
        catch (JsonException error)
        {
            throw new WeightsException(path, $"it was written by another version of RetinaSharp ({error.Message}): resume with that version");
        }
    }
}
