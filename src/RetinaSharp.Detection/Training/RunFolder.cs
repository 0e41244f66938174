using System.Text;
using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Writes the files of a training run atomically (see <see cref="AtomicFile"/>). Metrics and best weights that cannot be written are kept in memory and
/// written before the next checkpoint, so that a checkpoint never refers to files that do not exist.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>File name of the settings of the run.</summary>
    public const string Config = "config.json";

    private const string Metrics = "metrics.jsonl";

    private const string Lock = "training.lock";

    // A process that was killed may have left a temporary file of each.
    private static readonly string[] Written = [Config, Metrics, CheckpointFile.Last, ModelFile.Best, ModelFile.Last];

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly List<string> _lines = [];
    private bool _metricsPending;
    private (List<(string Name, Tensor Tensor)> Weights, ModelDescription Description)? _pendingBest;

    /// <summary>Creates, locks and prepares the run folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="from">The checkpoint to resume from; null for a new run, which deletes models and checkpoints of an earlier one.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public RunFolder(string path, RunSettings settings, Checkpoint? from)
    {
        _path = path;
        CreateFolder(path);
        _lock = AcquireLock(path);
        try
        {
            Prepare(settings, from);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    private void Prepare(RunSettings settings, Checkpoint? from)
    {
        foreach (var name in Written)
            File.Delete(At(name) + AtomicFile.TemporarySuffix);
        if (from is not null)
            _lines.AddRange(LinesUpTo(from.Epoch));
        else
            new[] { CheckpointFile.Last, CheckpointFile.Previous, ModelFile.Best, ModelFile.Last }.ToList().ForEach(name => File.Delete(At(name)));
        AtomicFile.Write(At(Config), file => file.Write(Encoding.UTF8.GetBytes(SettingsJson.Write(settings) + "\n")));
        WriteMetrics();
    }

    private static void CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the run folder cannot be made ({error.Message}); choose another folder, or check the permissions of its parent", error);
        }
    }

    /// <summary>Locks the folder against other training runs. The operating system releases the lock when the process ends, even if it is killed.</summary>
    private static FileStream AcquireLock(string path)
    {
        try
        {
            return new(Path.Combine(path, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error) when (File.Exists(Path.Combine(path, Lock)))
        {
            throw new IOException($"{path}: another training run is using this folder; wait until it ends, or choose another folder", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the run folder cannot be written to ({error.Message}); choose another folder, or check free space and permissions", error);
        }
    }

    /// <summary>Appends a line with the metrics of an epoch to metrics.jsonl.</summary>
    /// <exception cref="IOException">The file cannot be written; the line is kept for <see cref="RetryPending"/>.</exception>
    public void Append(TrainingEpoch epoch)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", epoch.Epoch);
            writer.WriteNumber("step", epoch.Step);
            writer.WriteNumber("learning_rate", epoch.LearningRate);
            writer.WriteNumber("loss_classification", epoch.Classification);
            writer.WriteNumber("loss_box", epoch.Box);
            writer.WriteNumber("positive_anchors", epoch.PositiveAnchors);
            writer.WriteNumber("positive_share", epoch.PositiveShare);
            if (epoch.Validation is { } validation)
            {
                writer.WriteNumber("validation_loss_classification", validation.Classification);
                writer.WriteNumber("validation_loss_box", validation.Box);
                foreach (var (name, value) in validation.Metrics.ByName())
                    writer.WriteNumber(name, value);
                writer.WriteBoolean("best", epoch.IsBest);
            }

            writer.WriteNumber("seconds", epoch.Elapsed.TotalSeconds);
            writer.WriteStartObject("phases");
            foreach (var (name, seconds) in epoch.Phases)
                writer.WriteNumber(name, seconds);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        _lines.Add(Encoding.UTF8.GetString(buffer.ToArray()));
        WriteMetrics();
    }

    /// <summary>Writes the current weights to last.safetensors.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveLast(IEnumerable<(string Name, Tensor Tensor)> weights, ModelDescription description) => ModelFile.Save(At(ModelFile.Last), weights, description);

    /// <summary>Writes the current weights, which are those of the best epoch so far, to best.safetensors.</summary>
    /// <exception cref="IOException">The file cannot be written; a copy of the weights is kept for <see cref="RetryPending"/>.</exception>
    public void SaveBest(IEnumerable<(string Name, Tensor Tensor)> weights, ModelDescription description)
    {
        DisposePendingBest();
        try
        {
            ModelFile.Save(At(ModelFile.Best), weights, description);
        }
        catch (IOException)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            _pendingBest = ([.. weights.Select(entry => (entry.Name, entry.Tensor.clone().DetachFromDisposeScope()))], description);
            throw;
        }
    }

    /// <summary>Writes the files that could not be written before, then a checkpoint.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void SaveCheckpoint(CheckpointTensors tensors, Checkpoint at)
    {
        RetryPending();
        CheckpointFile.Write(_path, tensors, at);
    }

    /// <summary>Writes the metrics and best weights that could not be written before.</summary>
    /// <exception cref="IOException">A file still cannot be written.</exception>
    public void RetryPending()
    {
        if (_pendingBest is { } best)
        {
            ModelFile.Save(At(ModelFile.Best), best.Weights, best.Description);
            DisposePendingBest();
        }

        if (_metricsPending)
            WriteMetrics();
    }

    public void Dispose()
    {
        DisposePendingBest();
        _lock.Dispose();
    }

    private string At(string name) => Path.Combine(_path, name);

    private void WriteMetrics()
    {
        _metricsPending = true;
        AtomicFile.Write(At(Metrics), file => file.Write(Encoding.UTF8.GetBytes(string.Concat(_lines.Select(line => line + "\n")))));
        _metricsPending = false;
    }

    /// <summary>Reads the lines of metrics.jsonl up to an epoch. Lines of later epochs are dropped, because resuming trains these epochs again.</summary>
    private IEnumerable<string> LinesUpTo(int epoch) => !File.Exists(At(Metrics)) ? [] : File.ReadLines(At(Metrics)).TakeWhile(line =>
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("epoch").GetInt32() <= epoch;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    });

    private void DisposePendingBest()
    {
        foreach (var (_, tensor) in _pendingBest?.Weights ?? [])
            tensor.Dispose();
        _pendingBest = null;
    }
}
