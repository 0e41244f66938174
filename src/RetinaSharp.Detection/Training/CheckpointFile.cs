using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// A checkpoint on the disk: a safetensors file with the tensors of <see cref="TrainingState"/>, the <see cref="Checkpoint"/> and the
/// SHA-256 of it all. The one before is kept, and used where the last one turns out to be damaged or another training's.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>Name of the last checkpoint in a run folder.</summary>
    public const string Last = "last.state";

    /// <summary>Name of the one before.</summary>
    public const string Previous = Last + ".previous";

    /// <summary>Name under which a damaged one is kept aside.</summary>
    private const string Refused = Last + ".refused";

    private const string Key = "retinasharp.state";

    /// <summary>Writes the last checkpoint of a folder; what was the last becomes the one before.</summary>
    /// <exception cref="IOException">It cannot be written; the others are as they were.</exception>
    public static void Write(string folder, TrainingState state, Checkpoint at)
    {
        var metadata = new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(at, SettingsJsonContext.Default.Checkpoint) };
        SafetensorsWriter.Write(
            Path.Combine(folder, Last), state.All().Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)), metadata, previous: Path.Combine(folder, Previous));
    }

    /// <summary>The checkpoint from which a training of a folder goes on; null where there is none at all.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="start">The checkpoint with which the training would start afresh.</param>
    /// <param name="warn">Told of one that is passed over.</param>
    /// <exception cref="WeightsException">There are some, but none can be used.</exception>
    public static (string Path, Checkpoint At)? Find(string folder, Checkpoint start, Action<string> warn)
    {
        WeightsException? refusal = null;
        foreach (var path in new[] { Last, Previous }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            try
            {
                var at = Read(path);
                if (at.Objection(start) is { } objection)
                    throw new WeightsException(path, $"{objection}. Go on with what it was started with, or train into another folder.");
                if (refusal is not null)
                {
                    // Out of the way, or the next checkpoint would put it into the place of this one.
                    File.Move(refusal.File, Path.Combine(folder, Refused), overwrite: true);
                    warn($"{refusal.Message} The training goes on from the one before it, {Previous}; the file is kept as {Refused}.");
                }

                return (path, at);
            }
            catch (WeightsException error)
            {
                refusal ??= error;
            }
        }

        return refusal is null ? null : throw refusal;
    }

    /// <summary>Reads the tensors of a checkpoint.</summary>
    /// <exception cref="WeightsException">They do not fit.</exception>
    public static void Restore(string path, Checkpoint at, TrainingState state)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, tensor) in state.All())
            file.ReadInto(name, tensor);
        state.Restored(at.Step);
    }

    private static Checkpoint Read(string path)
    {
        const string Remedy = "the file is damaged, or was not written by a training of this program";
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(Key, out var text))
            throw new WeightsException(path, $"it holds no state of a training (metadata {Key}); {Remedy}");
        if (!file.VerifyChecksum())
            throw new WeightsException(path, $"its SHA-256 is missing; {Remedy}");
        try
        {
            var at = JsonSerializer.Deserialize(text, SettingsJsonContext.Default.Checkpoint) ?? throw new JsonException("it is empty");
            return at.Version == Checkpoint.CurrentVersion
                ? at
                : throw new WeightsException(path, $"it has version {at.Version}, this program knows {Checkpoint.CurrentVersion}: go on with the program that wrote it");
        }
        catch (JsonException error)
        {
            throw new WeightsException(path, $"it was written by another version of this program ({error.Message}): go on with that one");
        }
    }
}
