using System.Text;
using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The files of a run, each whole at every moment (see <see cref="AtomicFile"/>). What could not be written is kept in memory and
/// written with the next checkpoint, so that a checkpoint never speaks of files that are not there.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The resolved settings.</summary>
    public const string Config = "config.json";

    private const string Metrics = "metrics.jsonl";

    private const string Lock = "training.lock";

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly List<string> _lines = [];
    private bool _linesWait;
    private (List<(string Name, Tensor Tensor)> Weights, ModelDescription Description)? _waitingBest;

    /// <summary>Makes the folder ready for a training.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="from">The checkpoint from which it goes on; null: what an earlier training left is deleted.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public RunFolder(string path, RunSettings settings, Checkpoint? from)
    {
        _path = path;
        Make(path);
        _lock = Take(path);
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
        foreach (var leftover in Directory.GetFiles(_path, "*" + AtomicFile.Beside))
            File.Delete(leftover);
        if (from is not null)
            _lines.AddRange(LinesUpTo(from.Epoch));
        else
            new[] { CheckpointFile.Last, CheckpointFile.Previous, ModelFile.Best, ModelFile.Last }.ToList().ForEach(name => File.Delete(At(name)));
        AtomicFile.Write(At(Config), file => file.Write(Encoding.UTF8.GetBytes(SettingsJson.Write(settings) + "\n")));
        WriteMetrics();
    }

    private static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the run folder cannot be made ({error.Message}); choose another folder, or see to your rights in the one above", error);
        }
    }

    /// <summary>Keeps other trainings out of the folder. The system gives it back when the process ends, however it ends.</summary>
    private static FileStream Take(string path)
    {
        try
        {
            return new(Path.Combine(path, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error) when (File.Exists(Path.Combine(path, Lock)))
        {
            throw new IOException($"{path}: another training is at work in this folder; wait until it ends, or choose another folder", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the run folder cannot be written to ({error.Message}); choose another folder, make room, or see to your rights in it", error);
        }
    }

    /// <summary>Adds a line about an epoch.</summary>
    /// <exception cref="IOException">It cannot be written; it waits for <see cref="RetryPending"/>.</exception>
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

    /// <summary>Writes the latest weights.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void SaveLast(IEnumerable<(string Name, Tensor Tensor)> weights, ModelDescription description) => ModelFile.Save(At(ModelFile.Last), weights, description);

    /// <summary>Writes the weights of the best epoch.</summary>
    /// <exception cref="IOException">They cannot be written; a copy waits for <see cref="RetryPending"/>.</exception>
    public void SaveBest(IEnumerable<(string Name, Tensor Tensor)> weights, ModelDescription description)
    {
        ForgetWaitingBest();
        try
        {
            ModelFile.Save(At(ModelFile.Best), weights, description);
        }
        catch (IOException)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            _waitingBest = ([.. weights.Select(entry => (entry.Name, entry.Tensor.clone().DetachFromDisposeScope()))], description);
            throw;
        }
    }

    /// <summary>Writes a checkpoint, and before it what waits.</summary>
    /// <exception cref="IOException">Something cannot be written.</exception>
    public void SaveCheckpoint(TrainingState state, Checkpoint at)
    {
        RetryPending();
        CheckpointFile.Write(_path, state, at);
    }

    /// <summary>Writes what could not be written before.</summary>
    /// <exception cref="IOException">It still cannot.</exception>
    public void RetryPending()
    {
        if (_waitingBest is { } best)
        {
            ModelFile.Save(At(ModelFile.Best), best.Weights, best.Description);
            ForgetWaitingBest();
        }

        if (_linesWait)
            WriteMetrics();
    }

    public void Dispose()
    {
        ForgetWaitingBest();
        _lock.Dispose();
    }

    private string At(string name) => Path.Combine(_path, name);

    private void WriteMetrics()
    {
        _linesWait = true;
        AtomicFile.Write(At(Metrics), file => file.Write(Encoding.UTF8.GetBytes(string.Concat(_lines.Select(line => line + "\n")))));
        _linesWait = false;
    }

    /// <summary>The lines of the epochs that a checkpoint has; the later ones will be trained, and written, again.</summary>
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

    private void ForgetWaitingBest()
    {
        foreach (var (_, tensor) in _waitingBest?.Weights ?? [])
            tensor.Dispose();
        _waitingBest = null;
    }
}
